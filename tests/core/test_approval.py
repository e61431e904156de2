"""The room approves its minutes: who may say what, when, and what the log tells of it afterwards."""

from __future__ import annotations

import pytest

from workshop_kit.core.approval import MOST_COMMENTS, Counts, Standing, must_be_final
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.event import REDACTED
from workshop_kit.store.upcast import Upcasts

DIGEST = "ab" * 32
FILES = {"file.minutes.de.html": DIGEST, "file.minutes.en.html": DIGEST[::-1]}


@pytest.fixture
def asked(room):
    """A room that is shown draft 1."""
    made = room()
    made.do("close", "welcome")
    drafted(made)
    return made


def drafted(made, **files):
    return made.do("draft-minutes", seq=str(made.state.seq), digest=made.state.digest, **(files or FILES))


def answer(made, seat, said, version=1):
    return made.do("approve", by=seat, version=str(version), answer=said)


def comment(made, seat="ada", text="It was four people", version=1):
    return made.do("comment", by=seat, version=str(version), section="People", text=text)


def test_a_draft_tells_its_files_and_up_to_which_entry(asked):
    version = asked.state.approval.current
    assert (version.number, version.seq) == (1, asked.state.seq - 1)
    assert version.entry == asked.log[version.seq - 1].digest
    assert version.shown == {"minutes.de.html": DIGEST, "minutes.en.html": DIGEST[::-1]}
    assert drafted(asked) == (), "the same files are the same draft"


def test_one_answer_per_seat_which_may_change_until_it_is_closed(asked, assert_refused):
    for seat, said in (("ada", "no"), ("ben", "abstain"), ("cem", "yes"), ("ada", "yes")):
        answer(asked, seat, said)
    assert asked.state.approval.current.counts == Counts(yes=2, no=0, abstain=1)
    assert answer(asked, "ada", "yes") == ()
    asked.do("close-approval")
    with assert_refused(Why.CLOSED):
        answer(asked, "ben", "no")


def test_who_joins_after_the_draft_neither_answers_nor_counts_as_having_taken_part(asked, assert_refused):
    asked.join("dua")
    for say in (lambda: answer(asked, "dua", "yes"), lambda: comment(asked, "dua")):
        with assert_refused(Why.NOT_ALLOWED):
            say()
    assert [seat.id for seat in asked.state.attending] == ["ada", "ben", "cem"]
    asked.do("note", field="goal", text="A good one")
    drafted(asked, **{"file.minutes.de.html": "0" * 64})
    answer(asked, "dua", "yes", version=2)
    assert [seat.id for seat in asked.state.attending] == ["ada", "ben", "cem"], "nothing went on but the minutes"
    asked.do("open", "cards")
    assert [seat.id for seat in asked.state.attending] == ["ada", "ben", "cem", "dua"]


def test_in_a_log_that_does_not_say_how_many_were_there_all_are_asked(asked):
    asked.record("minutes.drafted", version=2, seq=asked.state.seq, digest=DIGEST, files={"minutes.de.html": DIGEST})
    asked.join("dua")
    answer(asked, "dua", "yes", version=2)
    assert asked.state.approval.current.counts == Counts(yes=1)


@pytest.mark.parametrize(
    ("command", "by", "fields", "why", "field"),
    [
        ("approve", "ada", {"version": "1", "answer": "maybe"}, Why.INVALID, "answer"),
        ("approve", "ada", {"version": "2", "answer": "yes"}, Why.CLOSED, "version"),
        ("comment", "ada", {"text": "It was four people"}, Why.INVALID, "version"),
        ("approve", "facilitator", {"version": "1", "answer": "yes"}, Why.NOT_ALLOWED, None),
        ("approve", "nobody", {"version": "1", "answer": "yes"}, Why.NOT_ALLOWED, None),
        ("comment", "ada", {"version": "1", "text": " "}, Why.INVALID, "text"),
        ("comment", "ada", {"version": "1", "text": "x" * 501}, Why.INVALID, "text"),
        ("close-approval", "ada", {}, Why.NOT_ALLOWED, None),
        ("finalise-minutes", "ada", {}, Why.NOT_ALLOWED, None),
        ("finalise-minutes", "facilitator", {}, Why.CLOSED, None),
        ("withdraw-minutes", "ada", {}, Why.NOT_ALLOWED, None),
        ("answer-comment", "facilitator", {"comment": "99"}, Why.INVALID, "comment"),
        ("draft-minutes", "facilitator", {"seq": "1", "digest": DIGEST}, Why.INVALID, "files"),
        ("draft-minutes", "facilitator", {**FILES, "seq": "99", "digest": DIGEST}, Why.INVALID, "seq"),
        (
            "draft-minutes",
            "facilitator",
            {"file.minutes/../../x.html": DIGEST, "seq": "1", "digest": DIGEST},
            Why.INVALID,
            "file.minutes/../../x.html",
        ),
    ],
)
def test_what_is_refused(asked, assert_refused, command, by, fields, why, field):
    with assert_refused(why, field):
        asked.do(command, by=by, **fields)


