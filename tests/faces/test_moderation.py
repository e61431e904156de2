"""What the facilitator may do to a poll from the console: words are merged and hidden, proposals reworded."""

from __future__ import annotations

import re

import pytest

from workshop_kit.faces.widgets import Console

WORDS = {"id": "words", "activity": "poll", "rule": "words"}
PROPOSAL = {
    "id": "plan", "activity": "poll", "rule": "resistance",
    "options": [{"id": "a", "de": "Jeden Monat", "en": "Every month"}],
}  # fmt: skip


@pytest.fixture
def console(live):
    session = live(WORDS, PROPOSAL)
    made = Console(session, "en")
    yield made
    made.close()


def shown(console, panel):
    html = console.make_regions()["console"]
    found = re.search(rf'<details class="wk-panel" id="{panel}">.*?</details>', html, re.DOTALL)
    return found[0] if found else ""


def press(console, item, command, **fields):
    console.take({"command": command, "item": item} | fields)


def choices(html):
    return set(re.findall(r'<option value="([^"]+)"', html))


def scores(console):
    return {line.option: line.score for line in console.live.state.items["words"].state.tally.lines}


def test_words_are_merged_and_hidden_and_taken_back(console):
    console.live.do("open", "words")
    assert "No words so far." in shown(console, "words")
    for number, (one, two) in enumerate((("Trust", "Mud"), ("trusting", "Mud")), 1):
        said = {"channel": "paper", "ballot": str(number), "word.1": one, "word.2": two}
        press(console, "words", "cast", **said)
    assert choices(shown(console, "words")) == {"Trust", "trusting", "Mud"}
    press(console, "words", "merge-words", word="trusting", into="Trust")
    press(console, "words", "hide-word", word="Mud", reason="no factor")
    assert list(scores(console).values()) == [2]
    html = shown(console, "words")
    assert "Mud (no factor)" in html
    assert 'aria-label="Separate: trusting"' in html
    press(console, "words", "unmerge-words", word="trusting")
    press(console, "words", "show-word", word="Mud")
    assert scores(console) == {"Mud": 2, "Trust": 1, "trusting": 1}


def test_a_proposal_is_reworded_but_not_while_people_vote_on_it(console):
    console.live.do("open", "plan")
    html = shown(console, "wording")
    assert "Every month" in html
    assert "status-quo" not in html, "the rule's own option has the rule's wording"
    press(console, "plan", "reword", **{"label.a": "Every second month"})
    assert "Every second month" in shown(console, "wording")
    press(console, "plan", "cast", channel="paper", ballot="1", **{"value.a": "2", "value.status-quo": "5"})
    assert "<textarea" not in shown(console, "wording")
    console.live.do("close", "plan")
    press(console, "plan", "reword", **{"label.a": "Every third month"})
    html = shown(console, "wording")
    assert "Every third month" in html
    assert "the next round" in html
    console.live.do("next-round", "plan")
    assert console.live.state.items["plan"].state.label("a") == {"und": "Every third month"}


def test_what_has_no_words_and_no_wording_of_the_agenda_is_not_offered(console):
    console.live.do("open", "plan")
    assert not shown(console, "words")
    console.live.do("open", "words")
    assert not shown(console, "wording")
