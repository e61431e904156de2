"""The card of a barcamp session, one page of A4: what it was about, what came of it, who goes on.

The form follows Ralf Appelt's sheet for documenting sessions (nureinblog.at), with open points and links from the
report sheets of Open Space.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_kit.core.agenda import sources
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Pairs, Section
from workshop_kit.core.errors import N_
from workshop_kit.core.noted import BY_NAME
from workshop_kit.core.state import Item
from workshop_kit.minutes.contents.frame import TOOK_PART
from workshop_kit.minutes.contents.outlook import points
from workshop_kit.minutes.material import Material

MOST_QUESTIONS, MOST_STEPS, MOST_POINTS, MOST_OPEN = 3, 4, 3, 2
"""So many questions, steps, points of a step and open points a page has room for."""

SAID = ("decision", "key-points")

PLAN = "actions"
COLLECTED = frozenset({"ideas", PLAN})
"""The kinds of activity of which a handful of entries says more than their number."""

LONGEST_ENTRY = 120
"""So many characters of an entry a card has room for."""


def card(told: Material) -> Section | None:
    """Give the whole card as one section, under headings that take little room."""
    info, text = told.state.info, told.text
    pairs = (
        (text(N_("Session given by")), told.noted("session-giver") or info.facilitator),
        (text(N_("Occasion")), told.noted("occasion")),
        (text(N_("People")), text.plural(*TOOK_PART, len(told.state.attending))),
    )
    blocks: list[AnyBlock] = [Pairs(tuple(pair for pair in pairs if pair[1]))]
    for title, under in (
        (N_("Starting point"), told.note_blocks("purpose", heading=False)),
        (N_("Questions"), _questions(told)),
        (N_("Answers and key points"), _answers(told)),
        (N_("Left open"), _left_open(told)),
        (N_("How it goes on"), _goes_on(told)),
    ):
        if found := list(under):
            blocks += [Heading(text(title)), *found]
    return told.section("card", text(N_("At a glance")), [*blocks, *told.source(told.whole)])


def _questions(told: Material) -> Iterator[AnyBlock]:
    """Yield the questions that were worked on; a plan, or sorting what an earlier step collected, asks nothing new."""
    asking = (item for item in _worked(told) if not sources(item.spec) and item.spec.activity != PLAN)
    prompts = (told.text.pick(item.spec.prompt) for item in asking)
    if asked := tuple(dict.fromkeys(prompt for prompt in prompts if prompt))[:MOST_QUESTIONS]:
        yield Bullets(asked)


def _answers(told: Material) -> Iterator[AnyBlock]:
    """Yield what came of each step: what the note-taker holds to be the point, else the result in a sentence."""
    said = [(item, points) for item in _worked(told) if (points := "\n".join(_points(told, item)))]
    noted_first = sorted(said, key=lambda pair: not any(told.note(field, pair[0].spec.id) for field in SAID))
    shown = {item.spec.id for item, _ in noted_first[:MOST_STEPS]}
    if said:
        yield Pairs(tuple((told.title(item), points) for item, points in said if item.spec.id in shown))


def _left_open(told: Material) -> Iterator[AnyBlock]:
    found = points(told)
    shown = found[:MOST_OPEN]
    if more := len(found) - len(shown):
        shown.append(told.text.plural("and {n} more point", "and {n} more points", more))
    if shown:
        yield Bullets(tuple(shown))


def _goes_on(told: Material) -> Iterator[AnyBlock]:
    notes = [(field, note) for field in ("continues", "next-meeting", "links") if (note := told.note(field))]
    if notes:
        yield Pairs(tuple((told.text(BY_NAME[field].label), "\n".join(note.points)) for field, note in notes))


def _worked(told: Material) -> list[Item]:
    """Return the steps that were held and ask for something: those that have a result to tell."""
    kinds = told.rules.registry
    return [item for item in told.items() if item.opened_at and hasattr(kinds[item.spec.activity], "gist")]


def _points(told: Material, item: Item) -> Iterator[str]:
    written = [point for field in SAID if (note := told.note(field, item.spec.id)) for point in note.points]
    if written or told.moved_to(item):
        yield from written[:MOST_POINTS]
    elif entries := _entries(told, item):
        yield from entries
    elif gist := " ".join(told.told("gist", item, item.state)):
        yield gist


def _entries(told: Material, item: Item) -> list[str]:
    """Return what was collected in its words, where it is little enough for a card."""
    if item.spec.activity not in COLLECTED:
        return []
    words = [told.text.pick(one.label) for one in told.rules.activity(item).offers(item.state)]
    return words if len(words) <= MOST_POINTS and all(len(one) <= LONGEST_ENTRY for one in words) else []
