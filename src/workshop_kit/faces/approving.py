"""What `workshop approve` does and says: how the room answers about its minutes, from the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256

from workshop_kit.core.activity import Command
from workshop_kit.core.approval import Approval, Comment
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.text import LANGUAGES, Text
from workshop_kit.folder import SessionFolder, locate
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes import run, versions
from workshop_kit.minutes.approved import told
from workshop_kit.minutes.writers import BUILT_IN
from workshop_kit.privacy import IN_FRONT

FINAL_STEPS = len(LANGUAGES) * (len(BUILT_IN) + 1)
FINAL_LAST = (False, True)
COMMANDS = {
    "accept": "accept-comment",
    "answer": "answer-comment",
    "close": "close-approval",
    "show": "show-minutes",
    "hide": "hide-minutes",
}


def act(session: str, action: str, comment: str, reason: str, text: Text, lang: str = "") -> Iterator[str]:
    """Carry out what the facilitator decides, and yield how the approval stands then. Raises `Refused`.

    What changed is told in `lang`, or else in the session's language.
    """
    folder = locate(session)
    with closing(folder.open()) as live:
        if action in COMMANDS:
            fields = {"comment": comment, "reason": reason} if comment else {}
            live.submit(Command(COMMANDS[action], fields=fields), IN_FRONT).result()
        if action == "changes":
            yield from _changes(folder, live.state.approval, voice(lang or live.state.info.lang))
        else:
            yield from standing(live, text)


def standing(live: LiveSession, text: Text) -> Iterator[str]:
    """Yield how the room answers, and which corrections it asks for."""
    approval = live.state.approval
    if not approval.versions:
        raise Refused(Why.UNKNOWN, N_("The minutes have not been published yet."))
    yield told(approval.versions[-1], text)
    for comment in approval.corrections:
        about = f"{comment.section}: " if comment.section else ""
        yield f"  {comment.id}  {about}{' / '.join(comment.text.splitlines())}  ({decided(comment, text)})"


def final(session: str, text: Text, *, progress: run.Progress, found: run.Progress) -> list[str]:
    """Make the version before the room final; returns what to tell: how it was approved, and each file's digest."""
    folder = locate(session)
    files = run.finalise(folder, progress=progress, found=found)
    with closing(folder.open()) as live:
        lines = [told(live.state.approval.versions[-1], text)]
    return lines + [f"{sha256(path.read_bytes()).hexdigest()}  {path}" for path in files]


def decided(comment: Comment, text: Text) -> str:
    """Return what became of a correction."""
    if comment.accepted is None:
        return text(N_("waiting"))
    said = text(N_("accepted")) if comment.accepted else text(N_("not taken up"))
    return f"{said}: {comment.reason}" if comment.reason else said


def _changes(folder: SessionFolder, approval: Approval, text: Text) -> Iterator[str]:
    numbers = [version.number for version in approval.versions]
    places = [folder.versions / versions.folder_name(number, final=final) for number in numbers for final in FINAL_LAST]
    there = [place for place in places if place.is_dir()]
    if len(there) < 2:
        yield text(N_("There is no earlier version to compare with."))
        return
    yield from versions.difference(there[-2], there[-1], text) or [text(N_("Nothing."))]
