"""An attacker who has every byte that a session left behind, and who guesses how each person voted.

`attacks` tries what the bytes offer: what lies beside what, every order that can be seen against every other, and every
key that could be one. A guess is worth something only if such guesses are right more often than chance.
"""

from __future__ import annotations

import hmac
import json
import re
import sqlite3
import tempfile
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from msgspec import Struct

from workshop_kit.store.files import BESIDE

Guess = tuple[str, str]
"""A voter, and the option that the voter is believed to have chosen."""

SIGMAS = 5
NEAR = 400
"""How far apart, in bytes, two things may lie that an attacker takes to belong together."""

_HEX = re.compile(rb"[0-9a-f]{64,}")
_BALLOT = re.compile(rb'\{(?:"receipt":"([a-z]+)",)?"value":\{"([a-z]+)":1\}\}')


class Loot:
    """What the attacker carries off: all files below these folders as they are now, and other bytes by name."""

    def __init__(self, *folders: Path, **others: str) -> None:
        found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
        self.files = {str(path): path.read_bytes() for path in found}
        self.files |= {name: text.encode() for name, text in others.items()}

    def hexes(self) -> set[bytes]:
        """Every 32 bytes written as hexadecimal digits that lie anywhere, be they a key, a digest or a voter."""
        runs = {run for content in self.files.values() for run in _HEX.findall(content)}
        return {run[at : at + 64] for run in runs for at in _starts(run)}

    def log(self, path: Path) -> list[dict[str, Any]]:
        """Read the log in the database at `path` as SQLite shows it, from a copy."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            for end in ("", *BESIDE):
                if content := self.files.get(f"{path}{end}"):
                    copy.with_name(copy.name + end).write_bytes(content)
            with closing(sqlite3.connect(copy)) as connection:
                connection.row_factory = sqlite3.Row
                rows = [dict(row) for row in connection.execute("select * from events order by seq")]
        return [row | {"data": json.loads(row["data"])} for row in rows]


def _starts(run: bytes) -> Iterable[int]:
    """Two digests that lie side by side are 128 digits; in any other run a key may begin anywhere."""
    return (0, 64) if len(run) == 128 else range(len(run) - 63)


class Round(Struct):
    """What the log itself says about one round of a secret poll that was closed."""

    took_part: list[dict[str, Any]]
    ballots: list[dict[str, Any]]

    @property
    def voters(self) -> list[str]:
        return [entry["data"]["voter"] for entry in self.took_part]

    @property
    def choices(self) -> list[str]:
        return [choice(ballot) for ballot in self.ballots]


def choice(ballot: Mapping[str, Any]) -> str:
    """Return the option that a ballot names."""
    (option,) = ballot["value"]
    return str(option)


def rounds(log: list[dict[str, Any]], item: str = "board") -> list[Round]:
    """Return the closed rounds of a secret poll."""
    found: list[Round] = []
    taken: list[dict[str, Any]] = []
    for entry in log:
        if entry["item"] == item and entry["name"] == "poll.took_part":
            taken.append(entry)
        elif entry["item"] == item and entry["name"] == "item.box_opened":
            found.append(Round(taken, entry["data"]["ballots"]))
            taken = []
    return found


def attacks(loot: Loot, log: list[dict[str, Any]], seen: Round) -> Iterator[tuple[str, list[Guess]]]:
    """Yield what each way of guessing makes of one round."""
    yield from _by_order(loot, log, seen)
    yield from _by_nearness(loot, seen)
    yield "recomputed", recomputed(loot, seen.voters)


def _by_order(loot: Loot, log: list[dict[str, Any]], seen: Round) -> Iterator[tuple[str, list[Guess]]]:
    """Believe that ballots lie in the order in which their voters appear anywhere."""
    joined = {entry["actor"]: entry["seq"] for entry in log if entry["name"] == "seat.joined"}
    pauses = {later["seq"]: _seconds(later) - _seconds(earlier) for earlier, later in pairwise(log)}
    voters: dict[str, Callable[[dict[str, Any]], Any]] = {
        "taking part": lambda entry: entry["seq"],
        "joining": lambda entry: joined.get(entry["data"]["voter"], 1 << 30),
        "name of the seat": lambda entry: entry["data"]["voter"],
        "channel": lambda entry: (entry["channel"], entry["seq"]),
        "fraction of the second": lambda entry: entry["at"][-9:],
        "id of the command": lambda entry: entry["id"],
        "digest of the entry": lambda entry: entry["digest"],
        "pause before": lambda entry: pauses[entry["seq"]],
    }
    ballots = {
        "the event": seen.choices,
        "receipts": [choice(b) for b in sorted(seen.ballots, key=lambda b: b["receipt"])],
    }
    words = {ballot["receipt"].encode(): choice(ballot) for ballot in seen.ballots}
    for path, content in loot.files.items():
        lie = {word: content.rfind(word) for word in words}
        if all(at >= 0 for at in lie.values()):
            ballots[f"bytes of {Path(path).name}"] = [words[word] for word in sorted(words, key=lie.__getitem__)]
    for (name, key), (place, choices) in product(voters.items(), ballots.items()):
        order = sorted(seen.took_part, key=lambda entry: (key(entry), entry["seq"]))
        yield (
            f"{name} against {place}",
            [(entry["data"]["voter"], option) for entry, option in zip(order, choices, strict=True)],
        )


def _seconds(entry: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(entry["at"]).timestamp()


def _by_nearness(loot: Loot, seen: Round) -> Iterator[tuple[str, list[Guess]]]:
    """Believe that a voter's ballot is the one that lies next to the voter's name in a file."""
    for path, content in loot.files.items():
        ballots = [(found.start(), found.end(), found[2].decode()) for found in _BALLOT.finditer(content)]
        starts, ends = [start for start, _, _ in ballots], [end for _, end, _ in ballots]
        before: dict[str, str] = {}
        behind: dict[str, str] = {}
        for voter in seen.voters:
            for name in re.finditer(re.escape(voter.encode()), content):
                at = bisect_left(starts, name.end())
                if at < len(ballots) and starts[at] - name.end() < NEAR:
                    behind[voter] = ballots[at][2]
                at = bisect_right(ends, name.start()) - 1
                if at >= 0 and name.start() - ends[at] < NEAR:
                    before[voter] = ballots[at][2]
        yield f"ballot behind a voter in {Path(path).name}", list(behind.items())
        yield f"ballot before a voter in {Path(path).name}", list(before.items())


def recomputed(loot: Loot, voters: Iterable[str]) -> list[Guess]:
    """Take everything that could be a key for one, and look whether a ballot lies behind the digest of a voter."""
    hexes = loot.hexes()
    guesses: list[Guess] = []
    for voter, key in product(voters, hexes):
        digest = hmac.digest(bytes.fromhex(key.decode()), voter.encode(), sha256).hex().encode()
        if digest in hexes:
            guesses += [(voter, option) for option in _behind(loot, digest)][-1:]
    return guesses


def _behind(loot: Loot, digest: bytes) -> Iterator[str]:
    for content in loot.files.values():
        for found in re.finditer(digest, content):
            if ballot := _BALLOT.search(content, found.end(), found.end() + NEAR):
                yield ballot[2].decode()


class Score:
    """How often the guesses of each attack were right, against how often chance would be."""

    def __init__(self) -> None:
        self._hits: Counter[str] = Counter()
        self._expected: defaultdict[str, float] = defaultdict(float)
        self._variance: defaultdict[str, float] = defaultdict(float)
        self.guesses: Counter[str] = Counter()

    def add(self, attack: str, guesses: Iterable[Guess], truth: Mapping[str, str]) -> None:
        """Count guesses; the shares of the options are no secret, the result tells them."""
        shares = {option: number / len(truth) for option, number in Counter(truth.values()).items()}
        for voter, option in guesses:
            share = shares.get(option, 0.0)
            self.guesses[attack] += 1
            self._hits[attack] += truth[voter] == option
            self._expected[attack] += share
            self._variance[attack] += share * (1 - share)

    def beyond_chance(self) -> dict[str, str]:
        """Return the attacks that do better or worse than chance by more than five standard deviations."""
        return {
            attack: f"{self._hits[attack]} of {number} right, {self._expected[attack]:.1f} by chance"
            for attack, number in self.guesses.items()
            if abs(self._hits[attack] - self._expected[attack]) > SIGMAS * self._variance[attack] ** 0.5
        }
