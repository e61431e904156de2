"""Bundles: what one session adds to the comparison of many, without names.

A bundle holds, for each poll, how many people stood behind each option, and the cards that propose something new. It
holds no seat, no name, no time of day, and no poll in which fewer than `k` people voted. Nor does it hold a poll whose
options are the steps of a scale (a mood, yes and no), since such a poll is about something else each time.

A session has one bundle at a time: of two bundles of the same session the one made later (from more entries) counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from workshop_kit.activities.poll.shown import spoken
from workshop_kit.core.activity import Option
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.state import Item, Phase
from workshop_kit.core.text import LANGUAGES, Localised, Text
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.store.codec import canonical
from workshop_kit.voting.papers import Marks
from workshop_kit.voting.rule import Rule

FORMAT = "workshop-kit bundle 1"
SMALLEST_GROUP = 5
LARGEST_BUNDLE = 5_000_000


class Counted(Struct, frozen=True):
    """One option of a poll: `people` of the poll's voters stood behind it. `wording` names its text by a version."""

    id: str
    label: Localised
    wording: str
    people: int


class Poll(Struct, frozen=True):
    """One round of a poll. `way` tells how was voted, `rule` says it in words.

    Only what was voted in the same way may be put together.
    """

    item: str
    title: Localised
    way: str
    rule: Localised
    voters: int
    eligible: int | None
    options: tuple[Counted, ...]


class Bundle(Struct, frozen=True):
    """What one session adds. `proposed` are cards that nobody has put under a factor of the list they go with."""

    format: str
    session: str
    entries: int
    place: str
    month: str
    simulated: bool
    polls: tuple[Poll, ...]
    proposed: tuple[str, ...]
    left_out: int


class UnusableBundle(WorkshopError):
    """A file that is no bundle of the kit."""


def bundle_of(live: LiveSession, k: int = SMALLEST_GROUP) -> Bundle:
    """Return the bundle of a session; polls with fewer than `k` voters are counted in `left_out` and not told."""
    state = live.catch_up()
    names = [name.casefold() for name in live.people.names.values()]
    polls: list[Poll] = []
    proposed: list[str] = []
    left_out = 0
    for spec in state.agenda.items:
        item = state.items[spec.id]
        match spec.activity:
            case "poll" if item.phase is Phase.CLOSED and _compares(item.state.rule) and item.state.told:
                poll = _poll(item)
                left_out += poll.voters < k
                polls += [poll] if poll.voters >= k else []
            case "ideas" if item.opened_at and item.state.collects and item.state.factors:
                cards = [card.label["und"] for card in item.state.ideas.values() if card.place == "unassigned"]
                kept = [card for card in cards if not any(name in card.casefold() for name in names)]
                left_out += len(cards) - len(kept)
                proposed += kept
    began = state.began_at
    return Bundle(
        format=FORMAT,
        session=sha256(f"{state.info.code} {began}".encode()).hexdigest()[:32],
        entries=state.seq,
        place=state.info.place,
        month=state.info.date[:7] or (f"{began:%Y-%m}" if began else ""),
        simulated=state.info.simulated,
        polls=tuple(polls),
        proposed=tuple(sorted(proposed)),
        left_out=left_out,
    )


def merged(bundles: Iterable[Bundle]) -> tuple[Bundle, ...]:
    """Return one bundle per session, in an order of their own: however they come, however often, the outcome is one."""
    newest: dict[str, Bundle] = {}
    for bundle in bundles:
        known = newest.get(bundle.session)
        if known is None or (known.entries, canonical(known)) < (bundle.entries, canonical(bundle)):
            newest[bundle.session] = bundle
    return tuple(newest[session] for session in sorted(newest))


def written(bundle: Bundle) -> bytes:
    """Return a bundle as the bytes of its file."""
    return msgspec.json.format(canonical(bundle), indent=1) + b"\n"


def read(path: Path) -> Bundle:
    """Read a bundle from its file. Raises `UnusableBundle`."""
    try:
        if path.stat().st_size > LARGEST_BUNDLE:
            raise ValueError(f"more than {LARGEST_BUNDLE} bytes")
        found = msgspec.json.decode(path.read_bytes(), type=Bundle)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise UnusableBundle(
            N_('"{path}" is not a bundle: {problem}. Make one with "workshop bundle".'), path=path.name, problem=error
        ) from None
    problem = _inconsistency(found)
    if problem:
        raise UnusableBundle(
            N_('"{path}" is not a bundle: {problem}. Make one with "workshop bundle".'), path=path.name, problem=problem
        )
    return found


def _inconsistency(bundle: Bundle) -> str:
    """Return what a bundle that somebody altered by hand gets wrong."""
    if bundle.format != FORMAT:
        return f"format {bundle.format!r}, expected {FORMAT!r}"
    for poll in bundle.polls:
        if not all(0 <= option.people <= poll.voters for option in poll.options):
            return f"{poll.item}: more people than voters"
        if poll.eligible is not None and poll.eligible < poll.voters:
            return f"{poll.item}: more voters than people who could vote"
    return ""


def _poll(item: Item) -> Poll:
    state = item.state
    people = {line.option: line.supporters for line in state.tally.lines}
    return Poll(
        item=item.spec.id,
        title=item.spec.title,
        way=way_of(state.rule),
        rule={lang: _in_words(state.rule, voice(lang)) for lang in LANGUAGES},
        voters=state.tally.voters,
        eligible=state.tally.eligible,
        options=tuple(
            Counted(option.id, option.label, wording_of(option), min(people[option.id], state.tally.voters))
            for option in state.options
        ),
    )


def _compares(rule: Rule) -> bool:
    """Whether people weighed options against each other by marking them."""
    return isinstance(rule.paper, Marks) and not rule.scale


def way_of(rule: Rule) -> str:
    """Return all that decides what a ballot may say, as in "dots budget=3 cap=3"."""
    settings = {**rule.values, **msgspec.structs.asdict(rule.paper)}
    return " ".join([rule.name, *(f"{name}={value}" for name, value in sorted(settings.items()) if value)])


def _in_words(rule: Rule, text: Text) -> str:
    return f"{text(rule.title)}: {text(rule.explanation, **spoken(rule.values, text))}"


def wording_of(option: Option) -> str:
    """Return the version of an option's wording: the one its list gives it, and a digest of the text itself."""
    digest = sha256(canonical(dict(option.label))).hexdigest()[:12]
    return f"{option.extra.get('version', '')}:{digest}"
