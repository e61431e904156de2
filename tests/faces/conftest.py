"""The participants' server with one item of each kind, shared by the tests of a module."""

from __future__ import annotations

import pytest
from tests.conftest import MOOD, ONE_OF_EACH

pytest.register_assert_rewrite("tests.faces.hosting")


@pytest.fixture(scope="module")
def server(registry, agenda, tmp_path_factory):
    """A session with one item of each kind, and one, `later`, that is never opened.

    A first person has written the card `i1`, holds the only place of the role `o2` and has used the id `taken-id`.
    """
    from tests.faces.hosting import hosted

    planned = agenda(*ONE_OF_EACH, {**MOOD, "id": "later"})
    with hosted(tmp_path_factory.mktemp("session"), planned, registry) as running:
        first = running.join()
        for item, command, fields in (
            ("cards", "add", {"text": "The first card"}),
            ("board", "take", {"role": "o2"}),
            ("dots", "cast", {"id": "taken-id"}),
        ):
            running.live.do("open", item)
            assert first.send(item, command, fields).status_code == 200
        yield running


@pytest.fixture
def opened(server):
    """Open an item (it stays open if it is) and return its id."""

    def step(item):
        server.live.do("open", item, reason="The next test")
        return item

    return step


@pytest.fixture
def phone(server):
    """A person who reads English."""
    return server.join()


@pytest.fixture
def open_console(live, tmp_path):
    """Return a way to get the console of a new session whose first item is open."""
    from workshop_kit.faces.widgets import Console

    made = []

    def opened_on(*items):
        session = live(*items)
        session.do("open", items[0]["id"])
        made.append(Console(session, "en", folder=tmp_path))
        return made[-1]

    yield opened_on
    for console in made:
        console.close()
