"""The link that lets somebody share the console, written into a file that its owner alone can read.

It never goes onto a screen of a notebook, which may be projected.
"""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from workshop_kit.cofacilitation import invite
from workshop_kit.core.errors import N_, StoreError, WorkshopError
from workshop_kit.core.text import Text
from workshop_kit.faces.pages import qr_svg
from workshop_kit.live import LiveSession

LINK = "console-link.html"

_PAGE = Markup("""\
<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto; padding: 0 1rem }}
.wk-qr-code {{ width: 16rem }} code {{ font-size: 1.2rem; overflow-wrap: anywhere }}</style></head>
<body><h1>{title}</h1><p>{once}</p>{qr}
<p><a href="{link}">{link}</a></p><p>{typed}<br><code>{secret}</code></p></body></html>
""")


def link_of(live: LiveSession, secret: str) -> tuple[str, str]:
    """Return the address of the console, and the link with a secret behind it, which no browser sends along.

    Raises `WorkshopError` while there is no server.
    """
    state = live.state
    if not state.address:
        raise WorkshopError(N_('The server is not running, so there is no link yet. Start it with "workshop open".'))
    address = f"{state.address}/{state.info.code}/console"
    return address, f"{address}#{secret}"


def write_link(live: LiveSession, name: str, path: Path, text: Text) -> Path:
    """Let somebody share the console and write the link for them, as a page with a QR code. Raises `WorkshopError`."""
    link_of(live, "")
    try:
        path.touch(0o600, exist_ok=False)
        try:
            secret = invite(live, name)
            address, link = link_of(live, secret)
            page = _PAGE.format(
                lang=text.lang,
                title=text(N_("Controls for {name}"), name=name),
                once=text(N_("The link works once, for this person. Do not show it to the room.")),
                typed=text(N_("Without a camera: open {address} and type this code."), address=address),
                qr=qr_svg(link),
                link=link,
                secret=secret,
            )
            path.write_text(page, "utf-8")
        except BaseException:
            path.unlink()
            raise
    except OSError as error:
        told = N_('"{path}" could not be written: {problem}')
        raise StoreError(told, path=str(path), problem=error.strerror or error) from error
    return path
