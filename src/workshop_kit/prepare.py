"""Makes the notebooks of a session: one parameterised copy of a template per agenda item, and the minutes notebook."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import closing, nullcontext, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop_kit import activities, quick
from workshop_kit.core.errors import N_, AgendaError, StoreError, WorkshopError
from workshop_kit.core.state import Info
from workshop_kit.core.text import DEFAULT_LANGUAGE, Text
from workshop_kit.folder import SessionFolder, locate
from workshop_kit.library import folder_of, guide, load_agenda, shipped, voice
from workshop_kit.people import new_code
from workshop_kit.series import LeftOver, left_over

if TYPE_CHECKING:
    from workshop_kit.core.activity import Registry

MINUTES_NOTEBOOK = "minutes.ipynb"
EVIDENCE_NOTEBOOK = "evidence.ipynb"
TEMPLATE = "notebook.ipynb"
"""The name of the template that a plug-in may put beside its module."""

KEEP_DAYS = "60"
"""Days after a session for which names are kept unless said otherwise: enough for the minutes and what follows them."""

LONGEST_KEEPING = 4
"""How many digits a number of days for keeping names may have."""

GUIDE = "guide"
EACH_ITEM = "each-item"
LANGUAGE_TAG = "lang-"

Notebook = dict[str, Any]


def new_session(
    path: Path,
    *,
    agenda: str = "success-factors",
    lang: str = "",
    title: str = "",
    place: str = "",
    date: str = "",
    facilitator: str = "",
    simulated: bool = False,
    store: str = "",
    keep_until: str = KEEP_DAYS,
    follows: str = "",
) -> SessionFolder:
    """Make the folder of a new session with its notebooks, and its log there or in the database at `store`.

    `keep_until` is the last day on which names are kept, as `last_day` reads it. `follows` names an earlier session of
    the same series; what that one left to do goes into this one's agenda. Raises `AgendaError`, `StoreError`,
    or `WorkshopError` for what is no day.
    """
    registry = activities.installed()
    lang = lang or DEFAULT_LANGUAGE
    info = Info(
        title=title or voice(lang).pick(load_agenda(agenda, registry).agenda.title),
        code=new_code(),
        place=place,
        date=_day(date),
        facilitator=facilitator,
        lang=lang,
        simulated=simulated,
        keep_until=last_day(keep_until, _day(date)),
    )
    folder = SessionFolder.create(path, agenda, info, registry, store=store, left=_left_by(follows, registry))
    prepare_notebooks(folder, registry)
    return folder


def simulated_session(path: Path, **about: str) -> SessionFolder:
    """Make a simulated session where an earlier one may be, which is deleted; anything else there is left alone.

    `about` is what `new_session` takes. Raises what it raises, and `StoreError` for a folder that holds something else.
    """
    if path.exists() and any(path.iterdir()):
        old = SessionFolder(path)
        with closing(old.open()) if old.log.exists() else nullcontext() as live:
            simulated = live is not None and live.state.info.simulated
        if not simulated:
            told = N_('"{path}" holds something else than a simulated session. Rename it, or name another with --dir.')
            raise StoreError(told, path=str(path))
        shutil.rmtree(path)
    return new_session(path, simulated=True, **about)


def _left_by(session: str, registry: Registry) -> LeftOver:
    if not session:
        return LeftOver()
    with closing(locate(session).open(registry)) as live:
        return left_over(live)


def furnish(folder: SessionFolder, registry: Registry) -> None:
    """Make what notebooks need of a folder: itself, where the session was named by its address, and the notebooks."""
    folder.lend()
    if not (folder.path / MINUTES_NOTEBOOK).is_file():
        prepare_notebooks(folder, registry)


def prepare_notebooks(folder: SessionFolder, registry: Registry) -> list[Path]:
    """Write the numbered notebooks of a session, and `minutes.ipynb`; a notebook that exists is left alone."""
    live = folder.open(registry)
    state = live.state
    live.close()
    text = voice(state.info.lang, registry.values())
    guides = guide(folder.path, text.lang)
    written: list[Path] = []
    for number, spec in enumerate(state.agenda.items, 1):
        template = _template(registry, spec.activity)
        notebook = _for_reader(template, text, guides.get(spec.id, f"# {text.pick(spec.title)}\n"))
        path = folder.path / f"{number:02d}-{spec.id}.ipynb"
        written += _write(notebook, path, {"session_dir": ".", "item": spec.id})
    items = [(spec.id, text.pick(spec.title)) for spec in state.agenda.items]
    notebook = _for_reader(_read(shipped("notebooks") / MINUTES_NOTEBOOK), text, guides.get("minutes", ""))
    parameters = {
        "session_dir": ".",
        "lang": text.lang,
        "edition": "internal",
        "kind": "results",
        "without": [],
        "plain": False,
    }
    written += _write(_repeated(notebook, items), folder.path / MINUTES_NOTEBOOK, parameters)
    return written


def evidence_notebook(sessions: Iterable[str], lang: str, fewest: int, path: Path) -> list[Path]:
    """Write the notebook that compares these sessions; returns it, or nothing where it exists and is left alone."""
    notebook = _for_reader(_read(shipped("notebooks") / EVIDENCE_NOTEBOOK), voice(lang), "")
    return _write(notebook, path, {"sessions": list(sessions), "lang": lang, "fewest": fewest})


def _template(registry: Registry, activity: str) -> Notebook:
    for path in (
        shipped("notebooks") / f"{activity}.ipynb",
        folder_of(registry[activity]) / TEMPLATE,
        shipped("notebooks") / "info.ipynb",
    ):
        if path.is_file():
            return _read(path)
    raise AgendaError(N_('There is no notebook for the activity "{name}".'), name=activity)


def _read(path: Path) -> Notebook:
    found: Notebook = json.loads(path.read_text("utf-8"))
    return found


def _tags(cell: Mapping[str, Any]) -> list[str]:
    tags: list[str] = cell.get("metadata", {}).get("tags", [])
    return tags


def _for_reader(notebook: Notebook, text: Text, guide_text: str) -> Notebook:
    """Return the template with its guide filled in and only the cells of the reader's language."""
    wanted = LANGUAGE_TAG + text.lang
    known = {tag for cell in notebook["cells"] for tag in _tags(cell) if tag.startswith(LANGUAGE_TAG)}
    wanted = wanted if wanted in known else LANGUAGE_TAG + DEFAULT_LANGUAGE
    cells = []
    for cell in copy.deepcopy(notebook["cells"]):
        tags = _tags(cell)
        if any(tag.startswith(LANGUAGE_TAG) and tag != wanted for tag in tags):
            continue
        if GUIDE in tags and not "".join(cell["source"]).strip():
            cell["source"] = guide_text
        cells.append(cell)
    return {**notebook, "cells": cells}


