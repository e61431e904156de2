"""Roles by wishes and the responsibility matrix in minutes: every kind tells them, the public edition names few."""

from __future__ import annotations

import pytest
from tests.minutes import telling
from tests.minutes.telling import AGREED, NAMES, minutes, told

from workshop_kit import privacy
from workshop_kit.core.document import Table
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS
from workshop_kit.minutes.lint import findings
from workshop_kit.minutes.sections import EDITIONS

SEATS = telling.SEATS[:7]
BOARD = {
    "id": "board",
    "activity": "roles",
    "wishes": True,
    "options": [{"id": "host", "label": "Host", "places": 2}, {"id": "money", "label": "Money"}],
}
WHO = {"id": "who", "activity": "raci", "options": ["Book a room", "Sing"], "roles_from": "item:board"}


@pytest.fixture(scope="module")
def made(room):
    """Seven wish to be host, nobody wants the money; one is placed for sure, since that one holds a place already."""
    made = room(BOARD, WHO, seats=SEATS)
    for seat in SEATS:
        made.do("name", by=seat, named="yes")
    made.do("consent", by=AGREED, use=privacy.PUBLIC_MINUTES, given="yes")
    made.do("take", "board", role="host", seat=AGREED)
    made.do("confirm", "board", role="host", seat=AGREED)
    for seat in SEATS[1:]:
        made.do("wish", "board", by=seat, **{"wish.host": "2", "wish.money": "no"})
    made.do("propose", "board")
    made.do("close", "board")
    made.do("open", "who")
    made.do("take", "who", by=AGREED, task="o1", part="AR")
    made.do("take", "who", by=SEATS[1], task="o1", part="I")
    made.do("take", "who", holder="role/money", task="o2", part="C")
    made.do("close", "who")
    return made


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_of_minutes_tells_both(made, kind, edition, lang):
    whole, text = told(made, edition=edition, kind=kind, lang=lang), voice(lang)
    wish = text("wish no. {rank}", rank=2)
    settled = text.plural(
        "For {n} of {all} task it is settled who answers for it and who does it.",
        "For {n} of {all} tasks it is settled who answers for it and who does it.",
        2,
        n=1,
        all=2,
    )
    expected = (wish, settled) if kind in {"card", "article"} else (wish, "Book a room", text("Nobody is responsible."))
    assert [words for words in expected if words not in whole] == []
    assert "optimal" not in whole.lower()


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_in_public_nobody_is_named_who_did_not_agree(made, kind, lang):
    whole = told(made, edition="public", kind=kind, lang=lang)
    assert [name for seat, name in NAMES.items() if seat != AGREED and name in whole] == []
    inside = told(made, "item-board", "item-who", kind=kind, lang=lang)
    if kind == "results":
        assert {seat for seat in SEATS if NAMES[seat] in inside} == set(SEATS)


def test_in_public_few_people_are_not_counted(made):
    for edition, count in (("internal", "1"), ("public", "fewer than 5")):
        (section,) = [one for one in minutes(made, edition).sections() if one.id == "item-board"]
        (table,) = [block for block in section.blocks if isinstance(block, Table) and block.head[0] == "Wish"]
        assert table.rows == (("wish no. 2", count),)


def test_who_wished_in_vain_is_named_inside_only(made):
    assert "5 people named wishes and have no place." in told(made, "item-board", edition="public")
    assert "named wishes and got no place" not in told(made, "item-board", edition="public")
    assert "named wishes and got no place" in told(made, "item-board")


def test_the_seed_and_the_method_are_told(made):
    board = told(made, "item-board")
    assert made.inside("board").proposal.seed in board
    assert "Least-worst assignment" in board
    assert len(made.inside("board").proposal.without) == 5


def test_the_check_asks_about_both(made):
    found = [one.text for one in findings(minutes(made)) if one.section in {"item-board", "item-who"}]
    assert found == [
        "board: Nobody took the role: Money.",
        "who: Sing: Nobody is accountable.",
        "who: Sing: Nobody is responsible.",
    ]
