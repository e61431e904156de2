"""What a person waits for stays small: what the command and the server import, and what a phone loads first."""

from __future__ import annotations

import re
import subprocess
import sys
from time import sleep

import httpx
import pytest
from tests.bench.server import ServerProcess, make_session, transferred

from workshop_kit import activities
from workshop_kit.library import load_agenda

HEAVY = {
    "pandas", "numpy", "altair", "narwhals", "nbformat", "nbconvert", "papermill", "jupyterlab", "jupyter_client",
    "anywidget", "ipywidgets", "IPython", "typst", "vl_convert", "fontTools", "mistune", "babel",
}  # fmt: skip
FOR_THE_SERVER_TOO = (HEAVY | {"httpx", "rich"}) - {"babel"}
"""Babel tells the server a language's own name and its direction of script, at the first page, in some 0.05 s."""

MOST_BYTES = 30 * 1024
ITEMS = [spec.id for spec in load_agenda("success-factors", activities.installed()).agenda.items]

_IMPORTED = re.compile(r"^import time:.*\|\s*([\w.]+)\s*$", re.MULTILINE)


def imported(log: str) -> set[str]:
    """Return the top-level modules that Python says it has imported."""
    found = {name.split(".")[0] for name in _IMPORTED.findall(log)}
    assert "workshop_kit" in found, "the log tells imports"
    return found


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    return make_session(tmp_path_factory.mktemp("light") / "session", "success-factors", "welcome")


@pytest.mark.parametrize("arguments", [["--help"], ["open", "--help"], ["--version"], ["step"]])
def test_help_comes_without_what_only_notebooks_need(arguments):
    command = [sys.executable, "-X", "importtime", "-m", "workshop_kit", *arguments]
    shown = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert shown.stdout or "--help" in shown.stderr
    assert imported(shown.stderr) & (HEAVY | {"starlette", "uvicorn", "jinja2", "sqlite3"}) == set()


def test_the_server_answers_without_what_only_notebooks_need(session):
    with ServerProcess(session.path, "-X", "importtime") as server, httpx.Client() as browser:
        browser.post(f"{server.url}/join", data={"lang": "de"})
        for address in ("", "/stage", "/minutes"):
            browser.get(server.url + address)
        assert browser.get(server.url).status_code == 200
    assert imported(server.errors) & FOR_THE_SERVER_TOO == set()


@pytest.fixture(scope="module")
def server(session):
    with ServerProcess(session.path) as running:
        yield running


@pytest.fixture(scope="module")
def token(server):
    joined = httpx.post(f"{server.url}/join", data={"lang": "de"}, headers={"accept": "application/json"})
    return joined.json()["token"]


def page_showing(server, token, item):
    """Return the page once the server has followed the log to this item."""
    with httpx.Client(cookies={"seat": token}) as browser:
        for _ in range(200):
            page = browser.get(server.url).text
            if f'id="question-{item}"' in page:
                return page
            sleep(0.02)
    pytest.fail(f"the page never showed {item}")


@pytest.mark.parametrize("item", ITEMS)
def test_a_phone_loads_30_kilobytes_at_most_and_nothing_else(server, session, token, item):
    live = session.open()
    live.do("open", item)
    live.close()
    page = page_showing(server, token, item)
    wanted = re.findall(r'(?:<script[^>]* src|<link[^>]* href|<img[^>]* src)="([^"]*)"', page)
    loaded = [address for address in wanted if not address.startswith("data:")]
    assert [re.sub(r"\?v=[0-9a-f]+$", "", address) for address in loaded] == ["/static/kit.css", "/static/live.js"]
    base = server.url.rsplit("/", 1)[0]
    answers = [transferred(server.url, token), *(transferred(base + address) for address in loaded)]
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert all(b"content-encoding: gzip" in answer.lower() for answer in answers)
    total = sum(map(len, answers))
    print(f"{item}: {total} bytes")
    assert total <= MOST_BYTES