def _repeated(notebook: Notebook, items: Iterable[tuple[str, str]]) -> Notebook:
    """Return the notebook with each cell tagged `each-item` repeated per agenda item.

    Only the item's id is put into code, and an id is made of small letters, digits and "-" alone.
    """
    block = [cell for cell in notebook["cells"] if EACH_ITEM in _tags(cell)]
    first = notebook["cells"].index(block[0])
    repeated = []
    for item_id, _title in items:
        for cell in copy.deepcopy(block):
            cell["id"] = f"{cell['id'][:20]}-{item_id}"
            cell["source"] = "".join(cell["source"]).replace("ITEM", item_id)
            repeated.append(cell)
    others = [cell for cell in notebook["cells"] if EACH_ITEM not in _tags(cell)]
    return {**notebook, "cells": [*others[:first], *repeated, *others[first:]]}


def _write(notebook: Notebook, path: Path, parameters: Mapping[str, object]) -> list[Path]:
    if path.exists():
        return []
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")
    place = quick.literal(path)
    quick.papermill().execute_notebook(
        place, place, dict(parameters), prepare_only=True, report_mode=True, progress_bar=False
    )
    return [path]


def last_day(written: str, session_day: str) -> str:
    """Return the last day for keeping names: a date, or a number of days after the session; nothing for 0.

    Days are counted from today where the session is in the past. Raises `WorkshopError` for a day that is over.
    """
    written, today = written.strip(), date.today()  # noqa: DTZ011 - the facilitator's calendar
    if written.isascii() and written.isdigit() and len(written) <= LONGEST_KEEPING:
        begin = today
        with suppress(ValueError):
            begin = max(today, date.fromisoformat(session_day))
        return (begin + timedelta(days=int(written))).isoformat() if int(written) else ""
    day = _day(written or "-")
    if day < today.isoformat():
        raise WorkshopError(N_('"{written}" is over. Name a day from today on, or a number of days.'), written=written)
    return day


def _day(written: str) -> str:
    """Return a day as 2026-12-31, from that form or as 31.12.2026; the day on the facilitator's calendar if empty."""
    if not written.strip():
        return date.today().isoformat()  # noqa: DTZ011 - as the docstring says
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        with suppress(ValueError):
            return datetime.strptime(written.strip(), form).date().isoformat()  # noqa: DTZ007 - a day has no zone
    raise WorkshopError(N_('"{written}" is no day. Write it as 2026-12-31 or 31.12.2026.'), written=written)
