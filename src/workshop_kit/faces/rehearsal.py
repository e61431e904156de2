"""Simulated people who take part over HTTP as phones without JavaScript do: they read pages and fill in their forms.

They know the session only by its pages, so they can rehearse any agenda. They are never to be mistaken for people:
their names say what they are.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any

import httpx

from workshop_kit.core.document import clean
from workshop_kit.faces.page_forms import Form, Subject, forms_in

AT_ONCE = 20
IDLE = 2.0
"""Seconds for which a connection is used again: fewer than the server's 5, lest both end it at once."""
PATIENCE = 20.0
LOOK_AGAIN = 0.05
TOO_MANY = 429
A_MOMENT = 0.5
MENDED = 5
"""So often somebody tries again after a refusal that names a field."""
SHY = 0.15
"""The share of people who let a form pass."""

SELDOM = {"no": 0.15, "abstain": 0.15}
"""How much less than by taste alone an answer to a motion is given: what comes to a vote was talked over before."""
STANCES = {"0": 0.15, "2": 0.1, "-1": 0.0}
"""The same for consent. Nobody objects: an objection needs a reason, and simulated people have none."""

AT_ONCE_AGAIN = frozenset({"confirm", "vote"})
"""Commands that a person carries out as long as the page asks for them."""

OF_ONES_OWN = frozenset({"add", "propose"})
"""Commands for which people have something to write, or leave them be."""

NAMED = 0.35
"""The share of people who give a name when they join."""

ANY = "*"
"""Stands in the texts of a rehearsal for one of the values that a form offers."""

MODEST = {"given": (0, 0, 0, 0, 1, 2, 4), "needed": range(10, 61, 5)}
"""Hours a month that people give to a task, and think that it needs."""

FEW = 0.12
"""The share of people who do what a few are enough for: join in with an action, take a part in a task."""

NEVER = frozenset(
    {
        *("release", "withdraw", "unlike", "leave", "decline", "disagree"),
        *("assign", "move", "change", "edit", "status", "consent"),
    }
)
"""Commands that take something back or only move it; a rehearsal goes forward."""


