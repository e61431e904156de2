"""What the facilitator can do in a step, read from the forms of the console, so that a terminal can list it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag
from msgspec import Struct

from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_, NN_

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

OURS = frozenset({"command", "id", "item"})
"""Fields that every form has, which nobody fills in."""

LONGEST = 60
EMPTY = '""'

WHOLE = N_("a whole number from {low}")
BETWEEN = N_("a whole number from {low} to {high}")
DATE = N_("a date, as in 2026-11-23")
TEXT = NN_("text of up to {n} character", "text of up to {n} characters")
ANY_TEXT = N_("text")
REQUIRED = N_("required")
NOTHING_YET = N_("nothing to choose from yet")


class Field(Struct):
    """A field of a command: what it is called, the values that it takes by what they mean, or what may be written."""

    label: str = ""
    values: dict[str, str] = {}
    allowed: str = ""
    required: bool = False


class Offered(Struct):
    """A command, what its buttons say, and its fields by name."""

    name: str
    titles: list[str] = []
    fields: dict[str, Field] = {}


def offered(page: str, text: Text) -> list[Offered]:
    """Return the commands that a page's forms send; forms of the same command are told as one."""
    found: dict[str, Offered] = {}
    for form in BeautifulSoup(page, "html.parser").select("form[data-item]"):
        name = _attribute(form.select_one("input[name=command]"), "value")
        command = found.setdefault(name, Offered(name))
        for button in form.select("button"):
            if not button.get("name") and (said := _words(button)) not in command.titles:
                command.titles.append(said)
        told = next((_attribute(button, "aria-label") for button in form.select("button[aria-label]")), "")
        for control in form.select("input[name], select[name], textarea[name], button[name]"):
            if (name := _attribute(control, "name")) not in OURS:
                _read(control, command.fields.setdefault(name, Field()), told, text)
    return list(found.values())


def _read(control: Tag, field: Field, told: str, text: Text) -> None:
    """Put what a control takes into the field; `told` is what the form's button says to who cannot see."""
    kind = _attribute(control, "type") or "text"
    field.required = field.required or control.has_attr("required")
    if control.name == "select":
        field.label = field.label or _label(control)
        field.values |= {_attribute(option, "value"): _words(option) for option in control.select("option")}
        field.allowed = "" if field.values else text(NOTHING_YET)
    elif control.name == "button":
        field.values[_attribute(control, "value")] = _attribute(control, "aria-label") or _words(control)
    elif kind == "hidden":
        field.values[_attribute(control, "value")] = told
    elif kind in {"radio", "checkbox"}:
        fieldset = control.find_parent("fieldset")
        legend = fieldset.select_one("legend") if kind == "radio" and isinstance(fieldset, Tag) else None
        field.label = field.label or (_words(legend) if legend else "")
        field.values[_attribute(control, "value") or "on"] = _label(control)
    else:
        field.label = field.label or _label(control)
        field.allowed = _allowed(control, kind, text)


def _allowed(control: Tag, kind: str, text: Text) -> str:
    if kind == "number":
        low, high = _attribute(control, "min") or "0", _attribute(control, "max")
        return text(BETWEEN, low=low, high=high) if high else text(WHOLE, low=low)
    if kind == "date":
        return text(DATE)
    most = _attribute(control, "maxlength")
    return text.plural(*TEXT, int(most)) if most else text(ANY_TEXT)


def _label(control: Tag) -> str:
    """Return what stands beside a control: its own label's text, or the one that names it."""
    if own := _attribute(control, "aria-label"):
        return own
    around = control.find_parent("label")
    if isinstance(around, Tag):
        return _words(around, but=control)
    return ""


def _words(element: Tag, but: Tag | None = None) -> str:
    parts = [piece for piece in element.find_all(string=True) if not (but and but in piece.parents)]
    return one_line(" ".join("".join(parts).split()))


def _attribute(element: Tag | None, name: str) -> str:
    return str(element.get(name) or "") if element else ""


def listed(commands: list[Offered], text: Text) -> Iterator[str]:
    """Yield the commands line by line, each with its fields and what they take."""
    for command in commands:
        yield f"{command.name}  {' / '.join(command.titles)}".rstrip()
        for name, field in command.fields.items():
            needed = f" ({text(REQUIRED)})" if field.required else ""
            said = "; ".join(part for part in (_short(field.label), field.allowed) if part)
            values = [value for value, meaning in field.values.items() if not meaning]
            if len(values) == len(field.values):
                yield f"    {name}={'|'.join(values)}{needed}  {said}".rstrip()
                continue
            yield f"    {name}={needed}  {said}".rstrip()
            yield from (
                f"        {value or EMPTY}  {_short(meaning)}".rstrip() for value, meaning in field.values.items()
            )


def _short(said: str) -> str:
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
