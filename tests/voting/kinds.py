"""One usable agenda item and ballots for every rule there is; a new rule or paper that is not here fails its tests."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st

from workshop_kit.core.activity import Spec
from workshop_kit.core.event import Channel
from workshop_kit.voting.pairs import EQUAL, FIRST, SECOND, SKIPPED, slot_of
from workshop_kit.voting.papers import Filled, without_gaps
from workshop_kit.voting.profile import Ballot, Profile
from workshop_kit.voting.rules import RULES

OPTIONS = ("a", "b", "c", "d")
COSTS = {"a": 40, "b": 40, "c": 35, "d": 60}
QUESTIONS = [
    {"id": "q1", "rule": "approval", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
    {"id": "q2", "rule": "likert", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
]
SETTINGS = {
    "budget": {"money": 100, "options": [{"id": id_, "label": id_, "cost": cost} for id_, cost in COSTS.items()]},
    "committee": {"seats": 2},
    "form": {"questions": QUESTIONS, "options": []},
    "words": {"options": []},
    "yes-no": {"options": []},
    "mood": {"options": []},
}
VARIANTS = [
    *((name, {}) for name in sorted(RULES)),
    ("budget", {"method": "equal-shares"}),
    ("budget", {"skip": False}),
    ("budget", {"ballot": "amounts", "method": "equal-shares"}),
    ("committee", {"method": "equal-shares"}),
    ("dots", {"cap": 2, "budget": 5}),
    ("borda", {"unranked": "nothing"}),
]
"""Every rule with its defaults, and those again whose settings change how they count."""


def spec(name, **settings):
    plain = {"options": [{"id": id_, "label": id_} for id_ in OPTIONS]}
    return Spec("vote", "poll", {}, settings={**plain, **SETTINGS.get(name, {}), "rule": name, **settings})


def made(name, **settings):
    """Return a rule and the ids of its options."""
    wanted = spec(name, **settings)
    rule = RULES[name](wanted)
    return rule, tuple(option.id for option in rule.options_of(wanted))


def filled(paper, options):
    """Return a strategy for ballots that say something on this paper."""
    return _STRATEGIES[paper.kind](paper, options).filter(lambda ballot: not ballot.empty)


def profile(ballots, copies=1, **more):
    cast = [ballot for ballot in ballots for _ in range(copies)]
    return Profile(
        tuple(
            Ballot(f"s{number}", ballot.value, Channel.PHONE, words=ballot.words) for number, ballot in enumerate(cast)
        ),
        **more,
    )


def swapped(paper, ballot, one, other):
    """Return the ballot with two options in each other's place."""
    change = {one: other, other: one}
    if paper.kind == "pairwise":
        return Filled(dict(_swapped_pair(slot, number, change) for slot, number in ballot.value.items()))
    if paper.kind == "words":
        return Filled(ballot.value, {key: change.get(word, word) for key, word in ballot.words.items()})
    if paper.kind == "form":
        return Filled({f"{q}.{change.get(o, o)}": n for (q, o), n in _split(ballot.value)})
    if paper.kind == "matrix":
        return Filled({f"{change.get(o, o)}.{axis}": n for (o, axis), n in _split(ballot.value)})
    return Filled({change.get(o, o): n for o, n in ballot.value.items()})


def favouring(paper, options, best):
    """Return the ballot of somebody who puts `best` alone above all others."""
    others = [option for option in options if option != best]
    match paper.kind:
        case "marks":
            return Filled({best: paper.budget if paper.exact else min(paper.cap, paper.budget or paper.cap)})
        case "scale":
            opposed = paper.required
            low, high = (paper.high, paper.low) if opposed else (paper.low, paper.high)
            return Filled({best: high, **dict.fromkeys(others, low)})
        case "ranking":
            return Filled({best: 1, **dict.fromkeys(others, 2)})
        case "pairwise":
            return Filled({slot_of((best, o)): FIRST if best < o else SECOND for o in others})
        case "consent":
            return Filled({best: 1, **dict.fromkeys(others, -1)}, dict.fromkeys(others, "Too dear"))
        case "budget":
            return Filled({best: paper.costs[best] if paper.amounts else 1})
        case "matrix":
            return Filled({f"{o}.{axis}": paper.high if o == best else paper.low for o in options for axis in "xy"})
        case "words":
            return Filled({"1": 1}, {"1": best})
        case "form":
            return Filled({f"q1.{best}": 1, **{f"q2.{o}": 5 if o == best else 1 for o in "ab"}})
    raise KeyError(paper.kind)