class Rehearsal:
    """A room of simulated people. `title` is what their names begin with, for example "Simulated person"."""

    def __init__(self, address: str, people: int, seed: int, title: str, lang: str) -> None:
        self.address = address
        self.title = title
        self.lang = lang
        self.texts: deque[str] = deque()
        self.refusals: list[str] = []
        self._random = random.Random(seed)  # noqa: S311 - a repeatable rehearsal, no secret
        self.people = people
        self._today = datetime.now(UTC).date()
        self._tokens: list[str] = []
        self._taste: dict[str, float] = {}
        self._asked: defaultdict[str, set[Subject]] = defaultdict(set)
        self._client = httpx.AsyncClient(
            timeout=30,
            limits=httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=IDLE),
            headers={"accept": "application/json"},
        )

    async def join(self, done: Callable[[], Any] = lambda: None) -> None:
        """Let everybody join."""

        async def one(number: int) -> str:
            name = self._title(number) if self._random.random() < NAMED else ""
            answer = await self._client.post(f"{self.address}/join", data={"name": name, "lang": self.lang})
            answer.raise_for_status()
            done()
            token: str = answer.json()["token"]
            return token

        self._tokens = await asyncio.gather(*(one(number) for number in range(1, self.people + 1)))

    async def see(self, item_id: str) -> None:
        """Wait until phones show this item; the server follows the log a moment behind."""
        await self.shows(f'id="question-{item_id}"')

    async def shows(self, html: str) -> None:
        """Wait until this stands on the pages of phones."""
        async with asyncio.timeout(PATIENCE):
            while html not in await self._page(self._tokens[0]):  # noqa: ASYNC110 - a phone asks
                await asyncio.sleep(LOOK_AGAIN)

    async def take_part(self, done: Callable[[], Any] = lambda: None) -> None:
        """Let everybody look at the page and fill in what it asks."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(token: str) -> None:
            async with gate:
                await self._act(token)
                done()

        await asyncio.gather(*(one(token) for token in self._tokens))

    async def attend(self, pause: Callable[[], Awaitable[None]]) -> None:
        """Let everybody answer what their page asks that it has not asked them before, each after a `pause`."""

        async def one(token: str) -> None:
            if self._news(token, forms_in(await self._page(token))):
                await pause()
                await self._act(token)

        await asyncio.gather(*(one(token) for token in self._tokens))

    def _news(self, token: str, forms: list[Form]) -> bool:
        """Return whether one of these forms is new to a person, and remember them all."""
        asked = {form.subject for form in forms if form.command not in NEVER}
        news = asked - self._asked[token]
        self._asked[token] |= asked
        return bool(news) or (bool(self.texts) and any(form.command in OF_ONES_OWN for form in forms))

    async def share(
        self, texts: Iterable[str], done: Callable[[], Any] = lambda: None, beside: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        """Let people hand in these texts, in their order, one person after the other.

        `beside` holds, text by text, what else to choose on the form; what it does not ask for is left out. `ANY` there
        is whatever the form offers.
        """
        text: str
        more: Mapping[str, Any]
        for number, (text, more) in enumerate(zip_longest(texts, beside, fillvalue={})):  # type: ignore[assignment]
            token = self._tokens[number % len(self._tokens)]
            page = await self._page(token)
            form = next((form for form in forms_in(page) if form.texts and form.command not in NEVER), None)
            if form is not None:
                known = {*form.radios, *form.selects, *form.texts, *form.boxes}
                chosen = {name: self._meant(form, name, str(value)) for name, value in more.items() if name in known}
                asked = next((name for name in form.texts if name in form.required), next(iter(form.texts)))
                await self._send(token, form, {asked: text} | self._days(form) | chosen)
                done()

    def _meant(self, form: Form, name: str, value: str) -> str:
        """Return a value for a field, chosen from what the form offers where it may be any."""
        offered = list(filter(None, (*form.radios.get(name, ()), *form.selects.get(name, ()))))
        return value if value != ANY else self._random.choice(offered) if offered else ""

    async def asked_further(self) -> bool:
        """Return whether somebody's page asks something about what was handed in."""
        for token in self._tokens:
            if any(form.command not in {*NEVER, "add"} for form in forms_in(await self._page(token))):
                return True
        return False

    async def close(self) -> None:
        await self._client.aclose()

    async def _act(self, token: str) -> None:
        acted = True
        forms = forms_in(await self._page(token))
        written = False
        while acted:
            acted = False
            for form in self._wanted(forms):
                if form.texts and form.command in OF_ONES_OWN:
                    if written or not self.texts:
                        continue
                    written = True
                answers = self._answers(token, form)
                await self._send(token, form, answers)
                forms = [f for f in forms_in(await self._page(token)) if f.command in AT_ONCE_AGAIN]
                acted = bool(forms)
                break

    def _wanted(self, forms: list[Form]) -> list[Form]:
        possible = [
            form for form in forms if form.command not in NEVER and (not form.wants_few or self._random.random() < FEW)
        ]
        if not possible or (self._random.random() < SHY and possible[0].command != "confirm"):
            return []
        return self._random.sample(possible, len(possible))

    def _answers(self, token: str, form: Form) -> dict[str, str]:
        chosen: dict[str, str] = {}
        for budget, names in form.groups:
            chosen |= self._spread(form, budget, names)
        shared = {name for _, names in form.groups for name in names}
        for name, values in form.radios.items():
            if name not in shared:
                seldom = STANCES if name.replace("value.", "reason.") in form.texts else SELDOM
                chosen[name] = self._pick(
                    [value for value in values if value or name not in form.required], name, seldom
                )
        if boxes := [name for name in form.boxes if name not in shared]:
            least = min(form.least, len(boxes))
            ticked = self._random.sample(boxes, self._random.randint(least, max(least, len(boxes) // 3)))
            chosen |= {name: form.boxes[name] for name in ticked}
        for name, numbers in form.numbers.items():
            if name not in shared:
                chosen[name] = str(self._random.choice(MODEST.get(name.partition(".")[0], numbers)))
        chosen |= self._selected(form)
        chosen |= self._days(form)
        for name, given in form.texts.items():
            if name == "name":
                chosen[name] = given or self._name(token)
            elif self.texts and (name in form.required or form.command != "add"):
                chosen[name] = self.texts.popleft()[: form.longest.get(name)]
            elif name in form.required:
                chosen[name] = self._name(token)
        if form.buttons and all(name for name, _ in form.buttons):
            chosen |= [self._random.choice(form.buttons)]
        return chosen

    def _mended(self, token: str, form: Form, answers: dict[str, str], field: str) -> dict[str, str]:
        """Return the answers with the field filled in that a refusal asked for, the same where there is no such one.

        What somebody else was quicker to select is left out.
        """
        if field in form.texts:
            return answers | {field: self._name(token)}
        if field in form.selects and field not in form.required:
            return {name: value for name, value in answers.items() if name != field}
        if others := [value for value in form.selects.get(field, ()) if value and value != answers.get(field)]:
            return answers | {field: self._pick(others, field)}
        if values := [value for value in form.radios.get(field, ()) if value]:
            return answers | {field: self._pick(values, field)}
        return answers

    def _days(self, form: Form) -> dict[str, str]:
        """Return a day in the next weeks for most of the form's dates."""
        weeks = {name: self._random.randint(2, 12) for name in sorted(form.days) if self._random.random() > SHY}
        return {name: (self._today + timedelta(weeks=ahead)).isoformat() for name, ahead in weeks.items()}

    def _selected(self, form: Form) -> dict[str, str]:
        """Return what is selected. Where as many lists offer the same values, each value is given once: an order."""
        chosen: dict[str, str] = {}
        alike: dict[tuple[str, ...], list[str]] = {}
        for name, values in form.selects.items():
            alike.setdefault(tuple(filter(None, values)), []).append(name)
        for offered, names in alike.items():
            if len(names) == len(offered) > 1:
                liked = sorted(names, key=lambda name: -self._liking(name) * self._random.random())
                kept = liked if form.required & set(names) else liked[: self._random.randint(1, len(liked))]
                chosen |= dict(zip(kept, offered, strict=False))
            else:
                chosen |= {name: self._pick(list(offered), name) for name in names if offered}
        return chosen

    def _title(self, number: int) -> str:
        return f"{self.title} {number:02d}"

    def _name(self, token: str) -> str:
        return self._title(self._tokens.index(token) + 1)

    def _spread(self, form: Form, budget: int, names: set[str]) -> dict[str, str]:
        """Return a budget given away: to boxes as far as it goes, else in parts until none is left or all are full."""
        boxes = sorted(names & form.boxes.keys())
        if boxes:
            return {name: form.boxes[name] for name in self._random.sample(boxes, min(len(boxes), budget))}
        caps = {name: max(map(int, filter(None, form.radios[name]))) for name in sorted(names & form.radios.keys())}
        caps |= {name: form.numbers[name][-1] for name in sorted(names & form.numbers.keys())}
        given, left, part = dict.fromkeys(caps, 0), budget, max(1, budget // 20)
        while left and (free := [name for name in caps if given[name] < caps[name]]):
            name = self._random.choices(free, [self._liking(name) for name in free])[0]
            more = min(part, left, caps[name] - given[name])
            given[name] += more
            left -= more
        return {name: str(number) for name, number in given.items() if number}

    def _pick(self, options: list[str], name: str, seldom: Mapping[str, float] = SELDOM) -> str:
        liked = [self._liking(f"{name}={option}") * seldom.get(option, 1) for option in options]
        return self._random.choices(options, liked)[0]

    def _liking(self, what: str) -> float:
        return self._taste.setdefault(what, self._random.uniform(0.2, 1.0))

    async def _page(self, token: str) -> str:
        headers = {"authorization": f"Bearer {token}", "accept": "text/html"}
        async with asyncio.timeout(PATIENCE):
            while (  # noqa: ASYNC110 - as a phone does that was asked to wait
                answer := await self._client.get(self.address, headers=headers)
            ).status_code == TOO_MANY:
                await asyncio.sleep(A_MOMENT)
        answer.raise_for_status()
        return answer.text

    async def _send(self, token: str, form: Form, answers: dict[str, str]) -> None:
        error = await self._post(token, form, answers)
        for _ in range(MENDED):
            if not error or (mended := self._mended(token, form, answers, error.get("field", ""))) == answers:
                break
            answers = mended
            error = await self._post(token, form, answers)
        if error:
            self.refusals.append(error["message"])

    async def _post(self, token: str, form: Form, answers: dict[str, str]) -> dict[str, str]:
        """Send a form; return why it was refused, if it was."""
        answer = await self._client.post(
            f"{self.address}/items/{form.item}",
            data=form.hidden | {name: clean(value) for name, value in answers.items()},
            headers={"authorization": f"Bearer {token}"},
        )
        if answer.is_client_error:
            error: dict[str, str] = answer.json()["error"]
            return error
        answer.raise_for_status()
        return {}
