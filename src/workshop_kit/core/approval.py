"""The room approves its minutes: versions put before it, an answer per seat, corrections, and what is final.

Raw data are never changed: a correction that was accepted stands beside the record. The minutes themselves are files;
here is what the log tells of them, which is the digest of each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Event, Fact, Span
from workshop_kit.core.noted import NOTED

if TYPE_CHECKING:
    from workshop_kit.core.state import SessionState

replace = msgspec.structs.replace

FILE = "file."
"""What stands before the name of a file in the field that holds its digest."""

LONGEST_COMMENT = 500
MOST_COMMENTS = 5
"""How many corrections one seat may ask for, all versions together."""

FILE_NAME = r"\Aminutes[A-Za-z0-9-]{0,60}(\.[A-Za-z0-9-]{1,20}){1,4}\Z"
"""The name of a file of the minutes; it holds no way into another folder."""

DIGEST = r"\A[0-9a-f]{64}\Z"

FROM_SEATS = frozenset({"approve", "comment"})
FROM_FRONT = frozenset(
    {
        *("draft-minutes", "accept-comment", "answer-comment", "close-approval", "finalise-minutes"),
        *("withdraw-minutes", "show-minutes", "hide-minutes"),
    }
)
COMMANDS = FROM_SEATS | FROM_FRONT

OWN = "minutes."
COMMENTED = "minutes.commented"

PERSONAL = frozenset({COMMENTED})
"""The events of the session itself that hold a person's own words."""


LATE = N_("You joined after these minutes were put before the room. You can read them; who was there before answers.")
"""What a person is told who came in too late to answer."""


