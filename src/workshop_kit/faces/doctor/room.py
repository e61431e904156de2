"""The room check as a whole: every check in a thread of its own, so that none can hold up the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from textwrap import wrap
from time import monotonic

from msgspec import Struct

from workshop_kit.__about__ import __released__
from workshop_kit.core.errors import N_, NN_, WorkshopError
from workshop_kit.core.text import Text
from workshop_kit.faces.doctor import computer, network, page, session
from workshop_kit.faces.doctor.finding import CHECKS, WORDS, Finding, Level, attention, fault, said
from workshop_kit.faces.doctor.machine import Machine
from workshop_kit.faces.serve import written
from workshop_kit.folder import STORE, SessionFolder

LIMIT = 4.0
"""Seconds after which a check that has not ended is told as one that could not be made."""

_FAULTS = NN_("{n} fault: mend it before you open the doors.", "{n} faults: mend them before you open the doors.")
_HINTS = NN_("The doors can open. Look at {n} point before.", "The doors can open. Look at {n} points before.")

Check = Callable[[], Iterable[Finding]]


class Plan(Struct, frozen=True):
    """What is to be checked: how the session would be opened, the session itself if named, whether to look outside."""

    host: str
    port: int
    folder: SessionFolder | None = None
    internet: bool = False


def examine(machine: Machine, plan: Plan, limit: float = LIMIT) -> list[Finding]:
    """Make all checks at the same time; returns what they found, in the order of `CHECKS`."""
    checks = _checks(machine, plan)
    found: dict[str, list[Finding]] = {name: [] for name in checks}
    threads = [
        threading.Thread(target=_made, args=(check, name, found[name]), daemon=True) for name, check in checks.items()
    ]
    for thread in threads:
        thread.start()
    deadline = monotonic() + limit
    for thread in threads:
        thread.join(max(0.0, deadline - monotonic()))
    told = [finding for name in checks for finding in (list(found[name]) or [_unfinished(name, limit)])]
    order = list(CHECKS)
    return sorted(told, key=lambda finding: order.index(finding.check))


def lines(findings: Sequence[Finding], text: Text, width: int = 80) -> Iterator[str]:
    """Yield what is shown on a terminal: how a check ended, its title, what is so, and under it the next step."""
    words = {level: text(word) for level, word in WORDS.items()}
    titles = {check: text(title) for check, title in CHECKS.items()}
    first = max(map(len, words.values())) + 2
    second = first + max(len(titles[finding.check]) for finding in findings) + 2
    for finding in findings:
        head = f"{words[finding.level]:<{first}}{titles[finding.check]}".ljust(second)
        yield from _wrapped(finding.what.told(text), head, width, second)
        if finding.step:
            yield from _wrapped(finding.step.told(text), " " * second + "→ ", width, second + 2)


def summary(findings: Sequence[Finding], text: Text) -> str:
    """Return the last line: what the whole amounts to."""
    faults, hints = (sum(one.level is level for one in findings) for level in (Level.FAULT, Level.ATTENTION))
    if faults:
        return text.plural(*_FAULTS, faults)
    return text.plural(*_HINTS, hints) if hints else text(N_("All is well. The doors can open."))


def phone(machine: Machine, plan: Plan, seconds: float, show: Callable[[str], object], text: Text) -> Finding:
    """Show the test page and its QR code, and wait for a device to open it."""
    told = machine.told(plan.host)
    if network.only_here(told):
        return fault("phone", said(N_("Without a network no phone can be waited for.")), said(network.OWN_NETWORK))
    try:
        listening = machine.listen(plan.host, plan.port)
    except WorkshopError as problem:
        return fault("phone", problem)
    port = listening.getsockname()[1]
    url = f"http://{written(told)}:{port}{page.PATH}"
    own = {one.address for one in machine.networks()} | {told}
    visitors = page.Visitors(own, lambda: show(text(N_("That was this computer itself. Please take a phone."))))
    with page.shown(listening, visitors.note):
        for line in ("", *page.qr(url).splitlines(), ""):
            show(line)
        asked = N_("Open {url} on a phone in the same Wi-Fi, or scan the code. Waiting for up to {seconds} seconds.")
        for line in wrap(
            text(asked, url=url, seconds=round(seconds)), 80, break_on_hyphens=False, break_long_words=False
        ):
            show(line)
        seen = visitors.wait(seconds)
    return page.judged(seen, seconds, port, machine.system)


def _checks(machine: Machine, plan: Plan) -> dict[str, Check]:
    place = plan.folder.path if plan.folder else Path.cwd()
    told = machine.told(plan.host)
    checks: dict[str, Check] = {
        "address": lambda: [network.address(plan.host, told, machine.networks())],
        "port": lambda: _door(machine, plan, told),
        "internet": lambda: [network.internet(machine.internet() if plan.internet else network.Internet.NOT_ASKED)],
        "capacity": lambda: [network.capacity(told)],
        "folder": lambda: [
            computer.folder(
                place,
                free=machine.free(place),
                problem=machine.write_problem(place),
                filesystem=machine.filesystem(place),
            )
        ],
        "clock": lambda: [computer.clock(machine.now(), date.fromisoformat(__released__), machine.zone())],
        "browser": lambda: [computer.browser(machine.browser())],
        "jupyter": lambda: [computer.jupyter(machine.jupyter())],
        "pdf": lambda: [computer.pdf(machine.missing_for_pdf())],
        "screen": lambda: [computer.screen(machine.screens(), machine.system)],
        "computer": lambda: [computer.memory(machine.memory(), machine.cores())],
        "power": lambda: [computer.power(machine.battery())],
    }
    if (folder := plan.folder) is not None:
        checks["log"] = lambda: [session.log(folder)]
    if folder is not None and (folder.log.exists() or (folder.path / STORE).exists()):
        checks |= {
            "agenda": lambda: [session.agenda(folder)],
            "notebooks": lambda: [session.notebooks(folder)],
        }
    return checks


def _made(check: Check, name: str, found: list[Finding]) -> None:
    try:
        found.extend(check())
    except Exception as error:  # noqa: BLE001 - one check that fails must not take the others along
        problem = str(error) or type(error).__name__
        found.append(attention(name, said(N_("This could not be checked: {problem}"), problem=problem), _BY_HAND))


_BY_HAND = said(N_("Check again; if it stays so, look yourself."))


def _unfinished(name: str, limit: float) -> Finding:
    if name == "internet":
        return network.internet(
            network.Internet.NONE
        )  # a name server that never answers is what no internet looks like
    return attention(name, said(N_("This could not be checked within {seconds} seconds."), seconds=limit), _BY_HAND)


def _door(machine: Machine, plan: Plan, told: str) -> Iterable[Finding]:
    """Open the port as the session would, and knock at it from outside."""
    try:
        listening = machine.listen(plan.host, plan.port)
    except WorkshopError as problem:
        return network.no_port(problem)
    bound = listening.getsockname()[1]
    ours = bound != plan.port and bool(plan.port) and machine.ours(plan.port)
    with page.shown(listening, lambda _address: None):
        answered = machine.answered(told, bound)
    url = f"http://{written(told)}:{bound}"
    return network.port(plan.port, bound, ours=ours), network.server(url, bound, machine.system, answered=answered)


def _wrapped(told: str, head: str, width: int, indent: int) -> list[str]:
    lines = wrap(
        told, width, initial_indent=head, subsequent_indent=" " * indent, break_on_hyphens=False, break_long_words=False
    )
    return lines or [head]
