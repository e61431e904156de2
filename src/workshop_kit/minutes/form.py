"""The note-taker's form in the minutes notebook: a field for each thing that no log can know."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import ipywidgets

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.noted import FIELDS, Field

if TYPE_CHECKING:
    from workshop_kit.core.text import Text
    from workshop_kit.live import LiveSession

WIDE = ipywidgets.Layout(width="98%")
LABEL = {"description_width": "14em"}


class NoteForm(ipywidgets.VBox):  # type: ignore[misc]
    """The form as a widget. Saving writes what changed into the log; the cells below show it when they run again."""

    def __init__(self, live: LiveSession, text: Text) -> None:
        self._live = live
        self._text = text
        self._inputs: dict[tuple[str, str], ipywidgets.Widget] = {}
        self.message = ipywidgets.HTML()
        self.save = ipywidgets.Button(description=text(N_("Save")), button_style="primary")
        self.save.on_click(lambda _button: self._save())
        groups = dict.fromkeys(field.group for field in FIELDS if not field.each)
        pages = [(text(group), self._page([f for f in FIELDS if f.group == group])) for group in groups]
        about = [field for field in FIELDS if field.each]
        steps = [
            (f"{number}. {text.pick(spec.title)}", self._page(about, spec.id))
            for number, spec in enumerate(live.state.agenda.items, 1)
        ]
        titles, self.pages = zip(*pages, *steps, strict=True)
        # a native list, since the headings of an accordion cannot be reached by keyboard
        self.about = ipywidgets.Dropdown(
            options=[(title, number) for number, title in enumerate(titles)],
            description=text(N_("Fields about")),
            layout=WIDE,
            style=LABEL,
        )
        self.about.observe(lambda _change: self._turn(), names="value")
        self._turn()
        super().__init__((self.about, *self.pages, self.save, self.message))

    def _turn(self) -> None:
        """Show the fields that were chosen; the others keep what was written."""
        for number, page in enumerate(self.pages):
            page.layout.display = None if number == self.about.value else "none"

    def _page(self, fields: list[Field], item: str = "") -> ipywidgets.VBox:
        return ipywidgets.VBox([self._input(field, item) for field in fields])

    def _input(self, field: Field, item: str) -> ipywidgets.Widget:
        known = self._live.state.noted.get((item, field.name))
        kind = ipywidgets.Textarea if field.long else ipywidgets.Text
        made = kind(
            value=known.text if known else "",
            description=self._text(field.label),
            placeholder=self._text(field.hint),
            tooltip=self._text(field.hint) or None,
            layout=WIDE,
            style=LABEL,
        )
        self._inputs[item, field.name] = made
        return made

    def _save(self) -> None:
        changed = 0
        try:
            for (item, field), widget in self._inputs.items():
                known = self._live.state.noted.get((item, field))
                if widget.value.strip() != (known.text if known else ""):
                    self._live.do("note", field=field, item=item, text=widget.value)
                    changed += 1
            told = self._text.plural("{n} field was saved.", "{n} fields were saved.", changed)
            told += " " + self._text(N_("Run the cells again to see it in the minutes."))
        except WorkshopError as error:
            told = error.told(self._text)
        self.message.value = f'<p role="status">{escape(told)}</p>'