class Answer(StrEnum):
    """What a seat says about a version."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Standing(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    CLOSED = "closed"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


class Counts(Struct, frozen=True):
    """How the room answered."""

    yes: int = 0
    no: int = 0
    abstain: int = 0

    @property
    def all(self) -> int:
        return self.yes + self.no + self.abstain

    @property
    def approved(self) -> bool:
        """Whether more said yes than no."""
        return self.yes > self.no


class Version(Struct, frozen=True):
    """A version of the minutes that the room was shown.

    `seq` and `entry` are the number and the digest of the log's last entry that it tells of, `files` the SHA-256 of
    each file of the draft, `final` of those that were made final. `answers` holds one per seat. `seats` is how many had
    joined when it was put before the room, who alone are asked; None where an older log does not say.
    """

    number: int
    seq: int
    entry: str
    files: Mapping[str, str]
    at: datetime
    standing: Standing = Standing.DRAFT
    answers: PMap[str, str] = pmap()
    final: Mapping[str, str] = {}
    seats: int | None = None

    def asks(self, number: int) -> bool:
        """Return whether the seat with this number had joined when the version was put before the room."""
        return self.seats is None or number <= self.seats

    @property
    def counts(self) -> Counts:
        given = list(self.answers.values())
        return Counts(*(given.count(answer) for answer in Answer))

    @property
    def shown(self) -> Mapping[str, str]:
        """The digests of the files that the phones may fetch; none once it was withdrawn."""
        return {} if self.standing is Standing.WITHDRAWN else self.final or self.files


class Comment(Struct, frozen=True):
    """A correction that somebody asks for. `id` is the number of its entry in the log.

    `accepted` is None while it waits; a reason stands beside an answer, and may stand beside an acceptance. `decided`
    is the entry that decided it.
    """

    id: str
    version: int
    seat: str
    section: str
    text: str
    accepted: bool | None = None
    reason: str = ""
    decided: int = 0


class Approval(Struct, frozen=True):
    """All versions, the newest last, all corrections, and the last entry that changed what there is to tell.

    `on_stage` tells that the projected page shows the way to the minutes, `entries` where all this stands in the log.
    `held` is the last entry with which a step went on; whoever came in later came for the minutes only.
    """

    versions: tuple[Version, ...] = ()
    comments: PMap[str, Comment] = pmap()
    changed: int = 0
    held: int = 0
    on_stage: bool = False
    entries: Span = Span()

    @property
    def current(self) -> Version | None:
        """The version that the room is shown now."""
        newest = self.versions[-1] if self.versions else None
        return newest if newest and newest.standing is not Standing.WITHDRAWN else None

    @property
    def attended(self) -> int | None:
        """The number of the last seat that joined before minutes of the whole were shown; None where all count."""
        return next((version.seats for version in self.versions if version.seq >= self.held), None)

    @property
    def waiting(self) -> list[Comment]:
        return [comment for comment in self.corrections if comment.accepted is None]

    @property
    def corrections(self) -> list[Comment]:
        """All corrections that were asked for, in the order of the log."""
        return sorted(self.comments.values(), key=lambda comment: int(comment.id))


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(state: SessionState, command: Command, actor: Actor) -> tuple[Fact, ...]:
    """Return the facts that a command about the minutes leads to. Raises `Refused`."""
    approval, fields = state.approval, command.fields
    if (command.name in FROM_FRONT) is not actor.facilitates:
        told = N_("This takes a seat.") if actor.facilitates else N_("Only the facilitator can do that.")
        raise Refused(Why.NOT_ALLOWED, told)
    if command.name == "draft-minutes":
        return _draft(state, fields)
    if command.name == "hide-minutes":
        return (Fact("minutes.hidden"),) if approval.on_stage else ()
    version = _current(approval)
    if not actor.facilitates:
        _must_be_open(version, fields)
        if not version.asks(state.seats[actor.id].number):
            raise Refused(Why.NOT_ALLOWED, LATE)
        return (
            _answer(version, fields, actor) if command.name == "approve" else _comment(approval, version, fields, actor)
        )
    match command.name:
        case "accept-comment" | "answer-comment":
            return _decided(approval, fields, accepted=command.name == "accept-comment")
        case "close-approval":
            closed = Fact("minutes.approval_closed", {"version": version.number})
            return (closed,) if version.standing is Standing.DRAFT else ()
        case "finalise-minutes":
            must_be_final(state)
            return (Fact("minutes.finalised", {"version": version.number, "files": _files(fields)}),)
        case "withdraw-minutes":
            return (Fact("minutes.withdrawn", {"version": version.number}),)
    return () if approval.on_stage else (Fact("minutes.shown", {"version": version.number}),)


def must_be_final(state: SessionState) -> Version:
    """Return the version that can be made final now. Raises `Refused` saying what is missing.

    Where all seats were erased nobody can approve any more; a version that is written anew then tells of the approval
    of the one before.
    """
    approval = state.approval
    version = _current(approval)
    if version.standing is Standing.FINAL:
        raise Refused(Why.TAKEN, N_("This version is final already. A change takes a new one: publish it."))
    if version.standing is Standing.DRAFT:
        raise Refused(Why.CLOSED, N_("The room is still asked about the minutes. Close that first."))
    if approval.waiting:
        raise Refused(
            Why.CLOSED,
            N_("Corrections are waiting to be accepted or answered: {comments}."),
            comments=", ".join(comment.id for comment in approval.waiting),
        )
    if approval.changed > version.seq:
        raise Refused(
            Why.CLOSED,
            N_("The session went on after this version was put before the room. Publish a new one."),
        )
    if not version.counts.approved and not state.erased:
        raise Refused(Why.CLOSED, N_("The room has not approved this version. Publish a new one and ask again."))
    return version


def _current(approval: Approval) -> Version:
    if (version := approval.current) is None:
        raise Refused(Why.UNKNOWN, N_("The minutes have not been published yet."))
    return version


def _must_be_open(version: Version, fields: Mapping[str, str]) -> None:
    if not fields.get("version"):
        raise Refused(Why.INVALID, N_("Please say which version of the minutes this is about."), field="version")
    if fields["version"] != str(version.number):
        raise Refused(
            Why.CLOSED, N_("There is a newer version of the minutes. Please read that one first."), field="version"
        )
    if version.standing is not Standing.DRAFT:
        raise Refused(Why.CLOSED, N_("The room is not asked about these minutes any more."))


def _draft(state: SessionState, fields: Mapping[str, str]) -> tuple[Fact, ...]:
    files, seq = _files(fields), fields.get("seq", "")
    if not re.fullmatch(r"[0-9]{1,9}", seq) or int(seq) > state.seq:
        raise Refused(Why.INVALID, N_("There is no such entry in the log."), field="seq")
    if not re.match(DIGEST, fields.get("digest", "")):
        raise Refused(Why.INVALID, N_("This is no SHA-256 digest."), field="digest")
    current = state.approval.current
    if current and current.shown == files:
        return ()
    number = len(state.approval.versions) + 1
    if fields.get("version", str(number)) != str(number):
        raise Refused(Why.TAKEN, N_("Somebody else has just published the minutes. Look at those first."))
    said = {"version": number, "seq": int(seq), "digest": fields["digest"], "files": files, "seats": len(state.seats)}
    return (Fact("minutes.drafted", said),)


def _files(fields: Mapping[str, str]) -> dict[str, str]:
    files = {name.removeprefix(FILE): digest for name, digest in fields.items() if name.startswith(FILE)}
    for name, digest in files.items():
        if not re.match(FILE_NAME, name) or not re.match(DIGEST, digest):
            raise Refused(Why.INVALID, N_("This is no file of minutes, or no SHA-256 digest."), field=FILE + name)
    if not files:
        raise Refused(Why.INVALID, N_("A version of the minutes has files."), field="files")
    return files


def _answer(version: Version, fields: Mapping[str, str], actor: Actor) -> tuple[Fact, ...]:
    answer = fields.get("answer", "")
    if answer not in list(Answer):
        raise Refused(Why.INVALID, N_("Choose yes, no or abstain."), field="answer")
    said = {"version": version.number, "answer": answer}
    return () if version.answers.get(actor.id) == answer else (Fact("minutes.voted", said),)


def _decided(approval: Approval, fields: Mapping[str, str], *, accepted: bool) -> tuple[Fact, ...]:
    comment = _comment_of(approval, fields)
    reason = _short(fields, "reason", one_line(fields.get("reason", "")))
    if not reason and not accepted:
        raise Refused(Why.INVALID, N_("Please say why."), field="reason")
    if (comment.accepted, comment.reason) == (accepted, reason):
        return ()
    name = "minutes.comment_accepted" if accepted else "minutes.comment_answered"
    return (Fact(name, {"comment": comment.id, "reason": reason}),)


def _comment(approval: Approval, version: Version, fields: Mapping[str, str], actor: Actor) -> tuple[Fact, ...]:
    text = _short(fields, "text", clean(fields.get("text", "")).strip())
    if not text:
        raise Refused(Why.INVALID, N_("Please write what is to be corrected."), field="text")
    own = [comment for comment in approval.comments.values() if comment.seat == actor.id]
    if len(own) >= MOST_COMMENTS:
        raise Refused(Why.TOO_MANY, N_("You have asked for {most} corrections, which is all."), most=MOST_COMMENTS)
    section = one_line(fields.get("section", ""))[:80]
    return (Fact(COMMENTED, {"version": version.number, "section": section, "text": text}),)


def _short(fields: Mapping[str, str], field: str, written: str) -> str:
    if len(written) > LONGEST_COMMENT:
        raise Refused(
            Why.INVALID,
            N_("Please be shorter: {most} characters at most, you wrote {given}."),
            field=field,
            most=LONGEST_COMMENT,
            given=len(fields[field]),
        )
    return written


def _comment_of(approval: Approval, fields: Mapping[str, str]) -> Comment:
    comment = approval.comments.get(fields.get("comment", ""))
    if comment is None:
        raise Refused(
            Why.INVALID,
            N_("There is no such correction. There are: {known}."),
            field="comment",
            known=", ".join(known.id for known in approval.corrections) or "–",
        )
    return comment


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(approval: Approval, event: Event, *, closed: bool = False) -> Approval:
    """Return what is known of the minutes after an event. Total: what does not fit changes nothing.

    `closed`: the step that the event belongs to was closed before, so a person's doing did not carry it on.
    """
    data = event.data
    if event.name.startswith(OWN) and event.name != NOTED:
        approval = replace(approval, entries=approval.entries.with_entry(event.seq))
    match event.name:
        case "minutes.drafted":
            number, seats = len(approval.versions) + 1, data.get("seats")
            version = Version(number, data["seq"], data["digest"], data["files"], event.at, seats=seats)
            return replace(approval, versions=(*approval.versions, version), on_stage=False)
        case "minutes.voted" if data["answer"] in list(Answer):
            return _newest(
                approval, data, lambda version: {"answers": version.answers.set(event.actor, data["answer"])}
            )
        case _ if event.name == COMMENTED:
            comment = Comment(str(event.seq), data["version"], event.actor, data["section"], data["text"])
            return replace(approval, comments=approval.comments.set(comment.id, comment))
        case "minutes.comment_accepted" | "minutes.comment_answered":
            known = approval.comments.get(data["comment"])
            if known is None:
                return approval
            accepted = event.name == "minutes.comment_accepted"
            decided = replace(known, accepted=accepted, reason=data["reason"], decided=event.seq)
            return replace(approval, comments=approval.comments.set(known.id, decided))
        case "minutes.approval_closed":
            return _newest(approval, data, lambda _version: {"standing": Standing.CLOSED})
        case "minutes.finalised":
            return _newest(approval, data, lambda _version: {"standing": Standing.FINAL, "final": data["files"]})
        case "minutes.withdrawn":
            approval = replace(approval, on_stage=False)
            return _newest(approval, data, lambda _version: {"standing": Standing.WITHDRAWN})
        case "minutes.shown" | "minutes.hidden":
            return replace(approval, on_stage=event.name == "minutes.shown" and approval.current is not None)
    if not event.item and event.name != NOTED:
        return approval
    goes_on = event.name in {"item.opened", "item.round_started"}
    by_the_room = event.actor != FACILITATOR and not closed
    held = event.seq if event.item and (event.name.startswith("item.") or by_the_room) else approval.held
    return replace(approval, changed=event.seq, held=held, on_stage=approval.on_stage and not goes_on)


def _newest(approval: Approval, data: Mapping[str, Any], changes: Any) -> Approval:
    """Return the approval with its newest version changed, if it is that one which the event is about."""
    *earlier, newest = approval.versions or (None,)
    if newest is None or newest.number != data["version"]:
        return approval
    return replace(approval, versions=(*earlier, replace(newest, **changes(newest))))
