"""The participants' server with one item of each kind, shared by the tests of a module."""

from __future__ import annotations

import pytest

from tests.faces.hosting import hosted
from workshop_kit.core.agenda import sources


@pytest.fixture(scope="module")
def server(registry, agenda, tmp_path_factory):
    with hosted(tmp_path_factory.mktemp("session"), agenda(), registry) as running:
        yield running


@pytest.fixture
def opened(server):
    """Open an item (it stays open if it is) and return its id; what an item takes over must have been opened."""

    def step(item):
        for source in sources(server.live.state.items[item].spec).values():
            step(source)
        server.live.do("open", item)
        return item

    return step


@pytest.fixture
def phone(server):
    """A person who reads English."""
    return server.join()


@pytest.fixture
def unchanged(server):
    """Fail if the log has grown by the end of the test."""
    before = server.live.state.seq
    mark = {"seq": before}
    yield mark
    assert [event.name for event in server.log[mark["seq"]:]] == []
