"""A network picture's part of the minutes: picture and table of the ties, what they say, and how far that reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workshop_kit.activities.ties.figures import bridges, most_tied, untied
from workshop_kit.activities.ties.state import KINDS, STRENGTHS, Kind, Node, Tie, TiesState
from workshop_kit.core import document
from workshop_kit.core.document import AnyBlock, LineStyle, Network, Pairs, Paragraph, Table, one_line
from workshop_kit.core.errors import N_, NN_

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

STYLES: dict[Kind, LineStyle] = {Kind.IN_PERSON: "solid", Kind.ONLINE: "dotted", Kind.BEYOND: "double"}
MISSING: LineStyle = "dashed"

NODES = NN_("{n} organisation or group", "{n} organisations and groups")
TIES = NN_("{n} tie", "{n} ties")
LACKING = NN_("{n} missing tie", "{n} missing ties")
HONEST = N_(
    "The picture shows what people here named, not the whole network. Ties that nobody here knows are not in it."
)
ALT = N_("Network picture: {nodes}, {ties}, {missing}. {figures}")


def record(state: TiesState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield the picture with its table, the figures in words, and what the picture does not show."""
    del people
    if not state.shown:
        yield Paragraph(text(N_("No organisations or groups were listed.")), "note")
        return
    if not state.ties():
        yield Paragraph(text(N_("No ties were named.")), "note")
        return
    yield network(state, text)
    yield Pairs(tuple(told_figures(state, text)))
    yield Paragraph(text(N_("Thicker lines: closer ties. Ties that several people named stand here once.")), "note")
    yield Paragraph(text(HONEST), "note")


def network(state: TiesState, text: Text) -> Network:
    """Return the picture, the words for it and the table of the ties."""
    ties = state.ties()
    used = [style for kind, style in STYLES.items() if any(kind in tie.kinds and not tie.missing for tie in ties)]
    meanings = {style: text(KINDS[kind]) for kind, style in STYLES.items()}
    legend = [(str(style), meanings[style]) for style in used]
    if any(tie.missing for tie in ties):
        legend.append((str(MISSING), text(N_("missing, wished for"))))
    return Network(
        title=text(N_("Who works with whom")),
        nodes=tuple(document.Node(node.id, wording(node, text)) for node in state.shown),
        edges=tuple(
            document.Edge(
                tie.one.id,
                tie.other.id,
                (MISSING,) if tie.missing else tuple(STYLES[kind] for kind in tie.kinds) or ("solid",),
                tie.strength.weight,
            )
            for tie in ties
        ),
        legend=tuple(legend),
        alt=described(state, text),
        table=Table(
            tuple(
                text(head)
                for head in (
                    *(N_("Between"), N_("and")),
                    *(N_("How"), N_("How closely"), N_("Named by"), N_("Missed by")),
                )
            ),
            tuple(_row(tie, text) for tie in ties),
            text(N_("The ties one by one")),
            numeric=(4, 5),
        ),
    )


def _row(tie: Tie, text: Text) -> tuple[str, ...]:
    kinds = ", ".join(text(KINDS[kind]) for kind in tie.kinds)
    missing = text(N_("missing")) + (f": {kinds}" if kinds else "")
    return (
        wording(tie.one, text),
        wording(tie.other, text),
        missing if tie.missing else kinds,
        "–" if tie.missing else text(STRENGTHS[tie.strength]),
        text.number(tie.named),
        text.number(tie.missed),
    )


def described(state: TiesState, text: Text) -> str:
    """Return the gist of the picture: how many nodes and ties there are, who has most and who none."""
    ties = state.ties()
    lacking = sum(tie.missing for tie in ties)
    figures = " ".join(f"{name}: {value}." for name, value in told_figures(state, text)[:2])
    return text(
        ALT,
        nodes=text.plural(*NODES, len(state.shown)),
        ties=text.plural(*TIES, len(ties) - lacking),
        missing=text.plural(*LACKING, lacking),
        figures=figures,
    )


def told_figures(state: TiesState, text: Text) -> list[tuple[str, str]]:
    """Return who has most ties, who has none, and who holds the parts together, each with what it is called."""
    most = ", ".join(f"{wording(node, text)} ({text.plural(*TIES, n)})" for node, n in most_tied(state))
    loose = ", ".join(wording(node, text) for node in untied(state))
    cut = ", ".join(wording(node, text) for node in bridges(state.shown, state.ties()))
    return [
        (text(N_("Most ties")), most or text(N_("nobody stands out"))),
        (text(N_("Without a tie")), loose or text(N_("none"))),
        (text(N_("Holds parts together (without it, some would lose their connection)")), cut or text(N_("none"))),
    ]


def pending(state: TiesState, text: Text, people: People) -> Iterable[str]:
    """Yield a sentence for each tie that is missing."""
    del people
    for tie in state.ties():
        if tie.missing:
            yield text(
                N_("A tie is missing between {one} and {other}."),
                one=wording(tie.one, text),
                other=wording(tie.other, text),
            )


def wording(node: Node, text: Text) -> str:
    """Return what a node is called."""
    return one_line(text.pick(node.label))
