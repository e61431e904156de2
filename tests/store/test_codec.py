"""The digest chain: whatever is done to a log, the first entry that was touched is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit.core.errors import BrokenLog
from workshop_kit.core.event import FIRST_DIGEST, REDACTED, Channel, Event
from workshop_kit.store.codec import canonical, data_of, data_text, moment, sealed, verified

replace = msgspec.structs.replace

short = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | short,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(short, inner, max_size=3),
    max_leaves=5,
)
data = st.dictionaries(short, json_values, max_size=3)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def chained(facts):
    """Return a log whose chain holds, with these (text, data)."""
    log, last = [], FIRST_DIGEST
    for seq, (text, said) in enumerate(facts, 1):
        at = datetime(2026, 11, 23, 13, seq, tzinfo=UTC)
        event = Event(seq, f"c{seq}", at, text, tuple(Channel)[seq % 4], text[:2], f"{text}.done", 1, said, "")
        log.append(sealed(event, last))
        last = log[-1].digest
    return log


def logs(min_size=1):
    return st.lists(st.tuples(short, data), min_size=min_size, max_size=6).map(chained)


def first_broken(log):
    with pytest.raises(BrokenLog) as caught:
        verified(log)
    assert str(caught.value.seq) in str(caught.value)
    return caught.value.seq


FIELDS = {
    "seq": st.integers(0, 20),
    "id": short,
    "at": moments,
    "actor": short,
    "channel": st.sampled_from(Channel),
    "item": short,
    "name": short,
    "schema": st.integers(0, 3),
    "data": data,
    "digest": st.text("0123456789abcdef", min_size=64, max_size=64),
    "data_digest": st.text("0123456789abcdef", min_size=64, max_size=64),
}


def test_every_field_of_an_entry_is_covered():
    assert FIELDS.keys() == set(Event.__struct_fields__)


@given(logs())
def test_a_log_that_nobody_touched_holds(log):
    assert verified(log) == (len(log), log[-1].digest)
    assert verified(iter(log[:1])) == (1, log[0].digest)


def test_the_empty_log_holds():
    assert verified([]) == (0, FIRST_DIGEST)


@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=40)
@given(data=st.data())
def test_an_altered_entry_is_found(field, data):
    log = data.draw(logs())
    index = data.draw(st.integers(0, len(log) - 1))
    before = getattr(log[index], field)
    other = data.draw(FIELDS[field].filter(lambda value: canonical(value) != canonical(before)))
    log[index] = replace(log[index], **{field: other})
    assert first_broken(log) == index + 1


@given(logs(min_size=2), st.data())
def test_an_altered_entry_that_was_sealed_again_breaks_the_one_after(log, data):
    index = data.draw(st.integers(0, len(log) - 2))
    forged = replace(log[index], actor=log[index].actor + "x")
    log[index] = sealed(forged, log[index - 1].digest if index else FIRST_DIGEST)
    assert first_broken(log) == index + 2


@given(logs(min_size=2), st.data())
def test_a_dropped_entry_is_found(log, data):
    index = data.draw(st.integers(0, len(log) - 2))
    del log[index]
    assert first_broken(log) == index + 1


@given(logs())
def test_a_log_cut_short_has_another_last_digest(log):
    assert verified(log[:-1]) != verified(log)


@given(logs(), st.data())
def test_an_inserted_entry_is_found(log, data):
    index = data.draw(st.integers(0, len(log)))
    model = log[min(index, len(log) - 1)]
    log.insert(index, replace(model, seq=index + 1, id=model.id + "x"))
    assert first_broken(log) == index + 1


@given(logs(), st.data())
def test_an_entry_that_stands_twice_is_found(log, data):
    index = data.draw(st.integers(0, len(log) - 1))
    log.insert(index, log[index])
    assert first_broken(log) == index + 2


@given(logs(min_size=2), st.data())
def test_swapped_entries_are_found(log, data):
    first = data.draw(st.integers(0, len(log) - 2))
    second = data.draw(st.integers(first + 1, len(log) - 1))
    log[first], log[second] = log[second], log[first]
    assert first_broken(log) == first + 1


@given(data)
def test_data_reads_back_as_written(written):
    assert data_of(data_text(written)) == written


@given(data)
def test_the_order_of_keys_does_not_matter(written):
    assert canonical(dict(reversed(written.items()))) == canonical(written)


def test_canonical_json_by_example():
    assert canonical({"ö": 1, "a": [True, None], "B": "\n"}) == '{"B":"\\n","a":[true,null],"ö":1}'.encode()


def test_a_digest_by_example():
    """A log of today must verify with every later version, so this digest never changes."""
    at = datetime(2026, 11, 23, 14, 0, 0, 5, timezone(timedelta(hours=1)))
    event = Event(
        1, "a1", at, "s1", Channel.PAPER, "vote", "poll.ballot_cast", 1, {"voter": "s1", "value": {"a": 2}}, ""
    )
    assert moment(at) == "2026-11-23T13:00:00.000005Z"
    assert sealed(event, FIRST_DIGEST).digest == "557cd8665e6d963c7f30174b347b4f82aa37af1b84c0b476a78cfb2c737fb7a3"
    assert sealed(event, "1" * 64).digest != sealed(event, FIRST_DIGEST).digest


def redacted(log, *entries):
    """Return the log with these entries emptied and a last entry that says which."""
    emptied = [replace(event, data={}) if event.seq in entries else event for event in log]
    said = Event(
        len(log) + 1, "r", log[-1].at, "facilitator", Channel.NOTEBOOK, "", REDACTED, 1, {"entries": list(entries)}
    )
    return [*emptied, sealed(said, log[-1].digest)]


@given(logs(), st.data())
def test_an_emptied_entry_holds_where_the_log_says_so(log, data):
    entry = data.draw(st.integers(1, len(log)))
    assert verified(redacted(log, entry))[0] == len(log) + 1


@given(logs().filter(lambda log: any(event.data for event in log)), st.data())
def test_an_emptied_entry_that_nobody_owns_up_to_is_found(log, data):
    index = data.draw(st.sampled_from([index for index, event in enumerate(log) if event.data]))
    log[index] = replace(log[index], data={})
    assert first_broken(log) == index + 1


def test_only_emptied_data_counts_as_redacted():
    (event,) = chained([("a", {"x": 1})])
    (bare,) = chained([("a", {})])
    assert replace(event, data={}).redacted
    assert not event.redacted
    assert not bare.redacted