def test_before_anything_is_published_there_is_nothing_to_say(room, assert_refused):
    with assert_refused(Why.UNKNOWN):
        answer(room(), "ada", "yes")


def test_a_seat_asks_for_so_many_corrections_and_no_more(asked, assert_refused):
    for number in range(MOST_COMMENTS):
        comment(asked, text=f"Correction {number}")
    with assert_refused(Why.TOO_MANY):
        comment(asked)
    comment(asked, "ben")


def test_corrections_are_accepted_or_answered_before_a_version_is_final(asked, assert_refused):
    comment(asked)
    comment(asked, "ben", "Too long")
    first, second = (one.id for one in asked.state.approval.corrections)
    assert asked.log[int(first) - 1].data["text"] == "It was four people"
    answer(asked, "ada", "yes")
    asked.do("close-approval")
    with assert_refused(Why.CLOSED):
        asked.do("finalise-minutes", **FILES)
    asked.do("accept-comment", comment=first)
    with assert_refused(Why.INVALID, "reason"):
        asked.do("answer-comment", comment=second)
    asked.do("answer-comment", comment=second, reason="It tells what was said.")
    asked.do("finalise-minutes", **FILES)
    version = asked.state.approval.current
    assert version.standing is Standing.FINAL
    assert [(one.accepted, one.reason) for one in asked.state.approval.corrections] == [
        (True, ""),
        (False, "It tells what was said."),
    ]
    with assert_refused(Why.TAKEN):
        asked.do("finalise-minutes", **FILES)


def test_what_the_room_has_not_approved_is_not_final(asked, assert_refused):
    answer(asked, "ada", "no")
    answer(asked, "ben", "yes")
    asked.do("close-approval")
    with assert_refused(Why.CLOSED):
        asked.do("finalise-minutes", **FILES)


def test_a_session_that_went_on_takes_a_new_version(asked, assert_refused):
    answer(asked, "ada", "yes")
    asked.do("open", "cards")
    asked.do("close-approval")
    with assert_refused(Why.CLOSED) as caught:
        asked.do("finalise-minutes", **FILES)
    assert "went on" in str(caught.value)
    drafted(asked)
    assert [version.number for version in asked.state.approval.versions] == [1]
    drafted(asked, **{"file.minutes.de.html": "0" * 64})
    assert [version.number for version in asked.state.approval.versions] == [1, 2]
    with assert_refused(Why.CLOSED, "version"):
        answer(asked, "ben", "yes", version=1)
    answer(asked, "ben", "yes", version=2)
    assert asked.state.approval.versions[0].counts == Counts(yes=1)


def test_what_was_withdrawn_can_be_fetched_and_approved_no_more(asked, assert_refused):
    asked.do("withdraw-minutes")
    assert asked.state.approval.current is None
    assert asked.state.approval.versions[0].shown == {}
    with assert_refused(Why.UNKNOWN):
        answer(asked, "ada", "yes")
    drafted(asked)
    assert asked.state.approval.current.number == 2


def test_a_version_written_anew_after_all_was_erased_needs_no_answer(asked):
    answer(asked, "ada", "yes")
    asked.do("erase", why="approved")
    asked.do("withdraw-minutes")
    drafted(asked)
    asked.do("close-approval")
    assert must_be_final(asked.state).number == 2


def test_the_stage_shows_the_way_until_the_session_goes_on(asked):
    asked.do("show-minutes")
    assert asked.state.approval.on_stage
    asked.do("open", "cards")
    assert not asked.state.approval.on_stage
    asked.do("show-minutes")
    asked.do("hide-minutes")
    assert not asked.state.approval.on_stage


def test_approving_later_does_not_make_the_session_longer(asked):
    ended = asked.state.ended_at
    asked.clock.advance(86_400)
    answer(asked, "ada", "yes")
    assert asked.state.ended_at == ended


def test_the_log_is_read_as_it_was_written_and_hostile_entries_are_total(asked, registry, rules):
    comment(asked)
    answer(asked, "ada", "yes")
    asked.do("accept-comment", comment=asked.state.approval.corrections[0].id)
    asked.do("close-approval")
    asked.do("finalise-minutes", **FILES)
    asked.record("minutes.voted", actor="ben", version=9, answer="yes")
    asked.record("minutes.comment_accepted", comment="x", reason="")
    asked.record("minutes.finalised", version=9, files={})
    assert list(Upcasts.of(registry).lifted(asked.log)) == asked.log
    assert asked.state.approval.current.standing is Standing.FINAL
    assert REDACTED not in {event.name for event in asked.log}


def test_only_the_known_files_have_names(asked):
    for name in (
        "file.minutes.de.html\n",
        "file..minutes.de.html",
        "file.minutes",
        "file.other.html",
        "file.minutes.a/b",
    ):
        with pytest.raises(Refused):
            asked.do("draft-minutes", seq="1", digest=DIGEST, **{name: DIGEST})
