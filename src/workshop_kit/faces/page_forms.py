"""The forms of a phone's page, read from its HTML as a browser without JavaScript would offer them."""

from __future__ import annotations

from html.parser import HTMLParser

from msgspec import Struct
from msgspec.structs import replace

_PER_PAGE = frozenset({"id", "rev"})
"""Hidden fields that are others each time, though the form asks the same."""

Subject = tuple[object, ...]


class Form(Struct):
    """A form of a page: its hidden fields, and the names and values that a person can choose.

    `days` are fields for a date; `numbers` are ranges; `groups` tells which fields share which budget; `required` are
    the fields that it insists on; `least` is how many boxes it wants ticked, `longest` how many characters a text may
    have; `buttons` are its submit buttons, of which the unnamed one only sends.
    """

    item: str
    hidden: dict[str, str] = {}
    radios: dict[str, list[str]] = {}
    boxes: dict[str, str] = {}
    numbers: dict[str, range] = {}
    texts: dict[str, str] = {}
    days: set[str] = set()
    selects: dict[str, list[str]] = {}
    groups: list[tuple[int, set[str]]] = []
    required: set[str] = set()
    least: int = 1
    longest: dict[str, int] = {}
    buttons: list[tuple[str, str]] = []

    @property
    def command(self) -> str:
        return self.hidden.get("command", "")

    @property
    def subject(self) -> Subject:
        """What it asks about; the same when the form is shown again with an answer in it."""
        return (self.item, *sorted(pair for pair in self.hidden.items() if pair[0] not in _PER_PAGE))

    @property
    def wants_few(self) -> bool:
        return self.command == "join" or any(name.startswith("part.") for name in self.selects)

    def in_order(self) -> Form:
        """Return the form with its fields by name, however they are shuffled for one person."""
        return replace(
            self,
            radios={name: sorted(values) for name, values in sorted(self.radios.items())},
            boxes=dict(sorted(self.boxes.items())),
            numbers=dict(sorted(self.numbers.items())),
            selects=dict(sorted(self.selects.items())),
        )


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form" and "data-item" in given:
            self._form = Form(given["data-item"])
            self.forms.append(self._form)
        form = self._form
        if form is None:
            return
        self._depth += tag == "div" and self._depth > 0
        if "data-budget" in given:
            form.groups.append((int(given["data-budget"]), set()))
            self._depth = 1
        name = given.get("name", "")
        if self._depth and tag in {"input", "select"}:
            form.groups[-1][1].add(name)
        if "required" in given:
            form.required.add(name)
        if "maxlength" in given:
            form.longest[name] = int(given["maxlength"])
        form.least = int(given.get("data-least", form.least))
        match tag:
            case "input" if name:
                self._read_input(form, name, given)
            case "button" if given.get("type") == "submit":
                form.buttons.append((name, given.get("value", "")))
            case "textarea" if name:
                form.texts[name] = ""
            case "select" if name:
                self._select = name
                form.selects[name] = []
            case "option" if self._select:
                form.selects[self._select].append(given.get("value", ""))

    @staticmethod
    def _read_input(form: Form, name: str, given: dict[str, str]) -> None:
        match given.get("type", "text"):
            case "hidden":
                form.hidden[name] = given.get("value", "")
            case "radio":
                form.radios.setdefault(name, []).append(given.get("value", "on"))
            case "checkbox":
                form.boxes[name] = given.get("value", "on")
            case "number":
                low, high = int(given.get("min") or 0), int(given.get("max") or 10)
                form.numbers[name] = range(low, high + 1, int(given.get("step") or 1))
            case "date":
                form.days.add(name)
            case "text":
                form.texts[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form, self._depth = None, 0
        elif tag == "div" and self._depth:
            self._depth -= 1
        elif tag == "select":
            self._select = ""


def forms_in(page: str) -> list[Form]:
    """Return the forms of a page that belong to an agenda item."""
    reader = _FormReader()
    reader.feed(page)
    return [form.in_order() for form in reader.forms]
