"""Making, opening and leading a session."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from workshop_kit.core.errors import N_, NN_, AgendaError, WorkshopError
from workshop_kit.core.text import DEFAULT_LANGUAGE, LANGUAGES
from workshop_kit.faces.cli.terminal import (
    _,
    command,
    lang_option,
    opened,
    pick,
    program,
    say,
    say_where,
    session_argument,
)

STEPS = ("open", "close", "reveal", "next-round")

BEFORE = NN_("{n} person came in before without a ticket.", "{n} people came in before without a ticket.")
NOTHING = N_("In “{title}” ({phase}) the facilitator has no commands of its own.")
PHASES = {"planned": N_("planned"), "open": N_("open"), "closed": N_("closed")}


@command(help=_("Make the folder of a new session, with its notebooks."))
@click.argument("name")
@click.option("--agenda", default="success-factors", help=_("Name of an agenda, or the path of a TOML file."))
@lang_option
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
@click.option(
    "--follows",
    default="",
    metavar="SESSION",
    help=_("An earlier session of the same series: what it left to do goes into this one's plan."),
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
    follows: str,
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
        follows=follows,
    )
    if folder.address and folder.address.password:
        click.echo(
            _(
                "The password of the database is not kept. Set it in the environment as WORKSHOP_STORE_PASSWORD "
                "or PGPASSWORD, or write it to ~/.pgpass."
            )
        )
    command = f"{program()} open {shlex.quote(str(folder.path))}"
    click.echo(_("The session is in {path}. Go on with: {command}", path=folder.path, command=command))


@command(help=_("List the agendas that come with the kit, and your own in the folder facilitation."))
@click.option("--schema", is_flag=True, help=_("Print the JSON schema of agendas, with which editors check them."))
@lang_option
def agendas(lang: str | None, schema: bool) -> None:
    from workshop_kit import activities
    from workshop_kit.faces.cli.terminal import terminal_language
    from workshop_kit.library import agendas_here, load_agenda, voice

    text, registry = voice(lang or terminal_language()), activities.installed()
    if schema:
        from workshop_kit.agenda_schema import agenda_schema, written

        voices = [text] if lang else [voice(each, registry.values()) for each in LANGUAGES]
        click.echo(written(agenda_schema(registry, *voices)), nl=False)
        return
    for name in agendas_here():
        try:
            agenda = load_agenda(name, registry).agenda
        except AgendaError as error:
            say([f"{name}:", *(f"  {line}" for line in error.told(text).splitlines())], err=True)
            continue
        minutes = sum(spec.minutes for spec in agenda.items)
        long = text.plural("{n} minute", "{n} minutes", minutes)
        click.echo(f"{name}: {text.pick(agenda.title)} ({long})")
        click.echo("  " + " · ".join(text.pick(spec.title) for spec in agenda.items))


@command("open", help=_("Start the participants' server, and JupyterLab for the facilitator."))
@session_argument
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
        from workshop_kit.faces import personal

        say(personal.erased(folder, live, "retention", _), err=True)
    lab: list[Any] = []
    if answers(live.state.address):
        click.echo(
            _("This session is open already at {url}. This server is one more.", url=live.state.address), err=True
        )

    def ready(address: Address) -> None:
        say_where(address, as_json=as_json)
        if not no_lab:
            from workshop_kit.faces.lab import start_lab

            first = min(folder.path.glob("[0-9]*.ipynb"), default=None)
            lab.append(start_lab(folder.path, first.name if first else "", live.state.info.lang))

    def moved(address: Address) -> None:
        told = N_(
            "This computer has another address now. Phones join at {url}; the stage shows it. Whoever had joined scans "
            "the code once more; what they did stays."
        )
        click.echo(_(told, url=address.url), err=True)

    try:
        serve(folder, live, host, port, ready, certificate=certificate, public_url=public_url, moved=moved)
    finally:
        for process in lab:
            process.terminate()
        live.close()


@command(help=_("Move a session on without a notebook: open, close or reveal an item, or start its next round."))
@session_argument
@click.argument("item")
@click.argument("step", type=click.Choice(STEPS), default="open")
@click.option("--reason", default="", help=_("Why a closed item is opened again; it stands in the minutes."))
def step(session: str, item: str, step: str, reason: str) -> None:
    if reason and step != "open":
        raise click.UsageError(_("--reason says why an item is opened again; it goes with open only."))
    from workshop_kit.folder import locate
    from workshop_kit.slips import sweep

    live = opened(session)
    try:
        live.do(step, item, **({"reason": reason} if reason else {}))
        sweep(live.state, locate(session).path)
        state = live.state.item(item)
        click.echo(_("{item}: {phase}", item=pick(state.spec.title, live), phase=_(PHASES[state.phase])))
    finally:
        live.close()


@command(
    help=_(
        "Carry out one of the facilitator's commands in a step, for example: mix size=4 rounds=3. Without a command, "
        "list what can be done there."
    )
)
@session_argument
@click.argument("item")
@click.argument("name", metavar="[COMMAND]", default="")
@click.argument("fields", metavar="[NAME=VALUE]...", nargs=-1)
def do(session: str, item: str, name: str, fields: tuple[str, ...]) -> None:
    from rich.console import Console

    from workshop_kit.faces.waiting import carried_out

    for field in fields:
        if "=" not in field:
            raise click.UsageError(_('Write each field as NAME=VALUE; "{given}" has no equals sign.', given=field))
    live = opened(session)
    try:
        if not name:
            say(_possible(live, item))
            return
        given = {key: value for key, _equals, value in (field.partition("=") for field in fields)}
        carried_out(live, item, name, given, Console(stderr=True))
    finally:
        live.close()


def _possible(live: Any, item: str) -> list[str]:
    """Return what can be done in a step, in the terminal's language."""
    from workshop_kit.faces.controls import listed, offered
    from workshop_kit.faces.pages import Pages

    state = live.state.item(item)
    commands = offered(Pages(live).controls(_.lang, item), _)
    phase, title = _(PHASES[state.phase]), _.pick(state.spec.title)
    told = N_("In “{title}” ({phase}) the facilitator can:") if commands else NOTHING
    steps = _(
        "Open, close, show and repeat it with: {command}", command=f"workshop step SESSION {item} {'|'.join(STEPS)}"
    )
    return [_(told, title=title, phase=phase), *listed(commands, _), steps]


