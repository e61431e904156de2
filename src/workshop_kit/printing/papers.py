"""Ballots on paper: for each kind of paper that a poll may have, what stands on a slip.

A slip is made of parts; `sheets.typ` draws them and chooses the format that holds them. What may be marked comes from
the paper alone, so that a slip can be entered as it is filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

from workshop_kit.activities.poll.shown import meanings
from workshop_kit.core.activity import Option
from workshop_kit.core.errors import N_, NN_
from workshop_kit.printing.voices import Said, Voices
from workshop_kit.voting.budget import Projects
from workshop_kit.voting.consent import Stances
from workshop_kit.voting.form import Questions
from workshop_kit.voting.matrix import Matrix
from workshop_kit.voting.pairs import Pairs
from workshop_kit.voting.papers import Marks, Paper, Ranking, Scale
from workshop_kit.voting.words import Words

Part = dict[str, Any]
Row = dict[str, Any]

MOST_CIRCLES = 5
"""So many circles in a row are marked; for more dots one writes a number."""

MOST_STEPS = 11
"""So many steps of a scale stand side by side on a slip; on a longer scale one writes a number."""

MOST_PAIRS = 10
"""So many pairs stand on one slip, unless the agenda asks for more."""

EMPTY_ROWS = 6
"""How many rows are left to write options in that only come up in the session."""

FEWER_ROWS: Mapping[str, int] = {Stances.kind: 4}
"""The kinds of paper on which fewer rows fill a page."""


def parts_of(paper: Paper, options: Sequence[Option], voices: Voices, turn: int = 0, empty: int = 0) -> list[Part]:
    """Return what stands on a slip of this paper, with `empty` rows below for options that come up in the room.

    `turn` counts the different slips of a poll: where options are compared in pairs, each holds the next pairs.
    """
    rows: list[Row] = [
        *(
            {"n": number, "label": voices.line(option.label)}
            for number, option in zip(_numbers(options), options, strict=True)
        ),
        *([{"label": None}] * min(empty, FEWER_ROWS.get(paper.kind, empty))),
    ]
    return _DRAWN[paper.kind](paper, options, rows, voices, turn)


def _numbers(options: Sequence[Option]) -> list[str]:
    """Return the numbers by which options are typed (`voting.typed`); a single one needs none."""
    return [str(number) for number in range(1, len(options) + 1)] if len(options) > 1 else [""] * len(options)


def variants(paper: Paper, options: Sequence[Option]) -> int:
    """Return how many different slips a poll has, until they begin again."""
    if not isinstance(paper, Pairs) or len(options) < 2:
        return 1
    return -(-_pairs(len(options)) // _at_once(paper, len(options)))


def known() -> frozenset[str]:
    """Return the kinds of paper that there is a slip of."""
    return frozenset(_DRAWN)


def _marks(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    del options, turn
    assert isinstance(paper, Marks)
    if paper.cap > 1:
        circles = paper.cap if paper.cap <= MOST_CIRCLES else 0
        told = (
            N_("Give away exactly {n} points: write beside each option how many it gets.")
            if paper.exact and not circles
            else N_("Give away exactly {n} points: mark a circle for each.")
            if paper.exact
            else N_("You have {n} dots: mark a circle for each; several on one option are fine.")
            if circles
            else N_("You have {n} dots: write beside each option how many it gets.")
        )
        return [
            _told(voices(told, n=paper.budget)),
            {"k": "circles", "rows": rows, "n": circles} if circles else {"k": "numbers", "rows": rows, "unit": ""},
        ]
    if paper.single:
        said = voices(N_("Mark one box with a cross."))
    elif paper.budget and paper.least:
        said = voices(N_("Mark {least} to {most} boxes with a cross."), least=paper.least, most=paper.budget)
    elif paper.budget:
        said = voices(N_("Mark up to {n} boxes with a cross."), n=paper.budget)
    else:
        said = voices(N_("Mark every box that you agree with."))
    return [_told(said), {"k": "ticks", "rows": rows}]


def _scale(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    del options, turn
    assert isinstance(paper, Scale)
    told = (
        voices(N_("Mark one number in every row."))
        if paper.required
        else voices(N_("Mark one number in each row; leave a row empty where you have no opinion."))
    )
    return [_told(told), _legend(paper, voices), _steps(paper, rows)]


def _steps(paper: Scale | Matrix, rows: list[Row]) -> Part:
    if len(paper.steps) > MOST_STEPS:
        return {"k": "numbers", "rows": rows, "unit": f"{paper.low} – {paper.high}"}
    return {"k": "scale", "rows": rows, "steps": [str(step) for step in paper.steps]}


def _legend(paper: Scale, voices: Voices) -> Part:
    said = [(text, meanings(paper, text)) for text in voices.texts]
    numbers = [step for step in paper.steps if said[0][1][step]]
    return {
        "k": "legend",
        "entries": [
            {"n": str(step), "label": [{"lang": text.lang, "text": words[step]} for text, words in said]}
            for step in numbers
        ],
    }


def _ranking(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    del options, turn
    assert isinstance(paper, Ranking)
    told = (
        voices(N_("Write a place into every box: 1 is the best; several may share a place."))
        if paper.full
        else voices(
            N_("Write places into the boxes: 1 is the best; several may share a place, and some may have none.")
        )
    )
    return [_told(told), {"k": "numbers", "rows": rows, "unit": ""}]


def _pairwise(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    assert isinstance(paper, Pairs)
    told = voices(N_("In each row mark the one that is better for you; = means that both are equal."))
    empty = [row for row in rows if row["label"] is None]
    pairs: list[tuple[Row, Row]] = [*combinations(rows[: len(rows) - len(empty)], 2)]
    if len(options) > 1:
        size = _at_once(paper, len(options))
        begin = turn * size
        pairs = [pairs[number % len(pairs)] for number in range(begin, begin + size)]
    pairs += [(row, row) for row in empty]
    return [_told(told), {"k": "pairs", "rows": [{"left": left, "right": right} for left, right in pairs]}]


def _pairs(options: int) -> int:
    return options * (options - 1) // 2


def _at_once(paper: Pairs, options: int) -> int:
    return min(paper.most or MOST_PAIRS, _pairs(options))


def _consent(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    del options, turn
    assert isinstance(paper, Stances)
    return [
        _told(voices(N_("Mark where you stand; an objection needs a reason, so that the proposal can be changed."))),
        {
            "k": "stances",
            "rows": rows,
            "answers": [voices(stance) for stance in paper.stances.values()],
            "reason": voices(N_("Reason")),
        },
    ]


def _matrix(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    del options, turn
    assert isinstance(paper, Matrix)
    low, high = paper.ends
    return [
        _told(voices(N_("Mark two numbers for each option, or none where you have no opinion."))),
        {
            "k": "legend",
            "entries": [{"n": str(paper.low), "label": voices(low)}, {"n": str(paper.high), "label": voices(high)}],
        },
        *(
            part
            for row in rows
            for part in (
                {"k": "label", **row},
                _steps(paper, [{"label": voices.line(axis)} for axis in paper.axes]),
            )
        ),
    ]


def _budget(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    del turn
    assert isinstance(paper, Projects)
    noted = [
        {
            **row,
            "note": voices.made(
                lambda text, cost=cost: text(  # type: ignore[misc]
                    N_("costs {cost} {currency}"), cost=text.number(cost), currency=paper.currency
                )
            ),
        }
        for row, cost in zip(rows, (paper.costs[option.id] for option in options), strict=False)
    ]
    told = (
        N_("Spread up to {money} {currency}: write beside each project how much it gets.")
        if paper.amounts
        else N_("There are {money} {currency}: mark every project that you support.")
    )
    said = voices.made(lambda text: text(told, money=text.number(paper.money), currency=paper.currency))
    if paper.amounts:
        return [_told(said), {"k": "numbers", "rows": noted, "unit": paper.currency, "wide": True}]
    return [_told(said), {"k": "ticks", "rows": noted}]


def _words(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    del options, rows, turn
    assert isinstance(paper, Words)
    told = voices.plural(
        *NN_(
            "Write a word or a short phrase, in clear letters.",
            "Write up to {n} words or short phrases, one per line, in clear letters.",
        ),
        paper.most,
    )
    return [_told(told), {"k": "lines", "n": paper.most}]


def _form(paper: Any, options: Sequence[Option], rows: list[Row], voices: Voices, turn: int) -> list[Part]:
    del options, rows, turn
    assert isinstance(paper, Questions)
    return [
        part
        for question in paper.questions
        for part in (
            {"k": "question", "label": voices.pick(question.prompt)},
            *parts_of(question.rule.paper, question.options, voices, empty=0 if question.options else EMPTY_ROWS),
        )
    ]


def _told(said: Said) -> Part:
    return {"k": "told", "said": said}


_DRAWN: Mapping[str, Callable[[Any, Sequence[Option], list[Row], Voices, int], list[Part]]] = {
    Marks.kind: _marks,
    Scale.kind: _scale,
    Ranking.kind: _ranking,
    Pairs.kind: _pairwise,
    Stances.kind: _consent,
    Matrix.kind: _matrix,
    Projects.kind: _budget,
    Words.kind: _words,
    Questions.kind: _form,
}
