"""The care of a session's log, and of the personal data in it."""

from __future__ import annotations

from pathlib import Path

import click

from workshop_kit.faces.cli.terminal import (
    _,
    asking,
    command,
    person_argument,
    say,
    session_argument,
    yes_option,
)


@command(help=_("Recompute the log's digests and say whether anything was altered."))
@session_argument
def verify(session: str) -> None:
    from workshop_kit.faces import upkeep
    from workshop_kit.folder import locate

    say(upkeep.verify(locate(session), _))


@command(help=_("Copy the session's log, even while it is in use, and check the copy."))
@session_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=_('The file to write; if left out, one with the date in the folder "backups".'),
)
def backup(session: str, out: Path | None) -> None:
    from workshop_kit.faces import upkeep
    from workshop_kit.folder import locate

    folder = locate(session)
    folder.must_be_file()
    say(upkeep.backup(folder, out, _))


@command(help=_("Mend a damaged log: keep every entry that verifies, and the damaged file beside it."))
@session_argument
@click.option("--from", "source", type=click.Path(path_type=Path), help=_("Put this backup in its place instead."))
def repair(session: str, source: Path | None) -> None:
    from workshop_kit.faces import upkeep
    from workshop_kit.folder import locate

    folder = locate(session)
    folder.must_be_file()
    say(upkeep.mend(folder, source, _))


@command(help=_("Show all that is kept of one person, as JSON."))
@session_argument
@person_argument
@click.option("--out", type=click.Path(path_type=Path), help=_("The file to write, instead of showing it."))
def held(out: Path | None, **who: str) -> None:
    from workshop_kit.faces import personal

    click.echo(personal.held(**who, out=out))


@command(help=_("Erase the name and the cards of one person who asks for it; votes stay, without a name."))
@session_argument
@person_argument
@yes_option
def forget(yes: bool, **who: str) -> None:
    from workshop_kit.faces import personal

    say(personal.forget(**who, sure=asking(yes), text=_))


@command(help=_("Change the last day on which the names of a session are kept: a date, or days after the session."))
@session_argument
@click.argument("date")
def retain(session: str, date: str) -> None:
    from workshop_kit.faces import personal

    say(personal.retain(session, date, _))


@command(help=_("Erase all names of sessions whose last day for keeping them is over."))
@click.argument("sessions", metavar="SESSION...", nargs=-1, required=True)
@click.option("--now", is_flag=True, help=_("Erase today, because the minutes are done."))
@click.option(
    "--why",
    type=click.Choice(("approved", "asked")),
    default="approved",
    show_default=True,
    help=_("The reason that the record gives for --now: the minutes were approved, or people asked."),
)
@click.option("--minutes", is_flag=True, help=_("Delete the internal minutes too."))
@yes_option
def erase(sessions: tuple[str, ...], now: bool, why: str, minutes: bool, yes: bool) -> None:
    from workshop_kit.faces import personal

    for session in sessions:
        say(personal.erase(session, why if now else "", _, sure=asking(yes), minutes=minutes))
