"""A market's part of the minutes: the agreements, what found nobody, and needs and offers by factor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workshop_kit.activities.market.resource_map import drawn, resource_map
from workshop_kit.activities.market.state import Entry, MarketState, Side
from workshop_kit.core.activity import FACILITATOR
from workshop_kit.core.document import AnyBlock, Bar, Bullets, Chart, Heading, Paragraph, Table, one_line
from workshop_kit.core.errors import N_

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

OPEN = {Side.SEEK: N_("Needed, and nobody found yet"), Side.OFFER: N_("Offered, and not taken up yet")}


def record(state: MarketState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield the agreements first, then what is still open, then needs and offers by factor, counted and as a map."""
    if not state.on_board():
        yield Paragraph(text(N_("Nothing was needed or offered.")), "note")
        return
    agreed = state.matches(agreed=True)
    if agreed:
        pairs = [(state.entries[match.seek], state.entries[match.offer]) for match in agreed]
        yield Table(
            (text(N_("Needed")), text(N_("By whom")), text(N_("Given")), text(N_("By whom"))),
            tuple(
                (one_line(need.text), _whose(need, text, people), one_line(offer.text), _whose(offer, text, people))
                for need, offer in pairs
            ),
            text(N_("What was agreed")),
        )
        yield Paragraph(text(N_("Both sides have said yes. No money is involved.")), "note")
    else:
        yield Paragraph(text(N_("No agreement was made.")), "note")
    for kind, title in OPEN.items():
        if unmatched := state.unmatched(kind):
            yield Heading(text(title))
            yield Bullets(tuple(_told(entry, text, people) for entry in unmatched))
    if state.factors:
        yield _map(state, text)
    if (state.factors or state.said) and drawn(state):
        yield resource_map(state, text)


def pending(state: MarketState, text: Text, people: People) -> Iterable[str]:
    """Yield a sentence for each need that found nobody, and for each match that lacks a yes and has no other."""
    served = {match.seek for match in state.matches(agreed=True)}
    asked = [match for match in state.matches(agreed=False) if match.seek not in served]
    for match in asked:
        [missing] = set(Side) - state.said[match]
        person = _whose(state.entries[match.of(missing)], text, people)
        yield text(
            N_("{need} with {offer}: {person} has not said yes yet."),
            need=one_line(state.entries[match.seek].text),
            offer=one_line(state.entries[match.offer].text),
            person=person,
        )
    waiting = {match.seek for match in asked}
    for need in state.unmatched(Side.SEEK):
        if need.id not in waiting:
            yield text(N_("Still needed: {need}."), need=one_line(need.text))


def _told(entry: Entry, text: Text, people: People) -> str:
    return f"{one_line(entry.text)} ({_whose(entry, text, people)})"


def _whose(entry: Entry, text: Text, people: People) -> str:
    """Return who wrote an entry; what the facilitator entered has no person."""
    return text(N_("without a name")) if entry.seat == FACILITATOR else people(entry.seat, text)


def _map(state: MarketState, text: Text) -> Chart:
    """Return how much is needed and offered by factor; what belongs to none comes last."""
    labels = {factor.id: text.pick(factor.label) for factor in state.factors} | {"": text(N_("Not assigned"))}
    counts = {
        factor: [sum(entry.factor == factor for entry in state.on_board(kind)) for kind in (Side.SEEK, Side.OFFER)]
        for factor in labels
    }
    words = (text(N_("needed")), text(N_("offered")))
    shown = {factor: both for factor, both in counts.items() if any(both)}
    return Chart(
        title=text(N_("Needs and offers by factor")),
        bars=tuple(
            Bar(f"{labels[factor]}: {word}", n, text.number(n))
            for factor, both in shown.items()
            for word, n in zip(words, both, strict=True)
        ),
        alt=text(
            N_("Bar chart of {n} factors: how many entries each has that need something and that offer something."),
            n=len(shown),
        ),
        unit=text(N_("entries")),
        ordered=False,
        table=Table(
            (text(N_("Factor")), *words),
            tuple((labels[factor], *(text.number(n) for n in both)) for factor, both in shown.items()),
            numeric=(1, 2),
        ),
    )
