"""The shape of the report that the kit began with: who talked where, the list in its order, all ideas, and a call.

The article "12 Erfolgsfaktoren für den Aufbau von lokalen Netzwerken" (opentransfer.de) reports a session in this
shape, and ends with four questions to its readers. An agenda without a list of factors is told step by step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from workshop_kit.core.activity import Option
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Pairs, Paragraph, Section, one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.state import Item
from workshop_kit.minutes.material import Material

MET = NN_(
    '{n} person worked on "{title}" together: {day}.',
    '{n} people worked on "{title}" together: {day}.',
)

ASKED = (
    N_("What is your experience?"),
    N_("Which of these factors have helped where you are?"),
    N_("What is missing in this list?"),
    N_("What was forgotten altogether?"),
)

CALL = N_(
    "This list comes from one session. It becomes valid only if it holds elsewhere too: take it to your network, ask "
    "the same questions, and tell us what came of it. The results of many places can be put together."
)


SHOWN = frozenset({"assigned", "unassigned", "merged"})
"""Where a card is that is printed; withdrawn and hidden ones are not."""


def report(told: Material) -> Section | None:
    """Tell who talked where, in two or three sentences."""
    info, text = told.state.info, told.text
    day = ", ".join(part for part in (told.day(), info.place) if part)
    blocks: list[AnyBlock] = [Paragraph(text.plural(*MET, len(told.state.attending), title=info.title, day=day))]
    pairs = (
        (text(N_("Occasion")), told.noted("occasion")),
        (text(N_("Session given by")), told.noted("session-giver") or info.facilitator),
    )
    if shown := tuple(pair for pair in pairs if pair[1]):
        blocks.append(Pairs(shown))
    blocks += told.note_blocks("purpose", heading=False)
    blocks += told.source(*told.joins)
    return told.section("report", text(N_("Who met where")), blocks)


def factors(told: Material) -> Section | None:
    """List the factors, a line each, in the order of the result; without factors, what each step brought."""
    text = told.text
    voted = _vote(told)
    if voted is None:
        return _results(told)
    listed = Bullets(tuple(text.pick(factor.label) for factor in _order(told, voted)), ordered=True)
    ranked = N_('In the order that the vote "{step}" gave them.')
    order = ranked if _is_ranked(told, voted) else N_("In the order of the agenda.")
    note = Paragraph(text(order, step=told.title(voted)), "note")
    title = text.plural("{n} factor", "{n} factors", len(listed.items))
    return told.section("factors", title, [note, listed, *told.source(*voted.entries)])


def collection(told: Material) -> Section | None:
    """Print the full collection of ideas: by factor in the order of the result, then by group, then what has none."""
    text = told.text
    voted = _vote(told)
    known = {factor.id: text.pick(factor.label) for factor in (_order(told, voted) if voted else ())}
    by_factor: dict[str, list[str]] = {factor: [] for factor in known}
    spans = []
    for item in told.items():
        if told.moved_to(item) or "factor" not in told.rules.activity(item).columns:
            continue
        spans += list(item.entries)
        names = {option.id: text.pick(option.label) for option in item.spec.options("factors")}
        for row in _cards(told, item):
            made_there = text.pick(row.get("cluster") or {})
            factor = row["factor"] if row["factor"] in names else made_there
            known.setdefault(factor, names.get(factor, made_there))
            by_factor.setdefault(factor, []).append(one_line(text.pick(row["text"])))
    blocks = list(_listed(by_factor, known, text(N_("Not assigned"))))
    return told.section("collection", text(N_("All ideas that were collected")), [*blocks, *told.source(*spans)])


def reader_questions(told: Material) -> Section | None:
    """Ask the reader what the session asked."""
    text = told.text
    asked = ASKED if _vote(told) else (ASKED[0], *ASKED[2:])
    return told.section("reader-questions", text(N_("Questions to you")), [Bullets(tuple(text(one) for one in asked))])


def call(told: Material) -> Section | None:
    """Ask for help to make the list valid."""
    text = told.text
    blocks: list[AnyBlock] = [Paragraph(text(CALL)), *told.note_blocks("links"), *told.note_blocks("next-meeting")]
    return told.section("call", text(N_("Help to make this list valid")), [*blocks, *_notes(told)])


def _notes(told: Material) -> Iterator[Paragraph]:
    return told.source(*told.of_notes("links", "next-meeting"))


def _vote(told: Material) -> Item | None:
    """Return the step whose options are the factors that cards are put under, if there is one."""
    lists = [_ids(item.spec.options("factors")) for item in told.items() if item.spec.settings.get("factors")]
    return next(
        (
            item
            for item in told.items()
            if item.spec.settings.get("options") and any(_ids(item.spec.options()) >= ids for ids in lists)
        ),
        None,
    )


def _ids(options: Iterable[Option]) -> set[str]:
    return {option.id for option in options}


def _order(told: Material, voted: Item) -> list[Option]:
    """Return the factors in the order of the result, or of the agenda where that is not told."""
    if _is_ranked(told, voted):
        return list(told.rules.activity(voted).offers(voted.state))
    return list(voted.spec.options())


def _is_ranked(told: Material, voted: Item) -> bool:
    return voted.closed_at is not None and not told.withheld(voted, voted.state)


def _results(told: Material) -> Section | None:
    text = told.text
    blocks: list[AnyBlock] = []
    for item in told.items():
        said = " ".join(told.told("gist", item, item.state)) if item.opened_at and not told.moved_to(item) else ""
        if said:
            blocks += [Heading(told.title(item)), Paragraph(said), *told.source(*item.entries)]
    return told.section("factors", text(N_("What came of it")), blocks)


def _cards(told: Material, item: Item) -> list[dict[str, Any]]:
    rows = told.rules.activity(item).rows(item.state)
    return [dict(row) for row in rows if row.get("state") in SHOWN]


def _listed(by_factor: dict[str, list[str]], names: dict[str, str], nowhere: str) -> Iterator[AnyBlock]:
    for factor, texts in sorted(by_factor.items(), key=lambda pair: not pair[0]):
        if texts:
            yield Heading(names.get(factor) or nowhere)
            yield Bullets(tuple(texts))
