"""The section that tells how the room approved its minutes: the versions, the answers, and the corrections.

A correction stands beside the raw record, with the entry of the log that accepted it, and without who asked for it.
"""

from __future__ import annotations

from workshop_kit.core.approval import Comment, Standing, Version
from workshop_kit.core.document import AnyBlock, Paragraph, Section, Table, cleaned
from workshop_kit.core.errors import N_
from workshop_kit.core.state import SessionState
from workshop_kit.core.text import Text

STANDINGS = {
    Standing.DRAFT: N_("draft"),
    Standing.CLOSED: N_("asked"),
    Standing.FINAL: N_("final"),
    Standing.WITHDRAWN: N_("withdrawn after an erasure"),
}


def approval(state: SessionState, text: Text) -> Section | None:
    """Return how the room approved its minutes; nothing where it was never asked."""
    versions = state.approval.versions
    if not versions:
        return None
    head: tuple[str, ...]
    blocks: list[AnyBlock] = [Paragraph(told(versions[-1], text))]
    if len(versions) > 1:
        head = (N_("Version"), N_("Shown"), N_("Yes"), N_("No"), N_("Abstained"), N_("State"))
        rows = tuple(_row(version, text) for version in versions)
        blocks.append(Table(tuple(map(text, head)), rows, text(N_("All versions")), numeric=(0, 2, 3, 4)))
    if corrections := [comment for comment in state.approval.corrections if comment.accepted is not None]:
        head = (N_("Part"), N_("Correction"), N_("Decided by the facilitator"), N_("Entry"))
        rows = tuple(_correction(comment, text) for comment in corrections)
        caption = text(N_("Corrections, beside the record, which stays as it was"))
        blocks.append(Table(tuple(map(text, head)), rows, caption, numeric=(3,)))
    return cleaned(Section("approval", text(N_("Approval")), tuple(blocks)))


def told(version: Version, text: Text) -> str:
    """Return in one sentence how the room answered about a version."""
    counts, number = version.counts, text.number(version.number)
    said = ", ".join(
        (
            text(N_("{n} yes"), n=text.number(counts.yes)),
            text(N_("{n} no"), n=text.number(counts.no)),
            text.plural("{n} abstention", "{n} abstentions", counts.abstain),
        )
    )
    if version.standing is Standing.WITHDRAWN:
        return text(
            N_("Version {number} was withdrawn, since it told what was erased. The room had said: {said}."),
            number=number,
            said=said,
        )
    if version.standing is Standing.DRAFT:
        return text(N_("The room is asked about version {number}. So far: {said}."), number=number, said=said)
    if not counts.all:
        return text(N_("Nobody answered about version {number}."), number=number)
    key = (
        N_("Version {number} approved with {said}.")
        if counts.approved
        else N_("Version {number} not approved, with {said}.")
    )
    return text(key, number=number, said=said)


def _row(version: Version, text: Text) -> tuple[str, ...]:
    counts = version.counts
    return (
        text.number(version.number),
        f"{text.date(version.at)}, {text.time(version.at)}",
        *map(text.number, (counts.yes, counts.no, counts.abstain)),
        text(STANDINGS[version.standing]),
    )


def _correction(comment: Comment, text: Text) -> tuple[str, ...]:
    decided = text(N_("accepted")) if comment.accepted else text(N_("not taken up"))
    return (
        comment.section or text(N_("The whole")),
        comment.text,
        f"{decided}: {comment.reason}" if comment.reason else decided,
        text.number(comment.decided),
    )
