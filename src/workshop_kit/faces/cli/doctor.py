"""The room check before doors open."""

from __future__ import annotations

import sys

import click

from workshop_kit.faces.cli.terminal import _, command, lang_option, say, terminal_language

WIDEST = 100
"""Columns; longer lines are hard to read."""


@command(help=_("Check room and computer before doors open: network, port, disk, clock, browser, screens, power."))
@click.argument("session", metavar="[SESSION]", required=False)
@click.option("--host", default="0.0.0.0", show_default=True, help=_("Address to listen on."))  # noqa: S104 - the room
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8480,
    show_default=True,
    help=_("Port to listen on; if it is taken, the next free one."),
)
@click.option("--phone", is_flag=True, help=_("Show a QR code for a phone to open, and tell whether it came through."))
@click.option(
    "--wait",
    type=click.IntRange(1, 3600),
    default=120,
    show_default=True,
    help=_("How many seconds to wait for the phone."),
)
@click.option(
    "--internet",
    is_flag=True,
    help=_(
        "Look for a login page too; this asks detectportal.firefox.com, as browsers do. Else nothing outside is asked."
    ),
)
@lang_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one line of JSON."))
def doctor(
    session: str | None, host: str, port: int, phone: bool, wait: int, internet: bool, lang: str | None, as_json: bool
) -> None:
    import shutil
    from functools import partial

    from workshop_kit.faces.doctor import room
    from workshop_kit.faces.doctor.finding import Level
    from workshop_kit.faces.doctor.machine import Machine
    from workshop_kit.folder import locate
    from workshop_kit.library import voice

    text, machine = voice(lang or terminal_language()), Machine()
    width = min(shutil.get_terminal_size((80, 24)).columns, WIDEST)
    plan = room.Plan(host, port, locate(session) if session else None, internet=internet)
    findings = room.examine(machine, plan)
    if not as_json:
        say(room.lines(findings, text, width))
    if phone:
        seen = room.phone(machine, plan, wait, partial(_print, err=as_json), text)
        findings.append(seen)
        if not as_json:
            say(room.lines([seen], text, width))
    faults = sum(finding.level is Level.FAULT for finding in findings)
    if as_json:
        import msgspec

        told = {"faults": faults, "checks": [finding.plain(text) for finding in findings]}
        click.echo(msgspec.json.encode(told).decode())
    else:
        say(["", room.summary(findings, text)])
    if faults:
        sys.exit(1)


def _print(line: str, *, err: bool) -> None:
    dark = line[:1] in {"█", "▀"}  # in these colours a QR code can be read on every terminal
    click.secho(line, err=err, fg="bright_white" if dark else None, bg="black" if dark else None)
