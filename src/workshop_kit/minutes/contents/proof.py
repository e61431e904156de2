"""Where the figures come from: the log, the receipts of secret votes, and a count made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from workshop_kit.__about__ import __version__
from workshop_kit.core.document import AnyBlock, Heading, Pairs, Paragraph, Section, Table
from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel
from workshop_kit.minutes.material import Material

CHANNELS = {
    Channel.PHONE: N_("Phones"),
    Channel.PAPER: N_("Paper"),
    Channel.HANDS: N_("Raised hands and guests without a phone"),
    Channel.NOTEBOOK: N_("Facilitator's notebook"),
}

_SAME = N_("The count is the same.")
_DIFFERENT = N_('The counts differ! Run "workshop verify" and look at the backups.')


def provenance(told: Material) -> Section | None:
    """Say what the figures can be recomputed from. How many entries came by which way is not told in public."""
    state, text = told.state, told.text
    by_channel = [
        (text(title), text.plural("{n} entry", "{n} entries", state.channels[channel]))
        for channel, title in CHANNELS.items()
        if state.channels.get(channel) and not told.public
    ]
    pairs = [
        (text(N_("Log")), text.plural("{n} entry", "{n} entries", state.seq)),
        (text(N_("Digest of the last entry (SHA-256)")), state.digest),
        *by_channel,
        *([] if told.public else _shared(told)),
        (text(N_("Software")), f"workshop-kit {__version__}"),
    ]
    note = text(N_('Every figure can be recomputed from the log; "workshop verify" checks that nobody altered it.'))
    return told.section("provenance", text(N_("Provenance")), [Pairs(tuple(pairs)), Paragraph(note, "note")])


def _shared(told: Material) -> list[tuple[str, str]]:
    """Return who shared the controls, and in how many entries."""
    text, names = told.text, told.people.names
    return [
        (
            text(N_("Co-facilitator")),
            f"{names.get(one.id, '–')}: {text.plural('{n} entry', '{n} entries', one.entries)}",
        )
        for one in told.state.cofacilitators.values()
        if one.entries
    ]


def receipts(told: Material) -> Section | None:
    """Give the receipt words of secret votes; nothing where there are none."""
    text = told.text
    blocks: list[AnyBlock] = []
    for item in told.items():
        for number, words in item.receipts.items():
            blocks += [Heading(told.round(item, number)), Paragraph(", ".join(words))]
            blocks += told.source(item.entries[number - 1])
    if not blocks:
        return None
    note = text(N_("Whoever kept a receipt word finds it here: that ballot was counted. It does not tell whose it is."))
    return told.section("receipts", text(N_("Appendix: receipts")), [Paragraph(note, "note"), *blocks])


def recount(told: Material, counted: Mapping[tuple[str, int], Mapping[str, int]]) -> Section | None:
    """Compare the results of secret votes with a count made elsewhere.

    `counted` holds the sum of each option's numbers by item and round. Nothing where it is empty.
    """
    text = told.text
    blocks: list[AnyBlock] = []
    for (item_id, number), sums in counted.items():
        item = told.state.item(item_id)
        kind, state = told.rules.activity(item), (*item.past, item.state)[number - 1]
        rows = list(kind.rows(state))
        if not rows or not getattr(kind, "adds_up", _always)(item.state) or told.withheld(item, state):
            continue
        cells = tuple(
            (text.pick(row["label"]), text.number(row["score"]), text.number(sums.get(row["option"], 0)))
            for row in rows
        )
        same = {row["option"]: row["score"] for row in rows if row["score"]} == {o: n for o, n in sums.items() if n}
        head = (text(N_("Option")), text(N_("Result")), text(N_("Counted again")))
        blocks += [
            Table(head, cells, told.round(item, number), numeric=(1, 2)),
            Paragraph(text(_SAME if same else _DIFFERENT)),
            *told.source(item.entries[number - 1]),
        ]
    if not blocks:
        return None
    note = text(N_("The secret ballots in the log were counted again, by the few lines of Python in this notebook."))
    return told.section("recount", text(N_("Appendix: secret ballots counted again")), [Paragraph(note), *blocks])


def _always(state: object) -> bool:
    del state
    return True
