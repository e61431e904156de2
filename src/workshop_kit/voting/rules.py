"""The rules that an agenda may name, and what all of them have in common.

A rule has a paper, says how its ballots are counted, and counts them. It is a frozen value, made from the settings of
an agenda item. Each family of rules has a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workshop_kit.core.activity import Spec
from workshop_kit.voting import budget, committee, consent, form, matrix, pairwise, ranked, scales, sums, words
from workshop_kit.voting.rule import Rule

SIMPLE: Mapping[str, Callable[[Spec], Rule]] = {
    **sums.RULES,
    **scales.RULES,
    **ranked.RULES,
    **committee.RULES,
    **budget.RULES,
    **consent.RULES,
    **matrix.RULES,
}
"""The rules that need nothing but one ballot from each voter; they may also count a question of a form."""

RULES: Mapping[str, Callable[[Spec], Rule]] = {
    **SIMPLE,
    **pairwise.RULES,
    **words.RULES,
    "form": form.reader(SIMPLE),
}
"""What an agenda may write as `rule`, with the way to read its settings."""
