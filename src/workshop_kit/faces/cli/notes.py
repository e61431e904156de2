"""What the note-taker adds to the minutes."""

from __future__ import annotations

import click

from workshop_kit.core.noted import FIELDS
from workshop_kit.faces.cli.terminal import _, command, opened, session_argument


@command(
    help=_("Add to the minutes what no log can know; an empty text takes it back. Without a text, show what stands."),
    epilog=_("Fields: {names}", names=", ".join(field.name for field in FIELDS)),
)
@session_argument
@click.argument("field", type=click.Choice([field.name for field in FIELDS]), metavar="[FIELD]", required=False)
@click.argument("text", required=False)
@click.option("--item", default="", help=_("The step that it is about, for example factors."))
def note(session: str, field: str | None, text: str | None, item: str) -> None:
    live = opened(session)
    try:
        if field and text is not None:
            live.do("note", field=field, item=item, text=text)
            click.echo(_("Noted.") if text.strip() else _("Taken back."))
            return
        for (about, name), told in sorted(live.state.noted.items()):
            if field in {None, name} and item in {"", about}:
                click.echo(f"{name}{f' ({about})' if about else ''}: {told.text}")
    finally:
        live.close()
