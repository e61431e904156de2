"""What browser tests and the script for screenshots share: Chromium, the server as a process of its own, pages."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import httpx
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Playwright, sync_playwright

from workshop_kit.faces.lab import lab_command, lab_environment
from workshop_kit.faces.rehearsal import Rehearsal
from workshop_kit.folder import SessionFolder
from workshop_kit.prepare import new_session

HOST = "workshop.test"
"""Not "localhost", which browsers trust with more than a page on the room's network gets."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
)
PATIENCE = 60.0
PHONE = {"width": 390, "height": 844}
TALL = {"width": 1440, "height": 2400}
SEAT = ".wk-widget:has([data-region=mine]):not(:has(.wk-stage)):not(:has(.wk-console))"
"""The widget of a participant in a notebook."""
PROJECTOR = {"width": 1920, "height": 1080}


def find_chromium(playwright: Playwright) -> str:
    """Return the path of a Chromium: one named in the environment, an installed one or Playwright's own; else ""."""
    named = os.environ.get("CHROMIUM", "")
    installed = next(filter(None, map(shutil.which, NAMES)), "")
    own = playwright.chromium.executable_path
    return next((path for path in (named, installed, own) if path and Path(path).is_file()), "")


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """Run Chromium; None where there is none."""
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if not path:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Served:
    """A session and its server, which can be killed and started again on the same port."""

    def __init__(self, folder: SessionFolder) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        self.port = 0
        self.start()
        self.live = folder.open()

    @classmethod
    def new(cls, path: Path, **about: str) -> Served:
        return cls(new_session(path, **about))

    def start(self) -> None:
        command = [sys.executable, "-m", "workshop_kit", "open", str(self.folder.path), "--no-lab", "--json"]
        command += ["--host=127.0.0.1", f"--port={self.port}"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        assert self.process.stdout is not None
        self.port = json.loads(self.process.stdout.readline())["port"]

    def kill(self) -> None:
        """End the server as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def close(self) -> None:
        self.live.close()
        assert self.process is not None
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.communicate(timeout=10)
        self.kill()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/{self.live.state.info.code}"

    @property
    def state(self):
        """The session as its log has it now."""
        return self.live.catch_up()

    def inside(self, item: str):
        """Return the state of an item's activity."""
        return self.state.items[item].state

    def do(self, name: str, item: str = "", /, **fields: str) -> None:
        """Act as the facilitator does."""
        self.live.do(name, item, **fields)


class Watch:
    """Notes what no page of ours may do: errors, refused content, requests to other hosts."""

    def __init__(self, served: Served) -> None:
        self.home = {f"{HOST}:{served.port}"}
        self.problems: list[str] = []
        self.expected: tuple[str, ...] = ()

    def over(self, page: Page) -> Page:
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.on("websocket", lambda socket: self._request(socket.url))
        return page

    def _console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not any(part in text for part in self.expected):
            self.problems.append(f"{kind}: {text}")

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in self.home:
            self.problems.append(f"request: {url}")


def join(page: Page, served: Served, name: str = "", ticket: str = "") -> Page:
    """Open the session's address and join, with a ticket where one is asked for."""
    page.goto(served.url)
    page.fill("main [name=name]", name)
    if ticket:
        page.fill("main [name=ticket]", ticket)
    page.click("main button[type=submit]")
    page.wait_for_selector("[data-region=mine]")
    return page


def form(page: Page, command: str, **hidden: str) -> Locator:
    """Return the form of a command on a page, told apart by the values of its hidden fields."""
    fields = {"command": command, **hidden}
    return page.locator(
        "form" + "".join(f":has(input[type=hidden][name='{name}'][value='{value}'])" for name, value in fields.items())
    )


def see(page: Page, item: str) -> None:
    """Wait until a page shows an item."""
    page.wait_for_selector(f"#question-{item}")


def private_jupyter(private: Path) -> dict[str, str]:
    """Return the environment of a JupyterLab away from everybody's settings, as root too and without a browser."""
    (private / "config").mkdir(parents=True)
    settings = {"ServerApp": {"allow_root": True, "open_browser": False}}
    (private / "config" / "jupyter_server_config.json").write_text(json.dumps(settings), "utf-8")
    return os.environ | _folders(private)


def _folders(private: Path) -> dict[str, str]:
    folders = {f"JUPYTER_{name}_DIR": str(private / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    folders |= {f"JUPYTERLAB_{name}_DIR": str(private / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    return folders | {"IPYTHONDIR": str(private / "ipython")}


class Lab:
    """JupyterLab as the facilitator gets it, but without a browser and away from everybody's settings in `private`."""

    TOKEN = "token-of-a-test"
    session: Served

    def __init__(self, folder: Path, private: Path, first: str = "", lang: str = "") -> None:
        self.port = free_port()
        self.log = private / "lab.log"
        private.mkdir(parents=True, exist_ok=True)
        options = [
            f"--ServerApp.port={self.port}",
            f"--IdentityProvider.token={self.TOKEN}",
            "--ServerApp.open_browser=False",
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*lab_command(folder, first), *options, "--allow-root"],
                env=lab_environment(lang) | _folders(private),
                stderr=log,
            )
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def open(self, page: Page, notebook: str) -> Page:
        """Open a notebook and wait until its kernel is ready."""
        page.goto(f"http://127.0.0.1:{self.port}/lab/tree/{notebook}?token={self.TOKEN}&reset")
        page.wait_for_selector("#jp-main-statusbar >> text=/[|] (Idle|Leerlauf)/")
        return page

    @staticmethod
    def run_all(page: Page) -> None:
        page.click(".lm-MenuBar-itemLabel:text-matches('^(Run|Ausführen)$')")
        page.click(".lm-Menu-item[data-command='runmenu:run-all']")

    @staticmethod
    def run_new(page: Page, source: str) -> None:
        """Append a cell and run it."""
        before = page.locator(".jp-Notebook .jp-Cell").count()
        page.locator(".jp-Notebook-footer").click()
        page.wait_for_function(f"document.querySelectorAll('.jp-Notebook .jp-Cell').length > {before}")
        page.keyboard.press("Enter")
        page.wait_for_selector(".jp-Notebook.jp-mod-editMode")
        page.keyboard.insert_text(source)
        page.keyboard.press("Control+Enter")

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait(self) -> None:
        deadline = monotonic() + PATIENCE
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/api", timeout=2)
            except httpx.TransportError:
                if self.process.poll() is not None or monotonic() > deadline:
                    raise TimeoutError(self.log.read_text("utf-8")) from None
                sleep(0.1)
            else:
                return


@contextmanager
def lab_and_server(place: Path, *beside: Path) -> Iterator[Lab]:
    """Run JupyterLab over the folder of a session whose server runs, with copies of the files `beside` in it."""
    served = Served.new(place / "session", lang="en", title="A first meeting")
    try:
        for file in beside:
            shutil.copy(file, served.folder.path)
        lab = Lab(served.folder.path, place / "jupyter")
        lab.session = served
        try:
            yield lab
        finally:
            lab.close()
    finally:
        served.close()


@contextmanager
def with_a_seat(browser: Browser, session: Served, private: Path, item: str) -> Iterator[Page]:
    """Open an item and its notebook, the session's first, with a seat beside stage and console.

    The page may have no error of a script while the block lasts.
    """
    problems: list[str] = []
    lab = Lab(session.folder.path, private)
    try:
        page = browser.new_page(viewport=TALL, locale="en-GB")
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        session.do("open", item)
        lab.open(page, f"01-{item}.ipynb")
        lab.run_all(page)
        page.wait_for_selector(".wk-console")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        lab.run_new(page, "session.seat()")
        page.wait_for_selector(f"{SEAT} #question-{item}")
        yield page
        page.close()
    finally:
        lab.close()
    assert problems == []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Crowd:
    """Simulated people in a session. They work in a thread of their own, where no browser waits."""

    def __init__(self, served: Served, people: int, lang: str = "en", title: str = "Person") -> None:
        self.address = served.url.replace(HOST, "127.0.0.1")
        self._thread = ThreadPoolExecutor(1)
        self._loop = asyncio.Runner()
        self._people = Rehearsal(self.address, people, 1, title, lang)
        self._run(self._people.join())

    def act(self, item: str, texts: Iterable[str] = ()) -> None:
        """Let them hand in `texts` and do what the page of this item asks for."""
        self._run(self._people.see(item))
        self._run(self._people.share(texts))
        self._run(self._people.take_part())

    def close(self) -> None:
        self._run(self._people.close())
        self._thread.submit(self._loop.close).result()
        self._thread.shutdown()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._thread.submit(self._loop.run, work).result()


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Let a page run until something holds outside of it."""
    deadline = monotonic() + 10
    while not holds():
        if monotonic() > deadline:
            raise TimeoutError
        page.wait_for_timeout(20)


def violations(page: Page, where: str = "html", **options: Any) -> list[str]:
    """Return what axe finds wrong in a part of a page. The page's policy forbids foreign scripts, but not this way."""
    page.evaluate(Axe().axe_script)
    options |= {"resultTypes": ["violations"]}
    found = page.evaluate("([where, options]) => axe.run(where, options)", [where, options])["violations"]
    return [f"{rule['id']}: {'; '.join(node['html'][:120] for node in rule['nodes'][:3])}" for rule in found]
