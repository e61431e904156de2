"""What all commands share: the terminal's language, the group they belong to, and arguments that several take."""

from __future__ import annotations

import gettext
import locale
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

import click

from workshop_kit.__about__ import __version__
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import PACKAGE, voice
from workshop_kit.minutes.kinds import KINDS


def terminal_language() -> str:
    """Return the language of the terminal: German where the system speaks it, English elsewhere."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    named = named or (locale.getlocale()[0] or "")
    return "de" if named.lower().startswith(("de", "german")) else "en"


def let_click_speak() -> None:
    """Let click's own words ("Usage", "Missing argument") come from our catalog too, in the terminal's language."""
    gettext.bindtextdomain("click", str(PACKAGE / "locale"))
    gettext.textdomain("click")
    if not any(map(os.environ.get, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))):
        os.environ["LANGUAGE"] = terminal_language()  # gettext looks nowhere else, and Windows sets none of these


let_click_speak()
_ = copy(voice(terminal_language()))
"""The terminal's voice, one object that every command speaks with."""


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workshop")
@click.pass_context
def cli(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(cli.commands["start"])


cli.help = _("Run a workshop: people join by phone, everybody takes part, the minutes write themselves.")

command = cli.command
session_argument = click.argument("session", metavar="SESSION")
person_argument = click.argument("seat", metavar="PERSON")
lang_option = click.option("--lang", type=click.Choice(list(LANGUAGES)), help=_("Language."))
kind_option = click.option(
    "--kind",
    type=click.Choice([kind.name for kind in KINDS]),
    default=KINDS[0].name,
    show_default=True,
    help=_("Which kind of minutes."),
)
yes_option = click.option("--yes", is_flag=True, help=_("Do not ask again."))


def say_where(address: Any, *, as_json: bool) -> None:
    """Say where a session is found, once phones can connect."""
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(address).decode())
    else:
        click.echo(_("Phones:  {url}\nCode:    {code}\nStage:   {stage}\nStop with Ctrl+C.", **fields_of(address)))


def program() -> str:
    """Return how this program was called, so that a command that is shown can be copied."""
    called = Path(sys.argv[0])
    if called.stem != "workshop":
        return "python -m workshop_kit"
    return "workshop" if shutil.which("workshop") else shlex.quote(sys.argv[0])


def opened(session: str) -> Any:
    """Open a session; the caller closes it."""
    from workshop_kit.folder import locate

    return locate(session).open()


def asking(yes: bool) -> Callable[[str], bool]:
    """Return how to ask whether somebody is sure, who may have said so already."""
    return (lambda _asked: True) if yes else click.confirm


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show on a terminal how far a long work is; gives what to tell each step to, by its name, when it begins."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        begun = 0

        def step(name: str) -> None:
            nonlocal begun
            bar.update(task, completed=begun, description=name)
            begun += 1

        yield step


def say(lines: Iterable[str], *, err: bool = False) -> None:
    """Print line after line, as they come."""
    for line in lines:
        click.echo(line, err=err)


def pick(wording: Any, live: Any) -> str:
    """Return a wording in the session's language."""
    return voice(live.state.info.lang).pick(wording)


def fields_of(struct: Any) -> dict[str, Any]:
    """Return the fields of a value by name."""
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
