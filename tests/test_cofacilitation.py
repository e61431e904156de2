"""Links to the console: their secrets, their one use, and their end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.conftest import CARDS, DOTS

from workshop_kit.cofacilitation import GROUP, LENGTH, dismiss, enter, entered_by, invite, new_secret, read_secret
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.cofacilitators import MOST, WHO
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.people import CODE_LETTERS
from workshop_kit.store.sqlite import SqliteStore


@pytest.fixture
def session(live):
    made = live(DOTS, CARDS)
    made.do("open", "cards")
    return made


def act(session, who, name="close", item="cards", **fields):
    command = Command(name, item, fields)
    return session.submit(command, Actor(FACILITATOR, Channel.NOTEBOOK, by=who)).result()


def test_a_secret_has_more_than_128_bits_and_can_be_typed():
    secret = new_secret()
    assert len(CODE_LETTERS) ** LENGTH > 2**128
    assert [len(group) for group in secret.split("-")] == [GROUP] * (LENGTH // GROUP)
    assert read_secret(secret.lower().replace("-", " ")) == read_secret(secret)


def test_a_link_works_once_and_what_it_gives_goes_on_working(session, assert_refused):
    secret = invite(session, "Ayşe")
    assert entered_by(session, read_secret(secret)) is None, "the link itself opens nothing"
    token = enter(session, secret.lower())
    one = entered_by(session, token)
    assert session.people.names[one.id] == "Ayşe"
    with assert_refused(Why.NOT_ALLOWED, "key"):
        enter(session, secret)
    assert entered_by(session, read_secret(secret)) is None
    assert entered_by(session, token) is not None


def test_of_many_who_use_a_link_at_once_one_gets_in(session):
    secret = invite(session, "Ayşe")

    def attempt(_number):
        try:
            return enter(session, secret)
        except Refused:
            return ""

    with ThreadPoolExecutor(8) as pool:
        tokens = [token for token in pool.map(attempt, range(16)) if token]
    assert len(tokens) == 1
    assert entered_by(session, tokens[0])


def test_what_they_do_is_signed_and_means_what_the_facilitators_doing_means(session):
    who = entered_by(session, enter(session, invite(session, "Ayşe"))).id
    act(session, who, "add", text="From the front")
    card = next(iter(session.state.items["cards"].state.ideas.values()))
    assert card.seat == FACILITATOR
    assert session.store.read(0)[-1].actor == f"facilitator/{who}"
    assert session.state.cofacilitators[who].entries == 2  # to enter is the first
    assert session.verify()[0] == session.state.seq


def test_the_log_and_the_file_hold_neither_name_nor_secret(live, tmp_path):
    session = live(DOTS, store=SqliteStore(tmp_path / "session.db", create=True))
    secret = invite(session, "Ayşe Yılmaz")
    token = enter(session, secret)
    assert "Ayşe" not in str(session.store.read(0))
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for hidden in (secret, read_secret(secret), token):
        assert hidden.encode() not in files


def test_once_dismissed_nothing_is_taken_any_more(session, assert_refused):
    token = enter(session, invite(session, "Ayşe"))
    who = entered_by(session, token).id
    unused = invite(session, "Ayşe")
    assert dismiss(session, "Ayşe") == 2
    assert entered_by(session, token) is None
    with assert_refused(Why.NOT_ALLOWED):
        act(session, who)
    with assert_refused(Why.NOT_ALLOWED):
        enter(session, unused)
    with assert_refused(Why.UNKNOWN):
        dismiss(session, "Ayşe")


@pytest.mark.parametrize(
    ("name", "fields"),
    [("invite-cofacilitator", {WHO: "c9"}), ("dismiss-cofacilitator", {WHO: "c9"})],
)
def test_they_share_the_controls_with_nobody_else(session, assert_refused, name, fields):
    who = entered_by(session, enter(session, invite(session, "Ayşe"))).id
    with assert_refused(Why.NOT_ALLOWED):
        act(session, who, name, "", **fields)
    with assert_refused(Why.NOT_ALLOWED):
        session.submit(Command(name, fields=fields), Actor("s1", Channel.PHONE)).result()


def test_who_has_not_entered_or_is_unknown_does_nothing(session, assert_refused):
    invite(session, "Ayşe")
    invited = next(iter(session.state.cofacilitators))
    for who in (invited, "c0", "facilitator"):
        with assert_refused(Why.NOT_ALLOWED):
            act(session, who)


def test_there_are_only_so_many(session, assert_refused):
    for _ in range(MOST):
        invite(session, "Ayşe")
    with assert_refused(Why.TOO_MANY):
        invite(session, "Ayşe")


def test_somebody_without_a_name_gets_none(session, assert_refused):
    with assert_refused(Why.INVALID, "name"):
        invite(session, " \n ")


def test_their_name_can_be_erased_and_all_end_with_the_names(session):
    from workshop_kit import privacy

    token = enter(session, invite(session, "Ayşe"))
    who = entered_by(session, token).id
    privacy.forget(session, who, privacy.IN_FRONT)
    assert who not in session.people.names
    assert entered_by(session, token), "who leads goes on, without a name"
    privacy.erase(session, "asked")
    assert entered_by(session, token) is None
