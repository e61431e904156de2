"""A phone without JavaScript in a form of several questions: it sends what stands in the page, button by button."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from tests.faces.hosting import hosted

FRUIT = [{"id": id_, "label": label} for id_, label in (("a", "Apple"), ("b", "Pear"), ("c", "Plum"))]
FORM = {
    "id": "vote",
    "activity": "poll",
    "rule": "form",
    "questions": [
        {"id": "order", "prompt": "Which first?", "rule": "ranking", "options": FRUIT},
        {"id": "good", "prompt": "How good?", "rule": "likert", "options": FRUIT},
        {"id": "next", "prompt": "Which next?", "rule": "ranking", "options": FRUIT},
        {"id": "go", "prompt": "Shall we?", "rule": "consent", "options": FRUIT[:1]},
    ],
}


class Ballot(HTMLParser):
    """The ballot of a page, as a browser would send it: `fields` as they stand, `buttons` by their ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.buttons: dict[str, tuple[str, str, str]] = {}
        self.focus = ""
        self._inside = False
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._inside = "wk-ballot" in given.get("class", "")
        if not self._inside:
            return
        name = given.get("name") or ""
        if tag == "button":
            self.buttons[given.get("id") or "send"] = (name, given.get("value", ""), given.get("formaction", ""))
            self.focus = given["id"] if "autofocus" in given else self.focus
        elif tag == "select":
            self._select = name
            self.fields[name] = ""
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = given["value"]
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.fields[name] = given.get("value", "")

    def handle_data(self, data):
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = ""


class Plain:
    """A browser that knows no script."""

    def __init__(self, server, lang="en"):
        self.server, self.phone = server, server.join(lang)
        self.page = self.phone.page()

    @property
    def ballot(self) -> Ballot:
        return Ballot(self.page)

    def press(self, button, **filled):
        """Fill in fields ("__" stands for "."), press a button, and show the page that comes."""
        name, value, action = self.ballot.buttons[button]
        fields = {**self.ballot.fields, **{key.replace("__", "."): said for key, said in filled.items()}}
        answer = self.server.api.post(
            self.server.base + action if action else f"{self.server.url}/items/vote",
            data=fields | ({name: value} if name else {}),
            headers=self.phone.bearer | {"accept": "text/html"},
            follow_redirects=True,
        )
        self.page = answer.text
        return answer.status_code

    @property
    def said(self):
        state = self.server.live.catch_up().items["vote"].state
        ballot = state.ballots[self.phone.seat]
        return dict(ballot.value), dict(ballot.words)


@pytest.fixture(scope="module")
def server(registry, agenda, tmp_path_factory):
    with hosted(tmp_path_factory.mktemp("session"), agenda(FORM), registry) as running:
        running.live.do("open", "vote")
        yield running


def places(value, question):
    return {key.removeprefix(f"{question}."): n for key, n in value.items() if key.startswith(f"{question}.")}


def test_an_order_is_made_button_by_button_and_other_answers_stay(server):
    plain = Plain(server)
    assert plain.press("up-order.c", value__good__a="4") == 200
    assert plain.press("up-order.a") == 200
    assert plain.press("up-order.a") == 200
    value, words = plain.said
    assert places(value, "order") == {"a": 1, "c": 2}
    assert places(value, "good") == {"a": 4}
    assert (places(value, "next"), words) == ({}, {})
    assert "Apple is now in place 1 of 2." in plain.page
    assert plain.press("out-order.c") == 200
    assert places(plain.said[0], "order") == {"a": 1}
    assert plain.press("send", value__good__b="2") == 200
    assert plain.said[0] == {"order.a": 1, "good.a": 4, "good.b": 2}


def test_the_buttons_of_two_orders_move_only_their_own(server):
    plain = Plain(server)
    plain.press("up-order.b")
    plain.press("up-next.c")
    assert plain.said[0] == {"order.b": 1, "next.c": 1}
    assert plain.ballot.focus == "up-next.c"
    plain.press("out-next.c")
    assert plain.said[0] == {"order.b": 1}


def test_an_objection_without_its_reason_is_refused_beside_its_field_and_the_order_stays(server):
    plain = Plain(server)
    plain.press("up-order.c")
    before = plain.said
    assert plain.press("up-order.a", value__go__a="-1") == 422
    assert plain.said == before
    assert "An objection needs its reason" in plain.page
    assert plain.press("send", value__go__a="-1", reason__go__a="Too <sour>") == 200
    assert plain.said[1] == {"go.a": "Too <sour>"}
    assert "Too &lt;sour&gt;" in plain.page
    assert plain.press("up-order.b") == 200
    assert plain.said == ({"order.c": 1, "order.b": 2, "go.a": -1}, {"go.a": "Too <sour>"})
