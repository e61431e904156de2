"""Simulated people who take part over HTTP as phones without JavaScript do: they read pages and fill in their forms.

They know the session only by its pages, so they can rehearse any agenda. They are never to be mistaken for people:
their names say what they are.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any

import httpx
from msgspec import Struct

from workshop_kit.core.document import clean

AT_ONCE = 20
PATIENCE = 20.0
LOOK_AGAIN = 0.02
SHY = 0.15
"""The share of people who let a form pass."""

NAMED = 0.35
"""The share of people who give a name when they join."""

NEVER = frozenset({"release", "withdraw", "assign", "unlike"})
"""Commands that take something back or only move it; a rehearsal goes forward."""


class Form(Struct):
    """A form of a page: its hidden fields, and the names and values that a person can choose."""

    item: str
    budget: int = 0
    hidden: dict[str, str] = {}
    radios: dict[str, list[str]] = {}
    boxes: dict[str, str] = {}
    numbers: dict[str, int] = {}
    texts: dict[str, str] = {}
    selects: dict[str, list[str]] = {}

    @property
    def command(self) -> str:
        return self.hidden.get("command", "")


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form" and "data-item" in given:
            self._form = Form(given["data-item"])
            self.forms.append(self._form)
        form = self._form
        if form is None:
            return
        form.budget = int(given.get("data-budget", form.budget))
        name = given.get("name", "")
        match tag:
            case "input" if name:
                self._read_input(form, name, given)
            case "textarea" if name:
                form.texts[name] = ""
            case "select" if name:
                self._select = name
                form.selects[name] = []
            case "option" if self._select:
                form.selects[self._select].append(given.get("value", ""))

    @staticmethod
    def _read_input(form: Form, name: str, given: dict[str, str]) -> None:
        match given.get("type", "text"):
            case "hidden":
                form.hidden[name] = given.get("value", "")
            case "radio":
                form.radios.setdefault(name, []).append(given.get("value", "on"))
            case "checkbox":
                form.boxes[name] = given.get("value", "on")
            case "number":
                form.numbers[name] = int(given.get("max") or 10)
            case "text":
                form.texts[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def forms_in(page: str) -> list[Form]:
    """Return the forms of a page that belong to an agenda item."""
    reader = _FormReader()
    reader.feed(page)
    return reader.forms


class Rehearsal:
    """A room of simulated people. `title` is what their names begin with, for example "Simulated person"."""

    def __init__(self, address: str, people: int, seed: int, title: str, lang: str) -> None:
        self.address = address
        self.title = title
        self.lang = lang
        self.texts: deque[str] = deque()
        self.refusals: list[str] = []
        self._random = random.Random(seed)  # noqa: S311 - a repeatable rehearsal, no secret
        self._people = people
        self._tokens: list[str] = []
        self._taste: dict[str, float] = {}
        self._client = httpx.AsyncClient(
            timeout=30, limits=httpx.Limits(max_connections=AT_ONCE), headers={"accept": "application/json"}
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

        self._tokens = await asyncio.gather(*(one(number) for number in range(1, self._people + 1)))

    async def see(self, item_id: str) -> None:
        """Wait until phones show this item; the server follows the log a moment behind."""
        async with asyncio.timeout(PATIENCE):
            while f'id="question-{item_id}"' not in await self._page(self._tokens[0]):  # noqa: ASYNC110 - a phone asks
                await asyncio.sleep(LOOK_AGAIN)

    async def take_part(self, done: Callable[[], Any] = lambda: None) -> None:
        """Let everybody look at the page and fill in what it asks."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(token: str) -> None:
            async with gate:
                await self._act(token)
                done()

        await asyncio.gather(*(one(token) for token in self._tokens))

    async def share(self, texts: Iterable[str], done: Callable[[], Any] = lambda: None) -> None:
        """Let people hand in these texts, in their order, one person after the other."""
        for number, text in enumerate(texts):
            token = self._tokens[number % len(self._tokens)]
            page = await self._page(token)
            form = next((form for form in forms_in(page) if form.texts and form.command not in NEVER), None)
            if form is not None:
                await self._send(token, form, {next(iter(form.texts)): text})
                done()

    async def close(self) -> None:
        await self._client.aclose()

    async def _act(self, token: str) -> None:
        acted = True
        forms = forms_in(await self._page(token))
        written = False
        while acted:
            acted = False
            for form in self._wanted(forms):
                if form.texts and form.command == "add":
                    if written or not self.texts:
                        continue
                    written = True
                answers = self._answers(token, form)
                await self._send(token, form, answers)
                forms = [f for f in forms_in(await self._page(token)) if f.command == "confirm"]
                acted = bool(forms)
                break

    def _wanted(self, forms: list[Form]) -> list[Form]:
        possible = [form for form in forms if form.command not in NEVER]
        if not possible or (self._random.random() < SHY and possible[0].command != "confirm"):
            return []
        return self._random.sample(possible, len(possible))

    def _answers(self, token: str, form: Form) -> dict[str, str]:
        chosen: dict[str, str] = {}
        if form.radios and form.budget:
            chosen |= self._spread({name: len(values) - 1 for name, values in form.radios.items()}, form.budget)
        elif form.radios:
            chosen |= {name: self._pick(values) for name, values in form.radios.items()}
        if form.boxes:
            most = form.budget or max(1, len(form.boxes) // 3)
            names = self._random.sample(list(form.boxes), min(len(form.boxes), self._random.randint(1, most)))
            chosen |= {name: form.boxes[name] for name in names}
        if form.numbers:
            chosen |= self._spread(form.numbers, form.budget or len(form.numbers))
        for name, given in form.texts.items():
            if name == "name":
                chosen[name] = given or self._name(token)
            elif self.texts:
                chosen[name] = self.texts.popleft()
        return chosen

    def _title(self, number: int) -> str:
        return f"{self.title} {number:02d}"

    def _name(self, token: str) -> str:
        return self._title(self._tokens.index(token) + 1)

    def _spread(self, caps: dict[str, int], budget: int) -> dict[str, str]:
        given = dict.fromkeys(caps, 0)
        for _ in range(budget):
            free = [name for name in caps if given[name] < caps[name]]
            if free:
                given[self._pick(free)] += 1
        return {name: str(number) for name, number in given.items() if number}

    def _pick(self, options: list[str]) -> str:
        weights = [self._taste.setdefault(option, self._random.uniform(0.2, 1.0)) for option in options]
        return self._random.choices(options, weights)[0]

    async def _page(self, token: str) -> str:
        headers = {"authorization": f"Bearer {token}", "accept": "text/html"}
        answer = await self._client.get(self.address, headers=headers)
        answer.raise_for_status()
        return answer.text

    async def _send(self, token: str, form: Form, answers: dict[str, str]) -> None:
        answer = await self._client.post(
            f"{self.address}/items/{form.item}",
            data=form.hidden | {name: clean(value) for name, value in answers.items()},
            headers={"authorization": f"Bearer {token}"},
        )
        if answer.is_client_error:
            self.refusals.append(answer.json()["error"]["message"])
        else:
            answer.raise_for_status()
