"""What the note-taker adds to the minutes."""

from __future__ import annotations

import click

from workshop_kit.core.noted import FIELDS
from workshop_kit.faces.cli.terminal import _, command, kind_option, lang_option, opened, say, session_argument


@command(
    help=_("Add to the minutes what no log can know; an empty text takes it back. Without a text, show what stands."),
    epilog=_("Fields: {names}", names=", ".join(f"{field.name} ({_(field.label)})" for field in FIELDS)),
)
@session_argument
@click.argument("field", required=False)
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
        if field is None:
            noted = {name for _about, name in live.state.noted}
            say([_("Nothing yet for:"), *(f"  {one.name} – {_(one.label)}" for one in FIELDS if one.name not in noted)])
    finally:
        live.close()


@command(help=_("Ask what a careful reader would ask before the minutes go out."))
@session_argument
@lang_option
@click.option(
    "--edition",
    type=click.Choice(("internal", "public")),
    default="internal",
    show_default=True,
    help=_("With all names, or with those alone who agreed to it."),
)
@kind_option
@click.option("--strict", is_flag=True, help=_("End with exit code 1 where something is to mend."))
def check(session: str, lang: str | None, edition: str, kind: str, strict: bool) -> None:
    from workshop_kit.folder import locate
    from workshop_kit.minutes.cells import checked, minutes_of
    from workshop_kit.minutes.lint import Severity

    folder = locate(session)
    live = folder.open()
    try:
        found = checked(live, minutes_of(live, lang or "", edition, kind), folder.path)
    finally:
        live.close()
    say(found.lines())
    if strict and any(one.severity is Severity.MEND for one in found.findings):
        raise SystemExit(1)
