"""What hostile or careless people write: values, forms, agendas and events that look right up to one place."""

from __future__ import annotations

import os

from hypothesis import Phase, settings
from hypothesis import strategies as st

EFFORT = float(os.environ.get("FUZZ_EFFORT", "1"))
"""How many times as much as in the usual run of the tests is tried."""


def fuzzed(examples):
    """Try about so many examples, times `EFFORT`; without explaining failures, which takes minutes."""
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    return settings(max_examples=max(1, int(examples * EFFORT)), phases=phases)


NASTY = (
    "", " ", "0", "-1", "1.5", "1e999", "NaN", "inf", "+3", "1_000", "٣", "³", "９", "9" * 400, "0x10", "true", "null",
    "\x00", "\u202eabc", "\ufeff", "\ud800", "\U0010ffff", "{0}", "{name!r}", "%s", "<script>", "../..", "a" * 5000,
)  # fmt: skip
"""Texts that some reader somewhere took for something else."""

WHOLE = (0, 1, -1, 2, 3, 10**4, 2**31, 2**53, 2**63, 2**64, 2**200)

texts = st.sampled_from(NASTY) | st.text(max_size=30)
leaves = st.none() | st.booleans() | st.sampled_from(WHOLE) | st.integers() | st.floats() | texts
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
"""Any value that a TOML file or a JSON text can hold, and a few that they cannot."""


def places_in(value, path=()):
    """Return the path to every place inside a value of plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [found for key, each in inner for found in places_in(each, (*path, key))]


def replaced(value, path, new):
    """Return the value with what stands at a path replaced."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return {**value, first: replaced(value[first], rest, new)}
    return [*value[:first], replaced(value[first], rest, new), *value[first + 1 :]]


@st.composite
def spoilt(draw, whole, most=2):
    """Return plain data that was as it should be, until it was changed in up to `most` places."""
    value = draw(whole)
    for _ in range(draw(st.integers(0, most))):
        path = draw(st.sampled_from(places_in(value)[1:] or [()]))
        value = replaced(value, path, draw(values))
    return value
