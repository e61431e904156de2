"""Reads what a form sends, be it a posted body, a frame of a WebSocket or a message of a widget, as a command."""

from __future__ import annotations

from urllib.parse import parse_qsl

from msgspec import Struct

from workshop_kit.core.activity import Command
from workshop_kit.core.errors import N_, Refused, Why

LARGEST_BODY = 32 * 1024
MOST_FIELDS = 400
NAME = "name"


class Sent(Struct, frozen=True):
    """A command and, apart from it, the name of a person, which never goes into the log."""

    command: Command
    name: str | None
    fields: dict[str, str]


def too_large(size: int) -> Refused:
    """Return the refusal of a body of `size` bytes."""
    return Refused(
        Why.TOO_LARGE, N_("That is too much at once: {size} bytes, {most} at most."), size=size, most=LARGEST_BODY
    )


def unreadable() -> Refused:
    """Return the refusal of what is no form, or only half of one."""
    return Refused(Why.UNREADABLE, N_("This could not be read. Please reload the page and try again."))


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of a URL-encoded form; a repeated field keeps its last value. Raises `Refused`."""
    if len(body) > LARGEST_BODY:
        raise too_large(len(body))
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except (ValueError, UnicodeError):
        raise unreadable() from None
    return dict(pairs)


def read_command(fields: dict[str, str], item: str = "") -> Sent:
    """Return the command that a form's fields stand for. Raises `Refused` where it names none."""
    name = fields.get("command", "")
    if not name:
        raise Refused(
            Why.UNREADABLE, N_("The command is missing. Please reload the page and try again."), field="command"
        )
    rest = {key: value for key, value in fields.items() if key not in {"command", "id", "item", NAME}}
    command = Command(name, item or fields.get("item", ""), rest, fields.get("id", ""))
    return Sent(command, fields.get(NAME), fields)
