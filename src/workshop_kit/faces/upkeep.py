"""What `workshop verify`, `backup` and `repair` do and say: the care of a session's log in its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.text import Text
from workshop_kit.folder import SessionFolder
from workshop_kit.live import utc_now
from workshop_kit.store.backup import back_up, check
from workshop_kit.store.recovery import repair

_DROPPED = NN_("{n} entry was dropped, from entry {first} on.", "{n} entries were dropped, from entry {first} on.")


def verify(folder: SessionFolder, text: Text) -> Iterator[str]:
    """Check the log, its file and its backups; yields what to tell. Raises `BrokenLog`, `StoreError`."""
    count, digest = verified(folder)
    yield text(N_("The log is whole: {count} entries, digest {digest}"), count=count, digest=digest)


def verified(folder: SessionFolder) -> tuple[int, str]:
    """Check the log as `verify` does; returns how many entries it has, and the digest of the last."""
    if folder.address is None:
        return check(folder.log)
    live = folder.open()
    try:
        return live.verify()
    finally:
        live.close()


def backup(folder: SessionFolder, out: Path | None, text: Text) -> Iterator[str]:
    """Make a backup; yields what to tell. Raises `StoreError`."""
    made = back_up(folder.log, out, now=utc_now())
    told = N_("Backup: {path} ({count} entries, digest {digest})")
    yield text(told, path=made.path, count=made.count, digest=made.digest)


def mend(folder: SessionFolder, source: Path | None, text: Text) -> Iterator[str]:
    """Repair the log, from a backup if one is named; yields what to tell. Raises `StoreError`."""
    done = repair(folder.log, source, now=utc_now())
    yield text(N_("The log is whole again: {count} entries, digest {digest}"), count=done.kept, digest=done.digest)
    if done.dropped:
        yield text.plural(*_DROPPED, done.dropped, first=done.kept + 1)
    else:
        yield text(N_("No entry was dropped."))
    if done.unreadable:
        yield text(N_("Of these, unreadable: {entries}"), entries=_ranges(done.unreadable))
    if done.emptied:
        told = N_("Kept, but their content was gone, and an entry now says so: {entries}")
        yield text(told, entries=_ranges(done.emptied))
    yield text(N_("The damaged file is kept as {path}."), path=done.damaged)
    if done.votes:
        yield text(
            N_(
                "It holds the ballots of a secret vote that was open; they were left out. "
                "Let people vote again in a new round, and delete that file soon."
            )
        )


def _ranges(entries: Iterable[int]) -> str:
    """Return numbers as people write them: 3, 5–7."""
    runs: list[list[int]] = []
    for entry in sorted(entries):
        if runs and entry == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], entry]
        else:
            runs.append([entry])
    return ", ".join("–".join(str(end) for end in run) for run in runs)
