"""The report over many sessions, as a document: one picture per factor, and what the figures stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from workshop_kit.__about__ import __version__
from workshop_kit.core.document import (
    AnyBlock,
    Bar,
    Bullets,
    Chart,
    Document,
    Heading,
    Meta,
    Pairs,
    Paragraph,
    Section,
    Table,
    cleaned,
)
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.text import Text
from workshop_kit.results.evidence import Comparison, Evidence, Factor, Site
from workshop_kit.results.pooling import FEWEST

MOST_PROPOSED = 200

TOO_FEW = N_(
    "The share is the plain mean of the workshops' shares. With fewer than {fewest} workshops no common range is "
    "estimated; the lowest and the highest share stand beside it."
)
READING = N_(
    "In the pictures a bar is the share of people behind a factor. The line in it is the range in which the share may "
    "lie, given so few people; the fewer people, the longer the line."
)
POOLED = N_(
    "The shares of all workshops are put together so that each counts by its size and by how far the workshops differ. "
    "The range for the next workshop is the one to go by: that is where the share of people would lie in one more "
    "workshop of the same kind."
)
SOURCES = N_(
    "Random-effects model on log odds; spread between workshops by Paule and Mandel; interval by Hartung, Knapp, Sidik "
    "and Jonkman; range for the next workshop by Higgins, Thompson and Spiegelhalter; a single workshop's interval by "
    "Wilson. All at a level of 95 percent."
)
RANGES = N_(
    "The ranges are wider than in the minutes of a single session: those speak only of the people who could have voted "
    "there, these of any people in such a workshop."
)
LIMIT = N_(
    "People who come to a workshop chose to come. The figures tell what they find important, not what makes networks "
    "succeed. Whoever took part in several workshops counts in each."
)

TIMES = N_("in {n} workshops")
ALONE = NN_("{n} poll stands alone and is not compared.", "{n} polls stand alone and are not compared.")
LEFT_OUT = NN_(
    "{n} poll or card was left out, because too few people voted or a name stood in it.",
    "{n} polls or cards were left out, because too few people voted or a name stood in them.",
)


def report(evidence: Evidence, text: Text) -> Document:
    """Return the report in the language of `text`."""
    simulated = any(bundle.simulated for bundle in evidence.bundles)
    months = sorted(bundle.month for bundle in evidence.bundles if bundle.month)
    sections = tuple(cleaned(section) for section in sections_of(evidence, text))
    return Document(meta_of(text, months, simulated=simulated), sections)


def meta_of(text: Text, months: list[str], *, simulated: bool) -> Meta:
    """Return what the report says about itself; its date is that of the last session, so that output repeats."""
    return Meta(
        title=text(N_("What holds up everywhere?")),
        lang=text.lang,
        created=f"{months[-1]}-01T00:00:00+00:00" if months else "",
        subtitle=text(N_("Many workshops on one list, compared")),
        simulated=simulated,
        banner=text(N_("Simulation: no real people took part.")) if simulated else "",
        generator=f"workshop-kit {__version__}",
    )


def sections_of(evidence: Evidence, text: Text) -> Iterator[Section]:
    """Yield the sections in the order in which people read them."""
    yield Section("workshops", text(N_("Workshops")), tuple(_workshops(evidence, text)))
    for number, comparison in enumerate(evidence.comparisons, 1):
        yield Section(f"list-{number}", text(N_("The factors")), tuple(_overview(comparison, text)))
        yield Section(f"factors-{number}", text(N_("Factor by factor")), tuple(_pictures(comparison, text)))
    yield Section("proposed", text(N_("Newly proposed")), tuple(_proposed(evidence, text)))
    yield Section("method", text(N_("How to read this")), tuple(_method(evidence, text)))


def _workshops(evidence: Evidence, text: Text) -> Iterator[AnyBlock]:
    rows = tuple(
        (
            bundle.place or text(N_("without a place")),
            _month(bundle.month, text),
            text.number(max((poll.voters for poll in bundle.polls), default=0)),
            text(N_("simulated")) if bundle.simulated else "",
        )
        for bundle in sorted(evidence.bundles, key=lambda bundle: (bundle.month, bundle.place, bundle.session))
    )
    head = (text(N_("Place")), text(N_("Month")), text(N_("Voters")), text(N_("Remark")))
    yield Paragraph(text.plural("{n} workshop", "{n} workshops", len(rows)), "lead")
    if rows:
        yield Table(head, rows, numeric=(2,))
    if not evidence.comparisons:
        yield Paragraph(text(N_("No two of them voted on the same list in the same way, so nothing can be compared.")))
    if evidence.alone:
        yield Paragraph(text.plural(*ALONE, evidence.alone), "note")


def _overview(comparison: Comparison, text: Text) -> Iterator[AnyBlock]:
    yield Pairs(
        (
            (text(N_("Workshops")), text.number(comparison.workshops)),
            (text(N_("Voters")), text.number(comparison.people)),
            (text(N_("Way of voting")), text.pick(comparison.rule)),
        )
    )
    pooled = any(factor.pooled for factor in comparison.factors)
    everywhere = all(len(factor.sites) == comparison.workshops for factor in comparison.factors)
    columns = [text(N_("Factor"))] if everywhere else [text(N_("Factor")), text(N_("Workshops"))]
    columns += [text(N_("Share"))]
    columns += [text(N_("Interval")), text(N_("Next workshop"))] if pooled else [text(N_("From … to"))]
    rows = tuple(_row(factor, text, pooled=pooled, everywhere=everywhere) for factor in comparison.factors)
    numeric = tuple(range(1, len(columns)))
    yield Table(tuple(columns), rows, text(N_("All factors, the most supported first")), numeric=numeric)
    yield Paragraph(text(POOLED) if pooled else text(TOO_FEW, fewest=FEWEST), "note")
    yield Paragraph(text(READING), "note")


def _row(factor: Factor, text: Text, *, pooled: bool, everywhere: bool) -> tuple[str, ...]:
    """Return a factor's row; in how many workshops it was voted on stands there only where that differs."""
    counted = () if everywhere else (text.number(len(factor.sites)),)
    start = (text.pick(factor.label), *counted, text.percent(factor.share))
    if not pooled:
        shares = [site.share for site in factor.sites]
        return (*start, _range(min(shares), max(shares), text))
    if factor.pooled is None:
        return (*start, "", "")
    found = factor.pooled
    return (*start, _range(found.low, found.high, text), _range(found.next_low, found.next_high, text))


