"""What must hold for every route and every answer: origin, headers, secrets, and files that are nobody's business."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import httpx
import psutil
import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from tests.bench.server import ServerProcess, make_session
from tests.faces.hosting import JSON, PATIENCE
from tests.faces.hosting import published as published_files
from tests.faces.test_web import FOREIGN
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from workshop_kit.faces import lab
from workshop_kit.faces.start import StartForm
from workshop_kit.faces.web import MINUTES_POLICY, application

READING = {"GET", "HEAD"}


@pytest.fixture(scope="module")
def routes(server):
    """The routes of the server, as it has them."""
    return application(server.live).routes


def filled(path):
    """Return the address of a route with its places filled in."""
    return path.format(code="KLMNP", item="dots", name="x", path="x")


def posting(routes):
    return [filled(route.path) for route in routes if isinstance(route, Route) and not route.methods <= READING]


class TestOrigin:
    """A command is taken from the session's own pages and from programs, not from another site's page."""

    @pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
    def test_every_route_that_takes_a_form_refuses_another_sites(self, server, routes, phone, opened, headers):
        opened("dots")
        fields = {"command": "cast", "value.o1": "1", "sure": "yes", "name": "Eve", "lang": "de"}
        assert len(posting(routes)) >= 3
        for path in posting(routes):
            with server.untouched():
                answer = server.api.post(
                    server.base + path, data=fields, headers={**JSON, "cookie": f"seat={phone.token}", **headers}
                )
            assert (path, answer.status_code) == (path, 403)
            assert answer.json()["error"]["message"].startswith("This did not come from")
            assert "set-cookie" not in answer.headers

    @pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
    def test_every_websocket_refuses_another_sites(self, server, routes, phone, headers):
        paths = [filled(route.path) for route in routes if isinstance(route, WebSocketRoute)]
        assert paths
        for path in paths:
            with pytest.raises(InvalidStatus) as refused:
                connect(
                    server.base.replace("http", "ws") + path,
                    additional_headers={"cookie": f"seat={phone.token}", **headers},
                    proxy=None,
                )
            assert refused.value.response.status_code == 403

    def test_what_can_be_read_changes_nothing(self, server, routes, phone):
        reading = [filled(route.path) for route in routes if isinstance(route, Route) and route.methods <= READING]
        assert len(reading) >= 6
        with server.untouched():
            for path in reading:
                server.api.get(f"{server.base}{path}?command=cast&value.o1=1&sure=1&name=Eve", headers=phone.bearer)

    def test_there_are_no_other_kinds_of_routes(self, routes):
        assert {type(route) for route in routes} == {Route, WebSocketRoute, Mount}
        assert [route.path for route in routes if isinstance(route, Mount)] == ["/static"]


class Inline(HTMLParser):
    """Collects what a content security policy without `unsafe-inline` forbids."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on")]
        self.found += [value for value in given.values() if value and value.strip().lower().startswith("javascript:")]


@pytest.fixture
def every_answer(server, routes, phone, opened):
    """The answers of all routes, with a seat and without, to what is right and what is wrong."""
    opened("cards")
    paths = {filled(route.path) for route in routes} | {"/XXXXX", "/a/b/c", "/static/kit.css", "/?code=nothing"}
    return [
        server.api.request(method, server.base + path, headers={**seat, **accept})
        for path in sorted(paths)
        for method in ("GET", "POST", "DELETE")
        for seat in ({}, phone.bearer)
        for accept in ({}, JSON)
    ]


class TestHeaders:
    def test_no_answer_allows_inline_scripts_or_style_sheets(self, every_answer):
        for answer in every_answer:
            policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == "'self'"
            assert policy["style-src-attr"] == "'unsafe-inline'", "the attribute alone: the width of a bar"
            assert {"unsafe-eval", "*", "data:"}.isdisjoint(policy["script-src"].split())
            assert Inline(answer.text).found == []

    def test_published_minutes_run_no_scripts(self):
        assert "default-src 'none'" in MINUTES_POLICY
        assert "script-src" not in MINUTES_POLICY

    def test_no_answer_is_kept_but_static_files(self, every_answer):
        for answer in every_answer:
            kept = answer.request.url.path.startswith("/static/") and answer.status_code == 200
            assert ("immutable" if kept else "no-store") in answer.headers["cache-control"]

    def test_no_answer_is_guessed_at_framed_or_tells_other_sites_where_one_was(self, every_answer):
        for answer in every_answer:
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert "access-control-allow-origin" not in answer.headers

    def test_no_answer_is_a_fault_of_the_server(self, every_answer):
        assert {answer.status_code for answer in every_answer} <= {200, 303, 307, 400, 403, 404, 405, 409, 422, 429}

    def test_every_cookie_is_out_of_reach_of_scripts_and_other_sites(self, server, every_answer):
        joined = server.api.post(f"{server.url}/join", headers={"x-forwarded-proto": "https"})
        cookies = [answer.headers["set-cookie"].lower() for answer in every_answer if "set-cookie" in answer.headers]
        assert len(cookies) >= 4
        for cookie in cookies:
            assert {"httponly", "samesite=lax", "path=/klmnp"} <= set(cookie.split("; "))
        assert "secure" in joined.headers["set-cookie"].lower().split("; ")


