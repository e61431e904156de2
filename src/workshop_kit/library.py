"""What comes with the kit and what may lie beside an agenda: notebooks, agendas, guides, data sets, catalogs."""

from __future__ import annotations

import csv
import inspect
import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from workshop_kit.core.activity import Registry
from workshop_kit.core.agenda import Agenda, read_agenda
from workshop_kit.core.errors import N_, AgendaError, AgendaErrors
from workshop_kit.core.text import DEFAULT_LANGUAGE, DOMAIN, LANGUAGES, PLAIN, Text

PACKAGE = Path(__file__).parent
AGENDA_FILE = "agenda.toml"

_DATA_NAME = re.compile(r"[a-z0-9_-]{1,60}")
_PLACE = re.compile(r"\(at line (?P<line>\d+), column \d+\)|\(at end of document\)")
"""Where Python's TOML parser says that a mistake is."""

_ITEM_HEADING = re.compile(r"\s*\[\[\s*item\s*\]\]")
_GUIDE_HEADING = re.compile(r"^## (?P<title>.+?) \{#(?P<item>[a-z0-9-]+)\}$", re.MULTILINE)
_NOT_FOR_BALLOTS = frozenset({"source"})


def shipped(folder: str) -> Path:
    """Return one of the folders that come with the kit: "notebooks", "facilitation" or "data".

    In a wheel they lie inside the package; in a checkout at the top of the repository.
    """
    inside = PACKAGE / "bundled" / folder
    return inside if inside.is_dir() else PACKAGE.parents[1] / folder


class Source(Struct, frozen=True):
    """An agenda with the folder that it lies in, where its guides and its own data sets are too."""

    agenda: Agenda
    folder: Path
    toml: str


def agenda_names() -> list[str]:
    """Return the names of the agendas that come with the kit."""
    return sorted(path.parent.name for path in shipped("facilitation").glob(f"*/{AGENDA_FILE}"))


def agendas_here() -> list[str]:
    """Return the names of the agendas that come with the kit, and of those in `facilitation/` where one works."""
    own = (path.parent.name for path in Path("facilitation").glob(f"*/{AGENDA_FILE}"))
    return sorted({*agenda_names(), *own})


def load_agenda(name: str, registry: Registry) -> Source:
    """Read an agenda by the name of a shipped one, of a folder in `facilitation`, or by the path of a TOML file."""
    path = shipped("facilitation") / name if name in agenda_names() else Path(name)
    try:
        if not path.exists() and (beside := Path("facilitation") / name).is_dir():
            path = beside
        path = path / AGENDA_FILE if path.is_dir() else path
        content = path.read_bytes()
    except (OSError, ValueError):  # a path that cannot be one is a ValueError
        raise AgendaError(
            N_('There is no agenda "{name}". Take one of: {known}; or the path of a TOML file.'),
            name=name,
            known=", ".join(agenda_names()),
        ) from None
    try:
        toml = content.decode("utf-8").replace("\r\n", "\n")
        document = tomllib.loads(toml)
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, str(error), content.count(b"\n") + 1) from None
    try:
        agenda = read_agenda(document, registry, lambda data: data_rows(data, path.parent))
    except AgendaError as error:
        problems = error.problems if isinstance(error, AgendaErrors) else (error,)
        for problem in problems:
            problem.line = _line_of(problem, toml)
        raise AgendaErrors(sorted(problems, key=lambda one: one.line)) from None
    return Source(agenda, path.parent, toml)


def _unreadable(path: Path, problem: str, last: int) -> AgendaError:
    """Return the error for a file that is no TOML, with the line that the parser names, or its `last`."""
    place = _PLACE.search(problem)
    if not place:
        return AgendaError(N_('"{path}" is not a readable TOML file: {problem}'), path=str(path), problem=problem)
    error = AgendaError(
        N_('"{path}" cannot be read here. Look for a missing quotation mark, bracket or comma, or a name used twice.'),
        path=str(path),
    )
    error.line = int(place["line"] or last)
    return error


