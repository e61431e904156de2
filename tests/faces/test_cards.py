"""Cards in columns at the facilitator's console, and what a person can still change where the session went on."""

from __future__ import annotations

import re

import pytest

from workshop_kit.activities.cards.state import Place
from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.event import Channel
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.pages import Pages
from workshop_kit.faces.widgets import Console
from workshop_kit.privacy import held_of

RETRO = {"id": "retro", "activity": "cards", "format": "plus-delta"}
STORIES = {"id": "stories", "activity": "cards", "format": "stories"}


def act(live, seat, name, item, **fields):
    live.submit(Command(name, item, fields), Actor(seat, Channel.PHONE)).result()


@pytest.fixture
def session(live):
    return live(RETRO, STORIES)


@pytest.fixture(params=LANGUAGES)
def console(session, request, tmp_path):
    made = Console(session, request.param, folder=tmp_path)
    yield made
    made.close()


def shown(console):
    return console.make_regions()["console"]


def test_the_console_writes_moves_parks_and_hides(session, console):
    session.do("open", "retro")

    def press(command, **fields):
        console.take({"command": command, "item": "retro", **fields})
        return session.state.items["retro"].state.cards["c1"]

    assert press("add", text="<b>Good</b> food", column="plus", channel="paper").channel is Channel.PAPER
    assert "&lt;b&gt;Good&lt;/b&gt; food" in shown(console)
    assert press("edit", card="c1", text="Very good food").text == "Very good food"
    assert press("move", card="c1", column="delta").column == "delta"
    assert press("park", card="c1").place is Place.PARKED
    assert 'id="parked-c1"' in shown(console)
    assert press("show", card="c1").place is Place.SHOWN
    assert press("hide", card="c1", reason="Said twice").reason == "Said twice"
    assert "Said twice" in re.search(r'id="hidden-c1">.*?</li>', shown(console), re.DOTALL)[0]


def test_a_consent_is_not_given_by_the_facilitator_but_taken_back(session, console):
    session.do("open", "stories")
    seat = session.join().result().seat
    act(session, seat, "add", "stories", text="A story")
    assert 'value="consent"' not in shown(console)
    act(session, seat, "consent", "stories", card="c1", given="yes")
    assert shown(console).count('value="consent"') == 1
    console.take({"command": "consent", "item": "stories", "card": "c1"})
    assert not session.state.items["stories"].state.cards["c1"].public


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_kept_of_a_person_has_the_form_for_consent(session, lang):
    pages = Pages(session, "/KLMNP")
    ada, ben = (session.join(name=name).result().seat for name in ("Ada", "Ben"))
    session.do("open", "stories")
    act(session, ada, "add", "stories", text="A story", title="The key", public="yes")
    session.do("open", "retro")
    page = pages.held(lang, ada, held_of(session, ada))
    assert 'id="lasting-c1"' in page
    assert 'action="/KLMNP/items/stories"' in page
    assert "lasting-c1" not in pages.held(lang, ben, held_of(session, ben))
