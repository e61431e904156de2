"""Everything on paper for a session."""

from __future__ import annotations

import os
from pathlib import Path

import click

from workshop_kit.core.errors import NN_
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.cli.terminal import _, command, opened, say, session_argument

PAGES = NN_("{n} page", "{n} pages")
SHEETS = ("poster", "wifi", "ballots", "roles", "stations", "tickets", "cards", "barcamp")


@command(
    "print",
    help=_("Write what a session needs on paper as PDFs: the sheets that are named, or all that it needs."),
    epilog=_("The password of the Wi-Fi is asked for, or taken from the environment: WORKSHOP_WIFI_PASSWORD"),
)
@session_argument
@click.argument("sheets", nargs=-1, type=click.Choice(SHEETS))
@click.option("--lang", type=click.Choice([*LANGUAGES, "both"]), help=_("Language, or both on one sheet."))
@click.option("--out", type=click.Path(path_type=Path), help=_("The folder to write to; print/ of the session."))
@click.option("--count", type=click.IntRange(1, 500), help=_("How many slips per poll, cards per step, or forms."))
@click.option(
    "--tickets",
    type=click.IntRange(1, 500),
    help=_("Issue so many tickets and print each on its own and on a slip of every poll."),
)
@click.option("--address", default="", help=_("Where phones will find the server, as in http://192.168.1.5:8480"))
@click.option("--wifi-name", default="", help=_("Name of the Wi-Fi; its password is asked for."))
def print_(
    session: str,
    sheets: tuple[str, ...],
    lang: str | None,
    out: Path | None,
    count: int | None,
    tickets: int | None,
    address: str,
    wifi_name: str,
) -> None:
    from workshop_kit.folder import locate
    from workshop_kit.printing.joining import PASSWORD, wifi_of
    from workshop_kit.printing.run import Order, missing, pages, print_sheets

    password = os.environ.get(PASSWORD) if wifi_name else ""
    if password is None:
        asked = _("Password of the Wi-Fi (empty: none)")
        password = click.prompt(asked, default="", show_default=False, hide_input=True, err=True)
    wifi = wifi_of(wifi_name, password) if wifi_name else None
    order = Order(sheets, lang or "", count or 0, tickets or 0, address, wifi)
    live = opened(session)
    try:
        files = print_sheets(live, locate(session).path, order, out)
        no_poster = missing(live, order)
    finally:
        live.close()
    say(f"{path} · {_.plural(*PAGES, pages(path))}" for path in files)
    if no_poster:
        click.echo(
            _("Without the poster: there is no address yet. Open the session first, or name it with --address."),
            err=True,
        )


@command(
    help=_(
        "Type paper ballots, slip after slip; a second person may type them again, and only what differs is shown. "
        "What is not counted yet is kept, and the same command goes on with it."
    )
)
@session_argument
@click.argument("item")
def enter(session: str, item: str) -> None:
    from workshop_kit.faces.cli.entering import Entering
    from workshop_kit.folder import locate

    live = opened(session)
    try:
        Entering(live, locate(session).path, item).run()
    finally:
        live.close()
