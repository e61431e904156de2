"""Writes the minutes: runs the notebook on the log, and makes every format from what its cells displayed.

One run executes the notebook at most once per language and edition. Everything is written beside its place first and
put there at the end, so that nothing half-done is to be seen.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from msgspec.structs import replace

from workshop_kit import activities
from workshop_kit.core.activity import Command
from workshop_kit.core.approval import FILE, Version, must_be_final
from workshop_kit.core.document import Document
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.state import SessionState
from workshop_kit.core.text import LANGUAGES
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.minutes import discretion, versions
from workshop_kit.minutes.execute import executed
from workshop_kit.minutes.kinds import KINDS, file_stem, kind_named
from workshop_kit.minutes.staging import staged
from workshop_kit.minutes.writers import BUILT_IN, USUAL, Format, format_named
from workshop_kit.prepare import furnish
from workshop_kit.privacy import IN_FRONT

Progress = Callable[[str], None]
"""Is told the name of each file when its making begins."""

PUBLIC = "public"
TRIES = 2
"""How often minutes are written for the phones, where the session goes on meanwhile."""


def _quiet(_step: str) -> None:
    pass


class Desk:
    """One run on a session: what it needs to know of it, and the documents that it has executed already."""

    def __init__(
        self,
        folder: SessionFolder,
        kind: str,
        progress: Progress,
        found: Progress,
        chosen: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        self.folder = folder
        self.chosen = chosen
        self.kind = kind_named(kind).name
        self.progress = progress
        self.found = found
        self.registry = activities.installed()
        with closing(folder.open(self.registry)) as live:
            self.state = live.state
            self._private = discretion.without_consent(live.people, live.state)
        furnish(folder, self.registry)
        self._documents: dict[tuple[str, str], tuple[Document, bytes]] = {}

    def document(self, lang: str, edition: str, stage: Path, target: Path) -> Document:
        """Return the document of a language and edition; its executed notebook lies in `stage`."""
        name = f"{file_stem(lang, edition, self.kind)}.ipynb"
        if (lang, edition) not in self._documents:
            self.progress(name)
            document = executed(self.folder, stage, target, lang, edition, self.kind, self.chosen)
            self._documents[lang, edition] = document, (stage / name).read_bytes()
            if edition == PUBLIC:
                for person in discretion.named(document, self._private):
                    self._private.discard(person)
                    self.found(person)
        document, notebook = self._documents[lang, edition]
        (stage / name).write_bytes(notebook)
        return document

    def write(self, document: Document, formats: Iterable[Format], stem: str, stage: Path) -> list[Path]:
        """Write a document in these formats; returns the files."""
        text = voice(document.meta.lang, self.registry.values(), self.state.info.timezone)
        written = []
        for format_ in formats:
            path = stage / f"{stem}{format_.extension}"
            self.progress(path.name)
            path.write_bytes(format_.write(document, text))
            written.append(path)
        return written

    def catch_up(self) -> SessionState:
        """Read the session anew, and forget what was executed if it went on."""
        with closing(self.folder.open(self.registry)) as live:
            if live.state.seq != self.state.seq:
                self._documents.clear()
            self.state = live.state
        return self.state


def write_minutes(
    folder: SessionFolder,
    lang: str = "",
    formats: tuple[str, ...] = USUAL,
    edition: str = "internal",
    kind: str = KINDS[0].name,
    out: Path | None = None,
    *,
    publish: bool = False,
    chosen: Mapping[str, object] = MappingProxyType({}),
    progress: Progress = _quiet,
    found: Progress = _quiet,
) -> list[Path]:
    """Execute the minutes notebook and write the formats; returns the files, the executed notebook first.

    `chosen` are parameters of the notebook (`without`, `plain`) that replace what it says itself. `found` is told each
    name that stands in a text of the public edition though its bearer did not agree. A cell that fails is named in the
    error, and nothing is replaced; the notebook that shows where lies beside the minutes. With `publish` the public
    edition is put before the room too.
    """
    wanted = [format_named(name) for name in formats]
    desk = Desk(folder, kind, progress, found, chosen)
    lang = lang or desk.state.info.lang
    target = out or folder.minutes
    with staged(target) as stage:
        stem = file_stem(lang, edition, desk.kind)
        document = desk.document(lang, edition, stage, target)
        names = [f"{stem}.ipynb", *(path.name for path in desk.write(document, wanted, stem, stage))]
    written = [target / name for name in names]
    if publish:
        written += put_before_the_room(desk)
    return written


def steps(formats: Iterable[str], edition: str = "internal", *, publish: bool = False) -> int:
    """Return how many files `write_minutes` tells of."""
    published = len(LANGUAGES) * (len(BUILT_IN) + 1) - (edition == PUBLIC) if publish else 0
    return len(list(formats)) + 1 + published


def put_before_the_room(desk: Desk) -> list[Path]:
    """Write the public edition in every language and format as a new draft, and tell the phones; returns the files.

    Where nothing changed since the current version, that one stays. Raises `WorkshopError` where the session goes on
    all the while.
    """
    for _ in range(TRIES):
        state = desk.state
        number = len(state.approval.versions) + 1
        with staged(desk.folder.versions / versions.folder_name(number)) as stage:
            files = _public_files(desk, stage, _base(state), N_("Draft {n}"), number)
            if desk.catch_up().seq == state.seq:
                break
            shutil.rmtree(stage)
            stage.mkdir()
    else:
        raise WorkshopError(N_("The session went on while its minutes were written. Close the step and publish again."))
    drafted = {"version": str(number), "seq": str(state.seq), "digest": state.digest}
    return _recorded(desk, "draft-minutes", versions.folder_name(number), files, **drafted)


def finalise(folder: SessionFolder, *, progress: Progress = _quiet, found: Progress = _quiet) -> list[Path]:
    """Make the version that the room has approved final, with its approval and corrections; returns the files.

    Raises `Refused` saying what is missing, or `WorkshopError`.
    """
    desk = Desk(folder, KINDS[0].name, progress, found)
    version = must_be_final(desk.state)
    name = versions.folder_name(version.number, final=True)
    with staged(folder.versions / name) as stage:
        files = _public_files(desk, stage, version, N_("Version {n}, final"), version.number)
    return _recorded(desk, "finalise-minutes", name, files)


def _base(state: SessionState) -> Version | None:
    """Return the version that a new one is compared with; what was withdrawn is not there any more."""
    return state.approval.current


def _public_files(desk: Desk, stage: Path, before: Version | None, label: str, number: int) -> dict[str, str]:
    """Write the public edition in all languages and formats into `stage`; returns the digest of each file.

    `label` says in the head of the minutes which version they are.
    """
    for lang in LANGUAGES:
        document = desk.document(lang, PUBLIC, stage, desk.folder.minutes)
        (stage / f"{file_stem(lang, PUBLIC, desk.kind)}.ipynb").unlink()
        text = voice(lang, desk.registry.values(), desk.state.info.timezone)
        standing = f"{document.meta.standing} · {text(label, n=text.number(number))}"
        document = replace(document, meta=replace(document.meta, standing=standing))
        if before:
            changes = versions.since(before, desk.folder, document, text)
            document = replace(document, sections=(*document.sections, *changes))
        desk.write(document, BUILT_IN, f"minutes.{lang}", stage)
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(stage.iterdir())}


def _recorded(desk: Desk, command: str, name: str, files: Mapping[str, str], **fields: str) -> list[Path]:
    """Record a version's files in the log; where that is refused, or says nothing new, they are deleted again."""
    place = desk.folder.versions / name
    with closing(desk.folder.open(desk.registry)) as live:
        before = live.state.seq
        try:
            wanted = Command(command, fields={**fields, **{FILE + file: digest for file, digest in files.items()}})
            live.submit(wanted, IN_FRONT).result()
        except WorkshopError:
            shutil.rmtree(place, ignore_errors=True)
            raise
        if live.state.seq == before:
            shutil.rmtree(place, ignore_errors=True)
            current = live.state.approval.current
            return versions.files(desk.folder, current) if current else []
    return [place / file for file in files]
