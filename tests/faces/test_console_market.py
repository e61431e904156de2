"""What the console of a market offers: the pairs that may fit best, to be agreed for both sides."""

from __future__ import annotations

from tests.faces.consoles import press, shown


def test_the_best_pairs_are_shown_and_agreed_with_one_press(open_console):
    console = open_console({"id": "board", "activity": "market"})
    session = console.live
    session.do("offer", "board", text="A <b>piano</b>")
    session.do("seek", "board", text="Somebody with a piano")
    assert 'id="fit-e2"' in shown(console)
    assert "A &lt;b&gt;piano&lt;/b&gt;" in shown(console)
    press(console, "agree", "board", side="both", match="e1-e2")
    assert [match.id for match in session.state.items["board"].state.matches(agreed=True)] == ["e1-e2"]
    assert 'id="fits"' not in shown(console)