def _split(value):
    return [(tuple(slot.split(".")), number) for slot, number in value.items()]


def _swapped_pair(slot, number, change):
    one, other = slot.split(",")
    pair = (change.get(one, one), change.get(other, other))
    turned = pair[0] > pair[1] and number in {FIRST, SECOND}
    return slot_of(pair), {FIRST: SECOND, SECOND: FIRST}[number] if turned else number


def _marks(paper, options):
    if paper.exact:
        whole = st.lists(st.sampled_from(options), min_size=4, max_size=4)
        return whole.map(lambda given: Filled({o: given.count(o) * paper.budget // 4 for o in set(given)}))
    most = st.lists(st.sampled_from(options), max_size=paper.budget or 8)
    value = most.map(lambda given: {o: min(given.count(o), paper.cap) for o in set(given)})
    return value.filter(lambda given: len(given) >= paper.least).map(Filled)


def _scale(paper, options):
    number = st.integers(paper.low, paper.high)
    if paper.required:
        return st.fixed_dictionaries(dict.fromkeys(options, number)).map(Filled)
    return st.dictionaries(st.sampled_from(options), number).map(Filled)


def _pairs(paper, options):
    slots = [slot_of(pair) for pair in combinations(options, 2)]
    return st.dictionaries(st.sampled_from(slots), st.sampled_from([EQUAL, FIRST, SECOND, SKIPPED])).map(Filled)


def _consent(paper, options):
    value = st.dictionaries(st.sampled_from(options), st.sampled_from([-1, 0, 1, 2]))
    return value.map(lambda given: Filled(given, {o: "Too dear" for o, n in given.items() if n == -1}))


def _budget(paper, options):
    if paper.amounts:
        amounts = st.dictionaries(st.sampled_from(options), st.integers(1, 30), max_size=3)
        return amounts.map(Filled)
    return st.sets(st.sampled_from(options)).map(lambda wanted: Filled(dict.fromkeys(sorted(wanted), 1)))


def _matrix(paper, options):
    number = st.integers(paper.low, paper.high)
    placed = st.dictionaries(st.sampled_from(options), st.tuples(number, number))
    return placed.map(
        lambda at: Filled({f"{o}.{axis}": n for o, xy in at.items() for axis, n in zip("xy", xy, strict=True)})
    )


def _words(paper, options):
    words = st.lists(st.sampled_from([*OPTIONS, "Zeit", "ZEIT", "Maße"]), max_size=3, unique_by=str.lower)
    return words.map(
        lambda given: Filled(
            {str(n): 1 for n, _ in enumerate(given, 1)}, {str(n): word for n, word in enumerate(given, 1)}
        )
    )


def _form(paper, options):
    first, second = (filled(question.rule.paper, question.ids) | st.just(Filled()) for question in paper.questions)
    return st.builds(
        lambda one, two: Filled(
            {**{f"q1.{o}": n for o, n in one.value.items()}, **{f"q2.{o}": n for o, n in two.value.items()}}
        ),
        first,
        second,
    )


_STRATEGIES = {
    "marks": _marks,
    "scale": _scale,
    "ranking": lambda paper, options: st.dictionaries(st.sampled_from(options), st.integers(1, 4)).map(
        lambda places: Filled(without_gaps(places))
    ),
    "pairwise": _pairs,
    "consent": _consent,
    "budget": _budget,
    "matrix": _matrix,
    "words": _words,
    "form": _form,
}
