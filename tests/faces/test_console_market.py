"""What the console of a market offers: the pairs that may fit best, to be agreed for both sides."""

from __future__ import annotations

from workshop_kit.faces.widgets import Console


def test_the_best_pairs_are_shown_and_agreed_with_one_press(live, tmp_path):
    session = live({"id": "board", "activity": "market"})
    session.do("open", "board")
    session.do("offer", "board", text="A <b>piano</b>")
    session.do("seek", "board", text="Somebody with a piano")
    console = Console(session, "en", folder=tmp_path)
    shown = console.make_regions()["console"]
    assert 'id="fit-e2"' in shown
    assert "A &lt;b&gt;piano&lt;/b&gt;" in shown
    console.take({"command": "agree", "item": "board", "side": "both", "match": "e1-e2"})
    assert [match.id for match in session.state.items["board"].state.matches(agreed=True)] == ["e1-e2"]
    assert 'id="fits"' not in console.make_regions()["console"]
    console.close()
