"""A process that holds a session: it reads requests as lines of JSON, carries them out, and answers likewise."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from pyrsistent import PMap

from workshop_kit.activities import ideas, info, poll, roles, statements
from workshop_kit.core.activity import FACILITATOR, Actor, Command, Registry
from workshop_kit.core.errors import Refused
from workshop_kit.core.event import Channel
from workshop_kit.live import LiveSession
from workshop_kit.privacy import forget
from workshop_kit.store.sqlite import SqliteStore


def opened(place: str) -> LiveSession:
    """Open the session at a path, or in a database at URL and name with a blank between."""
    registry = Registry([info.ACTIVITY, poll.ACTIVITY, ideas.ACTIVITY, roles.ACTIVITY, statements.ACTIVITY])
    if "://" not in place:
        return LiveSession(SqliteStore(Path(place)), registry)
    from workshop_kit.store.postgres import PostgresStore

    return LiveSession(PostgresStore(*place.split(" ")), registry)


def fingerprint(live: LiveSession) -> str:
    """Return a digest of all that a process knows of the session."""
    known = msgspec.json.encode([live.catch_up(), dict(live.people.names)], enc_hook=_plain, order="deterministic")
    return sha256(known).hexdigest()


def _plain(value: object) -> Any:
    if isinstance(value, PMap):  # some of them are by step and field together
        return {key if isinstance(key, str) else repr(key): inner for key, inner in value.items()}
    return sorted(value) if isinstance(value, frozenset) else repr(value)


def carry_out(live: LiveSession, requests: list[dict[str, Any]]) -> list[list[Any]]:
    """Submit commands at once and wait; returns for each ["ok", seq, repeated] or ["refused", why]."""
    answers = []
    for request in requests:
        actor = request["actor"]
        channel = Channel.NOTEBOOK if actor == FACILITATOR else Channel.PHONE
        command = Command(request["name"], request["item"], request["fields"], request["id"])
        answers.append(live.submit(command, Actor(actor, channel)))
    outcomes: list[list[Any]] = []
    for answer in answers:
        try:
            receipt = answer.result()
            outcomes.append(["ok", receipt.seq, receipt.repeated])
        except Refused as refusal:
            outcomes.append(["refused", str(refusal.why)])
    return outcomes


def served(live: LiveSession, task: str, value: Any) -> Any:
    """Carry out one request."""
    match task:
        case "commands":
            return carry_out(live, value)
        case "rename":
            return live.rename(*value).result().seq
        case "forget":
            return forget(live, value)
    return fingerprint(live)


def main() -> None:
    live = None
    for line in sys.stdin:
        task, value = json.loads(line)
        if task == "open":
            if live is not None:
                live.close()
            live = opened(value)
            answer = None
        else:
            assert live is not None
            answer = served(live, task, value)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
