"""What a check found, in words that are translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.text import Text

CHECKS = {
    "address": N_("Address"),
    "port": N_("Port"),
    "server": N_("Server"),
    "phone": N_("Phone"),
    "internet": N_("Internet"),
    "capacity": N_("Devices"),
    "folder": N_("Folder"),
    "clock": N_("Clock"),
    "browser": N_("Browser"),
    "jupyter": N_("JupyterLab"),
    "pdf": N_("PDF"),
    "screen": N_("Screens"),
    "computer": N_("Computer"),
    "power": N_("Power"),
    "log": N_("Log"),
    "agenda": N_("Agenda"),
    "notebooks": N_("Notebooks"),
}
"""The checks in the order in which they are told, with their titles."""


class Level(StrEnum):
    """How a check ended. Only a fault keeps people out or loses something."""

    OK = "ok"
    ATTENTION = "attention"
    FAULT = "fault"


WORDS = {Level.OK: N_("ok"), Level.ATTENTION: N_("attention"), Level.FAULT: N_("fault")}


class Said(Struct, frozen=True):
    """A catalog key with the values that fill its placeholders.

    A float is told with one decimal, and what is said within it in the same language.
    """

    message: str
    values: Mapping[str, object]

    def told(self, text: Text) -> str:
        """Return the sentence in the reader's language."""
        shown = {name: _shown(value, text) for name, value in self.values.items()}
        return text(self.message, **shown)


class Finding(Struct, frozen=True):
    """What one check found: its name in `CHECKS`, how it ended, what is so, and the next step where there is one."""

    check: str
    level: Level
    what: Said | WorkshopError
    step: Said | None = None

    def plain(self, text: Text) -> dict[str, str]:
        """Return it for other programs: `check` and `level` are the same in every language."""
        return {
            "check": self.check,
            "level": self.level.value,
            "message": self.what.told(text),
            "next": self.step.told(text) if self.step else "",
        }


def _shown(value: object, text: Text) -> object:
    match value:
        case float():
            return text.number(value, 1)
        case Said():
            return value.told(text)
    return value


def said(message: str, **values: Any) -> Said:
    return Said(message, values)


def ok(check: str, what: Said, step: Said | None = None) -> Finding:
    return Finding(check, Level.OK, what, step)


def attention(check: str, what: Said | WorkshopError, step: Said | None = None) -> Finding:
    return Finding(check, Level.ATTENTION, what, step)


def fault(check: str, what: Said | WorkshopError, step: Said | None = None) -> Finding:
    return Finding(check, Level.FAULT, what, step)