def _line_of(problem: AgendaError, toml: str) -> int:
    """Return the line of a file that a problem is about: the key that it names, else where its item begins; or 0."""
    lines = toml.splitlines()
    heads = [number for number, line in enumerate(lines, 1) if _ITEM_HEADING.match(line)]
    first, end = 0, min(heads, default=len(lines) + 1)
    if problem.number:
        if problem.number > len(heads):
            return 0
        first, end = heads[problem.number - 1], [*heads, len(lines) + 1][problem.number]
    key = re.compile(rf"\s*{re.escape(str(problem.values.get('key', '')))}\s*=") if "key" in problem.values else None
    return next((at for at in range(max(first, 1), end) if key and key.match(lines[at - 1])), first)


def data_rows(name: str, *beside: Path) -> list[dict[str, Any]]:
    """Return the rows of a data set: a CSV file of that name in one of the folders `beside`, or a shipped one."""
    if _DATA_NAME.fullmatch(name):
        for folder in (*beside, shipped("data")):
            path = folder / f"{name}.csv"
            if path.is_file():
                return _rows_of(path)
    known = ", ".join(sorted(path.stem for path in shipped("data").glob("*.csv")))
    raise AgendaError(N_('There is no data set "{name}". There are: {known}.'), name=name[:60], known=known)


def _rows_of(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            table = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AgendaError(
            N_('"{path}" is not a readable CSV file in UTF-8: {problem}'), path=str(path), problem=error
        ) from None
    for number, row in enumerate(table, 1):
        if None in row or None in row.values():
            raise AgendaError(
                N_('"{path}": row {number} has not as many columns as the first line.'), path=str(path), number=number
            )
    return [{k: v for k, v in row.items() if k not in _NOT_FOR_BALLOTS} for row in table]


def guide(folder: Path, lang: str) -> Mapping[str, str]:
    """Return the facilitator's guide as Markdown per agenda item; empty where the agenda has none."""
    for candidate in (folder / f"guide.{lang}.md", folder / f"guide.{DEFAULT_LANGUAGE}.md"):
        if candidate.is_file():
            pieces = _GUIDE_HEADING.split(candidate.read_text("utf-8"))
            return {
                item: f"# {title}\n\n{body.strip()}\n"
                for title, item, body in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True)
            }
    return {}


def folder_of(activity: object) -> Path:
    """Return the folder of the module that defines a kind of activity; its `page.html` lies there."""
    return Path(inspect.getfile(type(activity))).parent


@cache
def phone_languages() -> Mapping[str, str]:
    """Return the languages that phones can speak, with their own names: each that has a compiled catalog."""
    from babel.core import Locale, UnknownLocaleError  # noqa: PLC0415 - only a server asks for it

    names = dict(LANGUAGES)
    for tag in sorted(_catalogs(DOMAIN) - set(LANGUAGES)):
        with suppress(ValueError, UnknownLocaleError):  # a folder that is no language's
            names[tag] = Locale.parse(tag).get_display_name() or tag
    return names


@cache
def plain_languages() -> frozenset[str]:
    """Return the languages that have a catalog of short sentences."""
    return frozenset(_catalogs(PLAIN))


def _catalogs(domain: str) -> set[str]:
    return {path.parent.parent.name for path in (PACKAGE / "locale").glob(f"*/LC_MESSAGES/{domain}.mo")}


def voice(
    lang: str,
    registry: Iterable[object] = (),
    zone: str = "UTC",
    *,
    plain: bool = False,
    fallback: str = DEFAULT_LANGUAGE,
) -> Text:
    """Return the kit's voice in a language, with the catalogs of the given activities behind its own.

    With `plain` it speaks in short sentences where it can. What an agenda does not say in `lang` it says in `fallback`.
    """
    return _voice(lang, tuple(dict.fromkeys(folder_of(kind) / "locale" for kind in registry)), zone, plain, fallback)


@cache
def _voice(lang: str, folders: tuple[Path, ...], zone: str, plain: bool, fallback: str) -> Text:
    places = (PACKAGE / "locale", *(folder for folder in folders if folder.is_dir()))
    return Text.load(lang, places, zone, plain=plain, fallback=fallback)
