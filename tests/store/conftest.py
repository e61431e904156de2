"""Entries for logs of any length."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from workshop_kit.core.event import FIRST_DIGEST, Channel, Event
from workshop_kit.store.codec import sealed

AT = datetime(2026, 11, 23, 13, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(scope="session")
def entry():
    """Make the entry that comes after `last` (None: the first of a log)."""

    def make(last=None, event_id="", **data):
        seq, digest = (last.seq + 1, last.digest) if last else (1, FIRST_DIGEST)
        event = Event(
            seq, event_id or f"c{seq}", AT, "s1", Channel.PHONE, "cards", "ideas.idea_added", 1, data or {"n": seq}, ""
        )
        return sealed(event, digest)

    return make


@pytest.fixture(scope="session")
def entries(entry):
    """Make a chain of entries after `last`."""

    def make(number, last=None):
        chain = [last]
        for _ in range(number):
            chain.append(entry(chain[-1]))
        return chain[1:]

    return make


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for the tests of this run: skips where there is none, but fails where CI promises one."""
    from tests.store.postgres_server import NoServerError, running

    try:
        with running() as server:
            yield server
    except NoServerError as missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(missing))