TALKATIVE = """
import logging, sys
logging.basicConfig(level=1, stream=sys.stderr)
import uvicorn
_Config = uvicorn.Config
uvicorn.Config = lambda *given, **more: _Config(*given, **more | {"log_level": "trace", "access_log": True})
import workshop_kit.faces.serve as serve
serve._FewLines.filter = lambda self, record: True
"""


@pytest.fixture(scope="module")
def talkative(tmp_path_factory):
    """What one person's phone did on a server that logs all it can, with its log and what the phone was shown."""
    place = tmp_path_factory.mktemp("talkative")
    (place / "sitecustomize.py").write_text(TALKATIVE, "utf-8")
    folder = make_session(place / "session")
    path = os.pathsep.join(
        [str(place), *filter(None, [os.environ.get("PYTHONPATH"), str(Path(__file__).parents[2] / "src")])]
    )
    seen = []
    with ServerProcess(folder.path, env={"PYTHONPATH": path, "PYTHONASYNCIODEBUG": "1"}) as process:
        with httpx.Client(
            timeout=PATIENCE, event_hooks={"response": [lambda answer: (answer.read(), seen.append(answer))]}
        ) as browser:
            form = {"lang": "en", "name": "Ada", "ticket": "TICKET-7F3K9"}
            browser.post(f"{process.url}/join", data=form)
            token = browser.cookies["seat"]
            for path in ("", "/stage", "/minutes", "/held", "/nowhere/at/all"):
                browser.get(process.url + path)
            browser.post(
                f"{process.url}/items/dots", data={"command": "cast", "value.o1": "1", "ticket": form["ticket"]}
            )
            browser.post(f"{process.url}/items/dots", data={"command": "explode"}, headers=JSON)
            browser.post(f"{process.url}/items/dots", content=b"\xff", headers={"content-type": "text/plain"})
        with connect(f"{process.url.replace('http', 'ws')}/live", proxy=None) as socket:
            socket.send(f"hello={token}&ticket={form['ticket']}")
            frames = [socket.recv(PATIENCE) for _ in range(3)]
            socket.send(f"item=dots&command=cast&value.o1=2&id=x&token={token}")
            while '"ack"' not in frames[-1]:
                frames.append(socket.recv(PATIENCE))
    return token, form["ticket"], process, seen, "".join(frames)


class TestSecrets:
    def test_the_log_of_a_talkative_server_holds_no_secret(self, talkative):
        token, ticket, process, _, _ = talkative
        assert process.errors.count("/KLMNP/join") >= 1, "it was talkative indeed"
        assert "websocket.receive" in process.errors
        assert token not in process.errors
        assert ticket not in process.errors

    def test_no_address_and_no_page_holds_a_secret(self, talkative):
        token, ticket, _, seen, frames = talkative
        assert len(seen) >= 8
        for answer in seen:
            for secret in (token, ticket):
                assert secret not in answer.text
                assert secret not in str(answer.request.url)
                assert secret not in answer.headers.get("location", "")
        assert token not in frames
        assert ticket not in frames

    def test_only_joining_hands_out_the_secret_and_only_as_a_cookie_or_on_a_programs_wish(self, talkative):
        token, _, _, seen, _ = talkative
        assert [answer.request.url.path for answer in seen if token in str(answer.headers)] == ["/KLMNP/join"]