@command(help=_("Issue N tickets, each for one seat, and print them once; from then on joining takes one."))
@session_argument
@click.argument("count", metavar="N", type=click.IntRange(1))
@click.option(
    "--out", type=click.Path(path_type=Path), help=_("The CSV file to write, for its owner only, instead of printing.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one line of JSON."))
def tickets(session: str, count: int, out: Path | None, as_json: bool) -> None:
    from workshop_kit.tickets import LISTED, issue

    live = opened(session)
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
        say(codes)
    if before:
        click.echo(_.plural(*BEFORE, before), err=True)


@command(help=_("Play a whole session with simulated people, up to the minutes."))
@click.option(
    "--headless", is_flag=True, help=_("Run to the end and stop; without it JupyterLab and the stage stay open.")
)
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=Path(), help=_("Where to put the folder."))
@click.option("--agenda", default="", help=_("Name of an agenda, or the path of a TOML file."))
@click.option(
    "--participants", type=click.IntRange(1, 1000), default=30, show_default=True, help=_("How many simulated people.")
)
@lang_option
@click.option("--seed", type=int, default=1, show_default=True, help=_("Start of the simulation's random numbers."))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help=_("Port to listen on; any free one if left out.")
)
def demo(lang: str | None, **options: Any) -> None:
    from workshop_kit.faces.demo import run_demo

    run_demo(lang=lang or DEFAULT_LANGUAGE, text=_, **options)
