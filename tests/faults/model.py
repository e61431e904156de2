"""A session as a few dictionaries: what a second pair of eyes expects of commands, without log, processes and folds."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

HOST = "facilitator"
WALL = ("unassigned", "assigned")
POLLS = {"dots": (("o1", "o2", "o3"), 3, 3), "secret": (("o1", "o2"), 1, 1)}
"""Per poll its options, how much a ballot may give in all, and how much to one option."""
FACTORS = ("o1", "o2")
CARDS_EACH = 2
PLACES = {"host": 2, "scribe": 1}
STATEMENTS = ("o1", "o2")
AGENDA: tuple[dict[str, Any], ...] = (
    {"id": "dots", "activity": "poll", "rule": "dots", "options": ["Place", "People", "Money"]},
    {"id": "secret", "activity": "poll", "rule": "choice", "openness": "secret", "options": ["Yes", "No"]},
    {"id": "cards", "activity": "ideas", "factors": ["Place", "People"], "limit": CARDS_EACH},
    {
        "id": "board",
        "activity": "roles",
        "options": [{"id": "host", "label": "Host", "places": 2}, {"id": "scribe", "label": "Scribe"}],
    },
    {"id": "say", "activity": "statements", "collects": False, "statements": ["Meet monthly", "Pay a fee"]},
)


class No(Exception):
    """The model refuses, for this reason."""


class Model:
    """What is known and what would come of a command; `seq` counts the entries that the log must have."""

    def __init__(self) -> None:
        self.seq = 1
        self.seats: dict[str, dict[str, Any]] = {}
        self.names: dict[str, str] = {}
        self.locked = False
        self.written: dict[tuple[str, str], str] = {}
        self.current = ""
        self.items = {spec["id"]: {"phase": "planned", "revealed": False, "began": False} for spec in AGENDA}
        self.rounds: dict[str, list[dict[str, Any]]] = {poll: [_round()] for poll in POLLS}
        self.box: dict[str, tuple[int, dict[str, int]]] = {}
        self.notes: list[tuple[str, ...]] = []
        self.earlier: list[tuple[str, ...]] = []
        self.held: dict[str, dict[str, str]] = {role: {} for role in PLACES}
        self.answers: dict[str, dict[str, int]] = {statement: {} for statement in STATEMENTS}
        self.done: dict[str, tuple[str, str, int]] = {}

    def take(self, command: dict[str, Any]) -> list[Any]:
        """Carry out a command; returns what its sender must be told."""
        actor, item, command_id = command["actor"], command["item"], command["id"]
        if command_id in self.done:
            by, where, seq = self.done[command_id]
            return ["ok", seq, True] if (by, where) == (actor, item) else ["refused", "taken"]
        before = deepcopy(self.__dict__)
        try:
            entries = self._decide(actor, command["name"], item, command["fields"])
        except No as reason:
            self.__dict__.update(before)
            return ["refused", str(reason)]
        self.seq += entries
        if entries:
            self.done[command_id] = (actor, item, self.seq)
        return ["ok", self.seq, False]

    def rename(self, seat: str, name: str) -> int:
        """Name somebody who has a seat; returns the entry's number."""
        self.seats[seat]["named"] = bool(name)
        self.names.pop(seat, None)
        if name:
            self.names[seat] = name
        self.seq += 1
        return self.seq

    def forget(self, seat: str) -> int:
        """Erase name and words of a person, those of earlier rounds too; returns how many cards that were."""
        if seat in self.names:
            self.rename(seat, "")
        before = len(self.notes) + len(self.earlier)
        self.notes = [note for note in self.notes if note[0] != "add" or note[2] != seat]
        self.earlier = [note for note in self.earlier if note[0] != "add" or note[2] != seat]
        gone = before - len(self.notes) - len(self.earlier)
        self.seq += bool(gone)
        return gone

    @property
    def cards(self) -> dict[str, dict[str, Any]]:
        """The cards as what was noted about them leaves them; notes about a card that was erased say nothing."""
        cards: dict[str, dict[str, Any]] = {}
        for kind, card, *rest in self.notes:
            if kind == "add":
                seat, text, factor = rest
                place = "assigned" if factor else "unassigned"
                cards[card] = {"seat": seat, "text": text, "factor": factor, "place": place, "into": "", "likes": set()}
            elif card in cards and (kind != "merge" or rest[0] in cards):
                _note(cards, kind, card, *rest)
        return cards

    def score(self, poll: str, number: int = -1) -> dict[str, Any]:
        """Return the result of a round."""
        ballots = [value for _, value in self.rounds[poll][number]["ballots"].values() if value]
        room = self.rounds[poll][number]["room"]
        sums = Counter(room)
        backers = Counter(room)
        for ballot in ballots:
            sums.update(ballot)
            backers.update(ballot.keys())
        options = POLLS[poll][0]
        return {
            "voters": len(ballots) + max(room.values(), default=0),
            "scores": {option: (sums[option], backers[option]) for option in options},
            "ranks": {o: 1 + sum(sums[other] > sums[o] for other in options) for o in options},
        }

    # ── what comes of a command ───────────────────────────────────────────────────────────────────────────────────

    def _decide(self, actor: str, name: str, item: str, fields: dict[str, str]) -> int:
        known = self.seats.get(actor)
        if actor != HOST and (known["removed"] if known else name != "join"):
            raise No("not_allowed")
        if not item:
            return self._room(actor, name, fields)
        if name in {"open", "close", "reveal", "next-round", "timer"}:
            if actor != HOST:
                raise No("not_allowed")
            return self._step(name, item, fields)
        if actor != HOST and self.items[item]["phase"] != "open":
            raise No("closed")
        ways = {"dots": self._vote, "secret": self._vote, "cards": self._card, "board": self._role, "say": self._say}
        return ways[item](actor, name, item, fields)

    def _room(self, actor: str, name: str, fields: dict[str, str]) -> int:
        if name == "join":
            if actor not in self.seats:
                if self.locked and actor != HOST:
                    raise No("locked")
                self.seats[actor] = {"number": len(self.seats) + 1, "named": False, "removed": False}
                return 1
            return 0
        if name == "note":
            return self._written(actor, fields)
        if actor != HOST:
            raise No("unknown")
        if name == "remove":
            if fields["seat"] not in self.seats:
                raise No("invalid")
            removed = self.seats[fields["seat"]]["removed"]
            self.seats[fields["seat"]]["removed"] = True
            return not removed
        changed = self.locked != (name == "lock")
        self.locked = name == "lock"
        return changed

    def _written(self, actor: str, fields: dict[str, str]) -> int:
        """Write down what the note-taker says about the whole session ("goal") or about a step ("decision")."""
        if actor != HOST:
            raise No("not_allowed")
        field, item, text = fields["field"], fields["item"], fields["text"]
        if field not in {"goal", "decision"} or (field == "decision") != (item in self.items):
            raise No("invalid")
        if text == self.written.get((item, field), ""):
            return 0
        self.written[item, field] = text
        return 1

    def _step(self, name: str, item: str, fields: dict[str, str]) -> int:
        at = self.items[item]
        if name == "timer":
            return 1
        if name == "close":
            return self._close(item)
        if name == "reveal":
            shown = at["revealed"]
            entries = self._close(item)
            at["revealed"] = True
            return entries + (not shown)
        if name == "open" or not at["began"]:
            if at["phase"] == "open":
                return 0
            if item in self.rounds and self.rounds[item][-1]["counted"]:
                raise No("closed")
            if at["phase"] == "closed" and item == "dots" and not fields.get("reason"):
                now = self.rounds[item][-1]
                if now["ballots"] or now["room"]:
                    raise No("invalid")
        entries = sum(self._close(other) for other in self.items)
        if name == "next-round" and at["began"] and item in self.rounds:
            self.rounds[item].append(_round())
        elif name == "next-round" and at["began"]:
            if item == "cards":
                self.earlier, self.notes = self.earlier + self.notes, []
            self.held = {role: {} for role in PLACES} if item == "board" else self.held
            self.answers = {statement: {} for statement in STATEMENTS} if item == "say" else self.answers
        at.update(phase="open", revealed=False, began=True)
        self.current = item
        return entries + 1

    def _close(self, item: str) -> int:
        at = self.items[item]
        if at["phase"] != "open":
            return 0
        at.update(phase="closed", revealed=True)
        if item in self.rounds:
            self.rounds[item][-1]["closed"] = True
        if item != "secret" or not self.box:
            return 1
        self.rounds["secret"][-1].update(
            ballots={f"box {n}": (0, value) for n, (_, value) in enumerate(self.box.values())}, counted=True
        )
        self.box = {}
        return 2

    def _vote(self, actor: str, name: str, item: str, fields: dict[str, str]) -> int:
        options, most, cap = POLLS[item]
        now = self.rounds[item][-1]
        value = {field[6:]: int(number) for field, number in fields.items() if field.startswith("value.") and number}
        if name == "room-votes" and actor == HOST:
            now["room"] = {option: number for option, number in value.items() if number}
            return 1
        if name != "cast":
            raise No("unknown")
        if any(option not in options or number > cap for option, number in value.items()) or sum(value.values()) > most:
            raise No("invalid")
        value = {option: number for option, number in value.items() if number}
        voter = actor
        if actor == HOST:
            if not fields.get("ballot"):
                raise No("invalid")
            voter = f"slip:{fields['ballot']}"
        if item == "secret":
            return self._secretly(voter, value, fields.get("rev"))
        earlier = now["ballots"].get(voter)
        rev = int(fields["rev"]) if "rev" in fields else (earlier[0] if earlier else 0) + 1
        if earlier and rev <= earlier[0]:
            now["late"] += 1
        else:
            now["ballots"][voter] = (rev, value)
        return 1

    def _secretly(self, voter: str, value: dict[str, int], written: str | None) -> int:
        now = self.rounds["secret"][-1]
        if now["counted"] or (now["closed"] and self.items["secret"]["phase"] != "open"):
            raise No("closed")
        known = self.box[voter][0] if voter in self.box else 0
        rev = known + 1 if written is None else int(written)
        if rev > known:
            self.box[voter] = (rev, value)
        new = voter not in now["took_part"]
        now["took_part"].add(voter)
        return new

    def _card(self, actor: str, name: str, item: str, fields: dict[str, str]) -> int:
        cards = self.cards
        card = cards.get(fields.get("idea", ""))
        if name == "add":
            return self._add(actor, fields["text"], fields["factor"], cards)
        if name in {"merge", "hide", "show"} and actor != HOST:
            raise No("not_allowed")
        places = {"withdraw": (*WALL, "merged"), "show": ("hidden", "merged")}.get(name, WALL)
        if card is None or card["place"] not in places:
            raise No("invalid")
        if name in {"withdraw", "assign"} and actor not in {HOST, card["seat"]}:
            raise No("not_allowed")
        rest: tuple[str, ...] = ()
        if name in {"like", "unlike"}:
            rest = (actor,)
            if (actor in card["likes"]) == (name == "like"):
                return 0
        elif name == "assign":
            rest = (fields["factor"],)
            if rest[0] not in ("", *FACTORS):
                raise No("invalid")
            if rest[0] == card["factor"]:
                return 0
        elif name == "merge":
            rest = (fields["into"],)
            into = cards.get(rest[0])
            if into is None or into["place"] not in WALL or rest[0] == fields["idea"]:
                raise No("invalid")
        self.notes.append((name, fields["idea"], *rest))
        return 1

    def _add(self, actor: str, text: str, factor: str, cards: dict[str, dict[str, Any]]) -> int:
        own = sum(card["seat"] == actor and card["place"] != "withdrawn" for card in cards.values())
        if not text or (actor != HOST and own >= CARDS_EACH) or factor not in ("", *FACTORS):
            raise No("invalid")
        number = len(cards) + 1
        while f"i{number}" in cards:
            number += 1
        self.notes.append(("add", f"i{number}", actor, text, factor))
        return 1

    def _role(self, actor: str, name: str, item: str, fields: dict[str, str]) -> int:
        role = fields.get("role", "")
        if role not in PLACES:
            raise No("invalid")
        seat = fields.get("seat", "") if actor == HOST else actor
        if not seat:
            raise No("invalid")
        held, known = self.held[role], actor == HOST or self.seats[actor]["named"]
        if name == "take" and seat not in held:
            if len(held) == PLACES[role]:
                raise No("taken")
            held[seat] = "reserved"
            if "confirm" in fields and known:
                held[seat] = "confirmed"
                return 2
            return 1
        if name == "confirm":
            if seat not in held or not known:
                raise No("invalid")
            new = held[seat] == "reserved"
            held[seat] = "confirmed"
            return new
        if name == "release" and seat in held:
            del held[seat]
            return 1
        return 0

    def _say(self, actor: str, name: str, item: str, fields: dict[str, str]) -> int:
        given = self.answers.get(fields["statement"])
        if given is None or fields["value"] not in {"1", "0", "-1"}:
            raise No("invalid")
        if actor == HOST:
            raise No("not_allowed")
        new = given.get(actor) != int(fields["value"])
        given[actor] = int(fields["value"])
        return new


def _round() -> dict[str, Any]:
    return {"ballots": {}, "room": {}, "late": 0, "took_part": set(), "counted": False, "closed": False}


def _note(cards: dict[str, dict[str, Any]], kind: str, name: str, *rest: str) -> None:
    card = cards[name]
    under = [other for other in cards.values() if other["place"] == "merged" and other["into"] == name]
    if kind == "like":
        card["likes"].add(rest[0])
    elif kind == "unlike":
        card["likes"].discard(rest[0])
    elif kind == "assign":
        card.update(factor=rest[0], place="assigned" if rest[0] else "unassigned")
    elif kind == "show":
        card.update(place="assigned" if card["factor"] else "unassigned", into="")
    elif kind == "merge":
        for other in (*under, card):
            other.update(place="merged", into=rest[0])
    else:
        for other in under:
            other.update(place="assigned" if other["factor"] else "unassigned", into="")
        card.update(place={"withdraw": "withdrawn", "hide": "hidden"}[kind])
        if kind == "withdraw":
            card["into"] = ""