class TestFiles:
    """No path that somebody sends reaches the file system, beyond the two static files and the published minutes."""

    OUTSIDE = (
        "..", "../agenda.toml", "../session.db", "%2e%2e/session.db", "..%2fsession.db", "..%5csession.db",
        "....//session.db",
        "/etc/passwd", "%2fetc%2fpasswd", "minutes.de.html%00", "C:\\windows\\win.ini", "\\\\host\\share",
    )  # fmt: skip

    @pytest.fixture
    def published(self, server):
        place = published_files(server, {"minutes.en.html": "<main><h1>The minutes</h1></main>"})
        for other in ("secret.txt", "minutes.de.html"):
            (place / other).write_text("not for anybody", "utf-8")
        yield
        server.live.do("withdraw-minutes")

    @pytest.mark.parametrize("path", OUTSIDE)
    @pytest.mark.parametrize(
        "before", ["/static/", "/KLMNP/minutes/", "/KLMNP/minutes?lang=", "/KLMNP/stage?lang=", "/"]
    )
    def test_a_path_that_leads_outside_finds_nothing(self, server, published, before, path):
        request = httpx.Request("GET", server.base, headers={"accept-language": path.encode("ascii")})
        request.url = request.url.copy_with(raw_path=(before + path).encode("ascii"))
        answer = server.api.send(request)
        assert answer.status_code in {200, 303, 307, 400, 404}
        assert not re.search(r"root:|SQLite format|not for anybody|\[\[item\]\]", answer.text)

    def test_only_the_published_minutes_are_shown(self, server, published):
        assert "The minutes" in server.api.get(f"{server.url}/minutes").text
        for name in ("secret.txt", "minutes.de.html", "minutes.en.ipynb"):
            assert server.api.get(f"{server.url}/minutes/{name}").status_code == 404
            assert server.api.get(f"{server.base}/static/{name}").status_code == 404
        answer = server.api.get(f"{server.url}/minutes/minutes.en.html")
        assert answer.headers["content-disposition"] == 'attachment; filename="minutes.en.html"'
        assert answer.headers["content-security-policy"] == MINUTES_POLICY

    @pytest.mark.parametrize("item", ["..%2f..%2fsession.db", "%2fetc%2fpasswd", "..", "dots%00"])
    def test_a_step_is_no_path(self, server, phone, item):
        with server.untouched():
            answer = server.api.post(
                f"{server.url}/items/{item}", data={"command": "cast"}, headers={**JSON, **phone.bearer}
            )
        assert answer.status_code in {404, 405}


class TestJupyter:
    """JupyterLab is for the facilitator on this machine; the participants' server has no way to it."""

    def test_jupyterlab_listens_on_this_machine_alone_and_asks_for_its_token(self, tmp_path):
        options = dict(part.removeprefix("--").partition("=")[::2] for part in lab.lab_command(tmp_path)[3:])
        assert options["ServerApp.ip"] == "127.0.0.1"
        assert options["ServerApp.root_dir"] == str(tmp_path)
        for name in options:
            assert not re.search(r"token|password|auth|origin|xsrf|remote|allow|base_url|port", name, re.IGNORECASE)
        assert os.environ.items() >= {k: v for k, v in lab.lab_environment().items() if "TOKEN" in k}.items()

    def test_the_settings_that_come_with_the_kit_open_nothing(self):
        texts = [
            path.read_text("utf-8") for path in lab.SETTINGS.rglob("*") if path.is_file() and path.suffix != ".pyc"
        ]
        assert texts
        assert not re.search(
            r"token|password|allow_origin|disable_check_xsrf|0\.0\.0\.0", "".join(texts), re.IGNORECASE
        )

    def test_a_server_started_from_a_notebook_inherits_no_way_to_the_kernel(self, tmp_path, monkeypatch):
        secrets = {"JUPYTER_TOKEN": "lab-secret", "JPY_API_TOKEN": "hub-secret", "JPY_SESSION_NAME": "/x/kernel-1.json"}
        for name, value in secrets.items():
            monkeypatch.setenv(name, value)
        session = make_session(tmp_path / "session")
        (tmp_path / "session" / "1-dots.ipynb").write_text("{}", "utf-8")
        form = StartForm(tmp_path, "en")
        try:
            form._start(session)
            process = psutil.Process(form.server.pid)
            told = [*process.cmdline(), *(f"{name}={value}" for name, value in process.environ().items())]
            mine = {connection.laddr.port for connection in process.net_connections() if connection.status == "LISTEN"}
        finally:
            reading = form.server.stdout
            form.stop()
            reading.close()
        assert not [entry for entry in told if entry.startswith(("JPY_", "JUPYTER_"))]
        assert not [entry for entry in told if re.search(r"lab-secret|hub-secret|kernel-|jpserver", entry)]
        assert len(mine) == 1

    def test_the_participants_server_knows_nothing_of_jupyter(self):
        """Neither a client of kernels nor Jupyter's own server is as much as loaded."""
        told = "import sys, workshop_kit.faces.serve; print(*sys.modules)"
        ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
        loaded = ran.stdout.split()
        assert "workshop_kit.faces.web" in loaded
        assert [name for name in loaded if name.startswith(("jupyter", "zmq", "ipykernel", "nbclient"))] == []
