"""The rules that an agenda may name, and what all of them have in common.

A rule has a paper, says how its ballots are counted, and counts them. It is a frozen value, made from the settings of
an agenda item. Each family of rules has a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workshop_kit.core.activity import Spec
from workshop_kit.voting import ranked, scales, sums
from workshop_kit.voting.rule import Rule

RULES: Mapping[str, Callable[[Spec], Rule]] = {**sums.RULES, **scales.RULES, **ranked.RULES}
"""What an agenda may write as `rule`, with the way to read its settings."""