def _pictures(comparison: Comparison, text: Text) -> Iterator[AnyBlock]:
    for factor in comparison.factors:
        yield Heading(text.pick(factor.label))
        yield picture(factor, text)


def picture(factor: Factor, text: Text) -> Chart:
    """Return a factor's picture: a bar per workshop with its interval, then all together and the next workshop.

    It has no title, since the factor stands above it.
    """
    figures = [_figure(site, text) for site in factor.sites]
    if found := factor.pooled:
        together = (found.share, found.low, found.high)
        ahead = (found.share, found.next_low, found.next_high)
        figures.append(_Figure(text(N_("All together")), "", *together, text.percent(found.share)))
        figures.append(_Figure(text(N_("Next workshop")), "", *ahead, _range(found.next_low, found.next_high, text)))
    shares = [site.share for site in factor.sites]
    return Chart(
        title="",
        bars=tuple(figure.bar for figure in figures),
        alt=text(
            N_("Share of people behind this factor in {n} workshops: {low} to {high}."),
            n=len(shares),
            low=text.percent(min(shares)),
            high=text.percent(max(shares)),
        ),
        unit=text(N_("percent of the people who voted")),
        ordered=False,
        table=_beside(figures, text),
        most=100,
    )


class _Figure(Struct, frozen=True):
    """What a picture and its table say about one workshop, or all: shares between 0 and 1, `note` beside the bar."""

    label: str
    people: str
    share: float
    low: float | None
    high: float | None
    note: str

    @property
    def bar(self) -> Bar:
        low, high = (None if edge is None else edge * 100 for edge in (self.low, self.high))
        return Bar(self.label, self.share * 100, self.note, low, high)


def _figure(site: Site, text: Text) -> _Figure:
    people = text(N_("{n} of {voters}"), n=site.people, voters=site.voters)
    return _Figure(site.place or text(N_("without a place")), people, site.share, site.low, site.high, people)


def _beside(figures: Iterable[_Figure], text: Text) -> Table:
    """Return the table beside a picture."""
    rows = tuple(
        (figure.label, figure.people, text.percent(figure.share), _range(figure.low, figure.high, text))
        for figure in figures
    )
    head = (text(N_("Place")), text(N_("People")), text(N_("Share")), text(N_("Interval")))
    return Table(head, rows, numeric=(1, 2, 3))


def _proposed(evidence: Evidence, text: Text) -> Iterator[AnyBlock]:
    if not evidence.proposed:
        yield Paragraph(text(N_("Nothing new was proposed.")))
        return
    yield Paragraph(text(N_("Cards that nobody has put under a factor, as people wrote them:")))
    cards = evidence.proposed[:MOST_PROPOSED]
    yield Bullets(tuple(f"{card} ({text(TIMES, n=n)})" if n > 1 else card for card, n in cards))
    if len(evidence.proposed) > len(cards):
        yield Paragraph(text(N_("… and {n} more."), n=len(evidence.proposed) - len(cards)), "note")


def _method(evidence: Evidence, text: Text) -> Iterable[AnyBlock]:
    yield Paragraph(text(LIMIT))
    yield Paragraph(text(N_("Only what had the same wording and was voted on in the same way is put together.")))
    yield Paragraph(text(RANGES), "note")
    yield Paragraph(text(SOURCES), "note")
    if left_out := sum(bundle.left_out for bundle in evidence.bundles):
        yield Paragraph(text.plural(*LEFT_OUT, left_out), "note")


def _month(month: str, text: Text) -> str:
    try:
        return text.month(month)
    except ValueError:
        return month


def _range(low: float | None, high: float | None, text: Text) -> str:
    """Return an interval on one line, as in "20 to 43 %"."""
    if low is None or high is None:
        return ""
    written = text(N_("{low} to {high}"), low=text.number(low * 100), high=text.percent(high))
    return written.replace(" ", "\N{NO-BREAK SPACE}")
