"""The `workshop` command. Heavy parts are imported where a command needs them, so that `--help` is quick."""

from __future__ import annotations

import locale
import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from workshop_kit.__about__ import __version__
from workshop_kit.core.errors import N_, NN_, WorkshopError
from workshop_kit.core.event import Channel
from workshop_kit.core.text import DEFAULT_LANGUAGE, LANGUAGES
from workshop_kit.library import voice

STEPS = ("open", "close", "reveal", "next-round")
FORMATS = ("html", "pdf", "md")


def terminal_language() -> str:
    """Return the language of the terminal: German where the system speaks it, English elsewhere."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    named = named or (locale.getlocale()[0] or "")
    return "de" if named.lower().startswith(("de", "german")) else "en"


_ = voice(terminal_language())

_session = click.argument("session", metavar="SESSION")
_lang = click.option("--lang", type=click.Choice(list(LANGUAGES)), help=_("Language."))

_seat = click.argument("seat", metavar="PERSON")
_yes = click.option("--yes", is_flag=True, help=_("Do not ask again."))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workshop")
def cli() -> None:
    pass


cli.help = _("Run a workshop: people join by phone, everybody takes part, the minutes write themselves.")


@cli.command(help=_("Make the folder of a new session, with its notebooks."))
@click.argument("name")
@click.option("--agenda", default="success-factors", help=_("Name of an agenda, or the path of a TOML file."))
@_lang
@click.option("--title", default="", help=_("Title on the stage and in the minutes."))
@click.option("--place", default="", help=_("Where you meet."))
@click.option("--date", default="", help=_("Day of the session, for example 2026-11-23."))
@click.option("--facilitator", default="", help=_("Who leads the session."))
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=Path(), help=_("Where to put the folder."))
@click.option(
    "--store",
    default="",
    help=_("Keep the log in this PostgreSQL database instead of a file: postgresql://USER@HOST/DATABASE"),
)
@click.option(
    "--keep-until",
    default="60",
    show_default=True,
    help=_("Last day on which names are kept: a date, or days after the session; 0 for as long as you want."),
)
def new(
    name: str,
    directory: Path,
    store: str,
    agenda: str,
    lang: str | None,
    title: str,
    place: str,
    date: str,
    facilitator: str,
    keep_until: str,
) -> None:
    if not name.strip():
        raise WorkshopError(N_("Please give the session a name, which becomes the name of its folder."))
    from workshop_kit.prepare import new_session

    folder = new_session(
        directory / name,
        agenda=agenda,
        lang=lang or "",
        title=title,
        place=place,
        date=date,
        facilitator=facilitator,
        store=store,
        keep_until=keep_until,
    )
    if folder.address and folder.address.password:
        click.echo(
            _(
                "The password of the database is not kept. Set it in the environment as WORKSHOP_STORE_PASSWORD "
                "or PGPASSWORD, or write it to ~/.pgpass."
            )
        )
    command = f"{_program()} open {shlex.quote(str(folder.path))}"
    click.echo(_("The session is in {path}. Go on with: {command}", path=folder.path, command=command))


@cli.command("open", help=_("Start the participants' server, and JupyterLab for the facilitator."))
@_session
@click.option("--host", default="0.0.0.0", show_default=True, help=_("Address to listen on."))  # noqa: S104 - the room
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8480,
    show_default=True,
    help=_("Port to listen on; if it is taken, the next free one."),
)
@click.option("--no-lab", is_flag=True, help=_("Do not start JupyterLab."))
@click.option("--certfile", type=click.Path(path_type=Path), help=_("Serve https with this certificate (PEM)."))
@click.option("--keyfile", type=click.Path(path_type=Path), help=_("The certificate's private key (PEM)."))
@click.option(
    "--public-url",
    default="",
    help=_("Announce this address, under which a reverse proxy shows the server: https://NAME"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one line of JSON when phones can connect."))
def open_(
    session: str,
    host: str,
    port: int,
    no_lab: bool,
    certfile: Path | None,
    keyfile: Path | None,
    public_url: str,
    as_json: bool,
) -> None:
    from workshop_kit.faces.serve import Address, Certificate, answers, serve
    from workshop_kit.folder import locate

    if (certfile is None) != (keyfile is None):
        raise click.UsageError(_("--certfile and --keyfile go together: give both, or neither."))
    certificate = Certificate(certfile, keyfile) if certfile and keyfile else None
    folder = locate(session)
    live = folder.open()
    if not no_lab and folder.address:
        from workshop_kit.prepare import furnish

        furnish(folder, live.rules.registry)
    if live.state.erased:
        _say(_personal().erased(folder, live, "retention", _), err=True)
    lab: list[Any] = []
    if answers(live.state.address):
        click.echo(
            _("This session is open already at {url}. This server is one more.", url=live.state.address), err=True
        )

    def ready(address: Address) -> None:
        if as_json:
            import msgspec

            click.echo(msgspec.json.encode(address).decode())
        else:
            click.echo(_("Phones:  {url}\nCode:    {code}\nStage:   {stage}\nStop with Ctrl+C.", **_fields(address)))
        if not no_lab:
            from workshop_kit.faces.lab import start_lab

            first = min(folder.path.glob("[0-9]*.ipynb"), default=None)
            lab.append(start_lab(folder.path, first.name if first else ""))

    try:
        serve(folder, live, host, port, ready, certificate=certificate, public_url=public_url)
    finally:
        for process in lab:
            process.terminate()
        live.close()


@cli.command(help=_("Move a session on without a notebook: open, close or reveal an item, or start its next round."))
@_session
@click.argument("item")
@click.argument("step", type=click.Choice(STEPS), default="open")
def step(session: str, item: str, step: str) -> None:
    live = _open(session)
    try:
        live.do(step, item)
        state = live.state.item(item)
        click.echo(_("{item}: {phase}", item=_pick(state.spec.title, live), phase=_(_PHASES[state.phase])))
    finally:
        live.close()


@cli.command(help=_("Issue N tickets, each for one seat, and print them once; from then on joining takes one."))
@_session
@click.argument("count", metavar="N", type=click.IntRange(1))
@click.option(
    "--out", type=click.Path(path_type=Path), help=_("The CSV file to write, for its owner only, instead of printing.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one line of JSON."))
def tickets(session: str, count: int, out: Path | None, as_json: bool) -> None:
    from workshop_kit.tickets import LISTED, issue

    live = _open(session)
    try:
        codes = issue(live, str(count), out)
        before = live.state.without_ticket
    finally:
        live.close()
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode({"out": str(out), "count": count} if out else {"tickets": codes}).decode())
    elif out:
        click.echo(_.plural(*LISTED, count, path=out))
    else:
        _say(codes)
    if before:
        click.echo(_.plural(*_BEFORE, before), err=True)


@cli.command(help=_("Print the results of an item as tidy rows."))
@_session
@click.argument("item")
@click.option("--format", "format_", type=click.Choice(("csv", "json", "table")), default="table", show_default=True)
def results(session: str, item: str, format_: str) -> None:
    from workshop_kit.results import tidy

    live = _open(session)
    try:
        table = tidy.rows_of(live, item)
    finally:
        live.close()
    writers = {"csv": tidy.as_csv, "json": tidy.as_json, "table": tidy.as_table}
    click.echo(writers[format_](table), nl=False)


@cli.command("import", help=_("Put paper ballots or cards from a table (CSV or XLSX) into a step."))
@_session
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

    live = _open(session)
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


@cli.command(help=_("Write the minutes."))
@_session
@_lang
@click.option(
    "--format", "formats", default=",".join(FORMATS), show_default=True, help=_("Formats, separated by commas.")
)
@click.option(
    "--edition",
    type=click.Choice(("internal", "public")),
    default="internal",
    show_default=True,
    help=_("With all names, or with those alone who agreed to it."),
)
@click.option("--out", type=click.Path(path_type=Path), help=_("Where to put them; the session's folder if left out."))
@click.option("--publish", is_flag=True, help=_("Also show the public edition on the phones, under /CODE/minutes."))
def minutes(session: str, lang: str | None, formats: str, edition: str, out: Path | None, publish: bool) -> None:
    from workshop_kit.folder import locate
    from workshop_kit.minutes.run import write_minutes

    wanted = tuple(name.strip() for name in formats.split(",") if name.strip())

    def found(name: str) -> None:
        click.echo(_('Read before you publish: a text names "{name}", who did not agree to it.', name=name), err=True)

    for path in write_minutes(locate(session), lang or "", wanted, edition, out, publish=publish, found=found):
        click.echo(path)


_k = click.option(
    "--fewest",
    "k",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help=_("Leave out polls in which fewer people voted than this."),
)


@cli.command(help=_("Write what a session adds to a comparison of many, without names."))
@_session
@click.option("--out", type=click.Path(path_type=Path), help=_("The file to write; named by place if left out."))
@_k
def bundle(session: str, out: Path | None, k: int) -> None:
    from workshop_kit.faces.comparing import save_bundle

    click.echo(save_bundle(session, out, k))


@cli.command(help=_("Compare many sessions on the same list: a report as HTML and PDF, in German and English."))
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION_OR_BUNDLE...")
@_lang
@click.option("--format", "formats", default="html,pdf", show_default=True, help=_("Formats, separated by commas."))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("evidence"), show_default=True, help=_("Where to put them.")
)
@_k
def evidence(sessions: tuple[str, ...], lang: str | None, formats: str, out: Path, k: int) -> None:
    from workshop_kit.faces.comparing import gather, write_report

    found = gather(sessions, k)
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    for path in write_report(found, [lang] if lang else list(LANGUAGES), wanted, out):
        click.echo(path)


@cli.command(help=_("Recompute the log's digests and say whether anything was altered."))
@_session
def verify(session: str) -> None:
    from workshop_kit.faces import upkeep
    from workshop_kit.folder import locate

    _say(upkeep.verify(locate(session), _))


@cli.command(help=_("Copy the session's log, even while it is in use, and check the copy."))
@_session
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
    _say(upkeep.backup(folder, out, _))


@cli.command(help=_("Mend a damaged log: keep every entry that verifies, and the damaged file beside it."))
@_session
@click.option("--from", "source", type=click.Path(path_type=Path), help=_("Put this backup in its place instead."))
def repair(session: str, source: Path | None) -> None:
    from workshop_kit.faces import upkeep
    from workshop_kit.folder import locate

    folder = locate(session)
    folder.must_be_file()
    _say(upkeep.mend(folder, source, _))


@cli.command(help=_("Show all that is kept of one person, as JSON."))
@_session
@_seat
@click.option("--out", type=click.Path(path_type=Path), help=_("The file to write, instead of showing it."))
def held(out: Path | None, **who: str) -> None:
    click.echo(_personal().held(**who, out=out))


@cli.command(help=_("Erase the name and the cards of one person who asks for it; votes stay, without a name."))
@_session
@_seat
@_yes
def forget(yes: bool, **who: str) -> None:
    _say(_personal().forget(**who, sure=_sure(yes), text=_))


@cli.command(help=_("Change the last day on which the names of a session are kept: a date, or days after the session."))
@_session
@click.argument("date")
def retain(session: str, date: str) -> None:
    _say(_personal().retain(session, date, _))


@cli.command(help=_("Erase all names of sessions whose last day for keeping them is over."))
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
@_yes
def erase(sessions: tuple[str, ...], now: bool, why: str, minutes: bool, yes: bool) -> None:
    for session in sessions:
        _say(_personal().erase(session, why if now else "", _, sure=_sure(yes), minutes=minutes))


@cli.command(help=_("Play a whole session with simulated people, up to the minutes."))
@click.option(
    "--headless", is_flag=True, help=_("Run to the end and stop; without it JupyterLab and the stage stay open.")
)
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=Path(), help=_("Where to put the folder."))
@click.option("--agenda", default="", help=_("Name of an agenda, or the path of a TOML file."))
@click.option(
    "--participants", type=click.IntRange(1, 1000), default=30, show_default=True, help=_("How many simulated people.")
)
@_lang
@click.option("--seed", type=int, default=1, show_default=True, help=_("Start of the simulation's random numbers."))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help=_("Port to listen on; any free one if left out.")
)
def demo(lang: str | None, **options: Any) -> None:
    from workshop_kit.faces.demo import run_demo

    run_demo(lang=lang or DEFAULT_LANGUAGE, text=_, **options)


for _command in cli.commands.values():
    if any(parameter.name in {"session", "sessions"} for parameter in _command.params):
        _command.epilog = _(
            "SESSION is the folder of a session, or the address of one in a database: postgresql://HOST/DATABASE#NAME"
        )

_BEFORE = NN_("{n} person came in before without a ticket.", "{n} people came in before without a ticket.")
_PHASES = {"planned": N_("planned"), "open": N_("open"), "closed": N_("closed")}


def _program() -> str:
    """Return how this program was called, so that a command that is shown can be copied."""
    called = Path(sys.argv[0])
    if called.stem != "workshop":
        return "python -m workshop_kit"
    return "workshop" if shutil.which("workshop") else shlex.quote(sys.argv[0])


def _open(session: str) -> Any:
    from workshop_kit.folder import locate

    return locate(session).open()


def _personal() -> Any:
    from workshop_kit.faces import personal

    return personal


def _sure(yes: bool) -> Any:
    """Return how to ask whether somebody is sure, who may have said so already."""
    return (lambda _asked: True) if yes else click.confirm


def _say(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)


def _pick(wording: Any, live: Any) -> str:
    return voice(live.state.info.lang).pick(wording)


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def main(arguments: list[str] | None = None) -> None:
    """Run the command; an error is one line on stderr that says what to do, and exit code 1 (2 for wrong usage)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        cli.main(arguments, prog_name="workshop", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as shown:
        click.echo(shown.ctx.get_help() if shown.ctx else "")
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "workshop"
        _fail(_('{problem} See "{command} --help".', problem=error.format_message(), command=where), 2)
    except click.ClickException as error:
        _fail(error.format_message(), 1)
    except (click.Abort, KeyboardInterrupt):
        _fail(_("Stopped."), 1)
    except WorkshopError as error:
        _fail(error.told(_), 1)


def _fail(message: str, code: int) -> None:
    click.echo(f"workshop: {' '.join(message.split())}", err=True)
    sys.exit(code)
