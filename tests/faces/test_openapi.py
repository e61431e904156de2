"""docs/openapi.yaml says what the server does: its routes, its refusals, and the commands of the activities."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from starlette.routing import Route, WebSocketRoute
from tests.conftest import ONE_OF_EACH

from workshop_kit.core.errors import Refused, Why
from workshop_kit.faces import web
from workshop_kit.library import folder_of

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text("utf-8"))
PARTS = DOCUMENT["components"]
COMMANDS = sorted(name for name in PARTS["schemas"] if "." in name)
ITEMS = (
    *ONE_OF_EACH,
    {"id": "plan", "activity": "actions", "carried": [{"what": "Find a room"}]},
    {"id": "market", "activity": "market"},
    {"id": "say", "activity": "statements", "statements": ["Meet monthly"]},
    {"id": "stories", "activity": "cards", "format": "stories", "likes": True},
    {"id": "talk", "activity": "coffee", "topics": ["Newcomers"]},
    {"id": "floor", "activity": "queue"},
    {"id": "who", "activity": "raci", "options": ["Book a room"]},
    {"id": "tables", "activity": "groups"},
    {"id": "pairs", "activity": "pairing"},
    {"id": "effort", "activity": "hours", "options": ["Book a room"]},
    {"id": "net", "activity": "ties", "options": ["Library", "School"]},
)
ITEM_OF = {item["activity"]: item["id"] for item in reversed(ITEMS)}
KNOWN = {
    "one": "o1",
    "other": "o2",
    "factor": "o1",
    "action": "a1",
    "kind": "offer",
    "statement": "o1",
    "text": "Words",
    "column": "stories",
}
"""Values that are right in the room, for fields that are looked at before others."""

each_command = pytest.mark.parametrize("described", COMMANDS)


def operations():
    """Yield every operation of the document as (path, method, what it says)."""
    for path, shared in DOCUMENT["paths"].items():
        for method in {"get", "post", "put", "delete", "patch"} & set(shared):
            yield path, method.upper(), shared[method]


def refusals():
    """Return under which statuses each refusal is described."""
    found: dict[str, set[int]] = {}
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            if (name := answer.get("$ref", "").rpartition("/")[2]) not in {"", "Page", "Onward"}:
                found.setdefault(name, set()).add(int(status))
    return found


@pytest.fixture(scope="module")
def open_room(room):
    """A room in which every item was opened in turn, and a topic is talked about."""
    made = room(*ITEMS)
    made.do("stage", "talk", stage="talking")
    made.do("start", "talk")
    return made


def test_every_route_is_described_and_no_other(live):
    routes = web.application(live()).routes
    there = {
        (route.path, method) for route in routes if isinstance(route, Route) for method in route.methods - {"HEAD"}
    }
    assert {(path, method) for path, method, _ in operations()} == there
    for route in routes:
        assert not isinstance(route, WebSocketRoute) or f"`{route.path}`" in DOCUMENT["info"]["description"]


def test_every_refusal_is_described_under_its_status():
    expected = {str(why): {int(status)} for why, status in web.STATUS.items() if why is not Why.TAKEN}
    assert web.STATUS[Why.TAKEN] == web.STATUS[Why.CLOSED]
    assert refusals() == expected | {"store": {503}}
    assert set(refusals()) <= set(PARTS["responses"])


def test_every_code_of_a_refusal_is_listed():
    listed = PARTS["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"]
    assert set(listed) == {*map(str, Why), "store"}


def test_what_needs_a_seat_can_be_refused_without_one():
    for path, method, operation in operations():
        if {} not in operation.get("security", [{}]):
            assert "403" in operation["responses"], f"{method} {path}"


@pytest.mark.parametrize("name", sorted(PARTS["schemas"]))
def test_every_schema_is_one(name):
    Draft202012Validator.check_schema(PARTS["schemas"][name])


def test_every_command_that_a_page_offers_is_described(registry):
    for kind in registry.values():
        page = (folder_of(kind) / "page.html").read_text("utf-8")
        mine = re.search(r"\{% macro mine\(.*?\{% endmacro %\}", page, re.DOTALL)
        offered = {f"{kind.name}.{command}" for command in re.findall(r'form\("([\w-]+)"', mine[0] if mine else "")}
        assert offered <= set(COMMANDS)


@each_command
def test_every_command_that_is_described_exists(open_room, described):
    kind, _, command = described.partition(".")
    open_room.do("open", ITEM_OF[kind], reason="The next test")
    try:
        open_room.do(command, ITEM_OF[kind], by="ada")
    except Refused as refusal:
        assert refusal.why is not Why.UNKNOWN  # noqa: PT017 - a command may also be accepted


@each_command
def test_a_field_that_is_required_is_missed(open_room, described):
    kind, _, command = described.partition(".")
    open_room.do("open", ITEM_OF[kind], reason="The next test")
    given: dict[str, str] = {}
    for field in PARTS["schemas"][described].get("required", []):
        with pytest.raises(Refused) as caught:
            open_room.do(command, ITEM_OF[kind], by="ada", **given)
        assert caught.value.field == field
        given[field] = KNOWN.get(field, "")


def test_the_body_of_a_command_is_any_that_is_described():
    body = DOCUMENT["paths"]["/{code}/items/{item}"]["post"]["requestBody"]["content"]
    choices = body["application/x-www-form-urlencoded"]["schema"]["anyOf"]
    assert sorted(choice["$ref"].rpartition("/")[2] for choice in choices) == COMMANDS
