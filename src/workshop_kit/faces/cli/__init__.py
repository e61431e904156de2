"""The `workshop` command. Heavy parts are imported where a command needs them, so that `--help` is quick."""

from __future__ import annotations

import sys

import click

from workshop_kit.core.errors import WorkshopError
from workshop_kit.faces.cli import care, doctor, methods, notes, outcomes, paper, sessions, sharing, starting
from workshop_kit.faces.cli.terminal import _, cli

__all__ = ["care", "cli", "doctor", "main", "methods", "notes", "outcomes", "paper", "sessions", "sharing", "starting"]

cli.subcommand_metavar = _("COMMAND [ARGUMENTS]...")
for _command in (cli, *cli.commands.values()):
    _command.options_metavar = _("[OPTIONS]")
    if any(parameter.name in {"session", "sessions"} for parameter in _command.params):
        _command.epilog = f"{_command.epilog} " if _command.epilog else ""
        _command.epilog += _(
            "SESSION is the folder of a session, or the address of one in a database: postgresql://HOST/DATABASE#NAME"
        )


def main(arguments: list[str] | None = None) -> None:
    """Run the command; an error is one line on stderr that says what to do, and exit code 1 (2 for wrong usage)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        cli.main(arguments, prog_name="workshop", standalone_mode=False)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "workshop"
        _fail(_('{problem} See "{command} --help".', problem=error.format_message(), command=where), 2)
    except click.ClickException as error:
        _fail(error.format_message(), 1)
    except (click.Abort, KeyboardInterrupt):
        _fail(_("Stopped."), 1)
    except WorkshopError as error:
        _fail(error.told(_), 1)  # an agenda may have several problems, a line each


def _fail(message: str, code: int) -> None:
    for line in message.splitlines():
        click.echo(f"workshop: {' '.join(line.split())}", err=True)
    sys.exit(code)
