"""What goes into a session by table and what comes out of it."""

from __future__ import annotations

from pathlib import Path

import click

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.event import Channel
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.cli.terminal import (
    _,
    command,
    kind_option,
    lang_option,
    opened,
    progress,
    say,
    session_argument,
)
from workshop_kit.minutes.writers import BUILT_IN, USUAL

ACTIONS = ("status", "accept", "answer", "close", "final", "changes", "show", "hide")

fewest_option = click.option(
    "--fewest",
    "k",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help=_("Leave out polls in which fewer people voted than this."),
)


@command(help=_("Print the results of an item as tidy rows."))
@session_argument
@click.argument("item")
@click.option("--format", "format_", type=click.Choice(("csv", "json", "table")), default="table", show_default=True)
def results(session: str, item: str, format_: str) -> None:
    from workshop_kit.results import tidy

    live = opened(session)
    try:
        table = tidy.rows_of(live, item)
    finally:
        live.close()
    writers = {"csv": tidy.as_csv, "json": tidy.as_json, "table": tidy.as_table}
    click.echo(writers[format_](table), nl=False)


@command("import", help=_("Put paper ballots or cards from a table (CSV or XLSX) into a step."))
@session_argument
@click.argument("item")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--channel",
    type=click.Choice([str(channel) for channel in Channel]),
    default=str(Channel.PAPER),
    show_default=True,
    help=_("How the votes came in."),
)
@click.option("--partial", is_flag=True, help=_("Leave out the rows that cannot be used, and take the others."))
def import_(session: str, item: str, file: Path, channel: str, partial: bool) -> None:
    from workshop_kit.importing import import_table

    live = opened(session)
    try:
        done = import_table(live, item, file, Channel(channel), partial=partial)
    finally:
        live.close()
    for row in done.refused:
        lines = ", ".join(map(str, row.lines))
        click.echo(_("Line {lines}: {problem}", lines=lines, problem=row.why.told(_)), err=True)
    if done.refused and not done.count:
        raise WorkshopError(
            N_("Nothing was imported. Mend these lines, or let the others in with --partial."),
        )
    if done.repeated:
        click.echo(_("This table was imported before. Nothing was changed."))
    else:
        click.echo(_.plural("{n} entry was imported.", "{n} entries were imported.", done.count))


@command(help=_("Write the minutes."))
@session_argument
@lang_option
@click.option(
    "--format",
    "formats",
    default=",".join(USUAL),
    show_default=True,
    help=_("Formats, separated by commas: {names}.", names=", ".join(known.name for known in BUILT_IN)),
)
@click.option(
    "--edition",
    type=click.Choice(("internal", "public")),
    default="internal",
    show_default=True,
    help=_("With all names, or with those alone who agreed to it."),
)
@kind_option
@click.option("--without", metavar="SECTION", multiple=True, help=_("Leave out a section, for example receipts."))
@click.option("--plain", is_flag=True, help=_("Write the fixed texts in short sentences, in German."))
@click.option("--out", type=click.Path(path_type=Path), help=_("Where to put them; the session's folder if left out."))
@click.option("--publish", is_flag=True, help=_("Also show the public edition on the phones, under /CODE/minutes."))
def minutes(
    session: str,
    lang: str | None,
    formats: str,
    edition: str,
    kind: str,
    without: tuple[str, ...],
    plain: bool,
    out: Path | None,
    publish: bool,
) -> None:
    from workshop_kit.folder import locate
    from workshop_kit.minutes.run import steps, write_minutes

    if publish and (without or plain):
        raise click.UsageError(
            _("--publish puts the minutes before the room as they are, without --without or --plain.")
        )
    wanted = tuple(name.strip() for name in formats.split(",") if name.strip())
    chosen = ({"without": list(without)} if without else {}) | ({"plain": True} if plain else {})
    with progress(_("Minutes"), steps(wanted, edition, publish=publish)) as step:
        files = write_minutes(
            locate(session),
            lang or "",
            wanted,
            edition,
            kind,
            out,
            publish=publish,
            chosen=chosen,
            progress=step,
            found=_found,
        )
    say(map(str, files))


def _found(name: str) -> None:
    click.echo(_('Read before you publish: a text names "{name}", who did not agree to it.', name=name), err=True)


@command(
    help=_(
        "Ask what the room says about the minutes on the phones; accept or answer a correction, close, make them final."
    )
)
@session_argument
@click.argument("action", type=click.Choice(ACTIONS), default="status")
@click.argument("comment", metavar="[CORRECTION]", default="")
@click.option("--reason", default="", help=_("Why a correction is accepted, or not taken up."))
@lang_option
def approve(session: str, action: str, comment: str, reason: str, lang: str | None) -> None:
    from workshop_kit.faces import approving

    if bool(comment) is not (action in {"accept", "answer"}):
        raise click.UsageError(_("accept and answer take the number of a correction; nothing else does."))
    if action == "final":
        with progress(_("Minutes"), approving.FINAL_STEPS) as step:
            told = approving.final(session, _, progress=step, found=_found)
        say(told)
        return
    say(approving.act(session, action, comment, reason, _, lang or ""))


@command(help=_("Write what a session adds to a comparison of many, without names."))
@session_argument
@click.option("--out", type=click.Path(path_type=Path), help=_("The file to write; named by place if left out."))
@fewest_option
def bundle(session: str, out: Path | None, k: int) -> None:
    from workshop_kit.faces.comparing import save_bundle

    click.echo(save_bundle(session, out, k))


@command(help=_("Compare many sessions on the same list: a report as HTML and PDF, in German and English."))
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION_OR_BUNDLE...")
@lang_option
@click.option(
    "--format",
    "formats",
    default="html,pdf",
    show_default=True,
    help=_("Formats, separated by commas: html, pdf, md, and ipynb for a notebook to calculate in."),
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("evidence"), show_default=True, help=_("Where to put them.")
)
@fewest_option
def evidence(sessions: tuple[str, ...], lang: str | None, formats: str, out: Path, k: int) -> None:
    from workshop_kit.faces.comparing import write_evidence

    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    for path in write_evidence(sessions, [lang] if lang else list(LANGUAGES), wanted, out, k):
        click.echo(path)
