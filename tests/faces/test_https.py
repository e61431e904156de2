"""https, by a certificate of one's own and behind nginx as the handbook describes it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlencode

import httpx
import pytest
import trustme
import uvicorn
from tests.conftest import DOTS
from tests.faces.hosting import JSON, PATIENCE, hosted
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from workshop_kit.core.errors import WorkshopError
from workshop_kit.faces.serve import Certificate, answers, origin_of

HANDBOOK = Path(__file__).parents[2] / "docs" / "handbook" / "reverse-proxy.md"
NAME = "localhost"


@pytest.fixture(scope="module")
def authority():
    """Who vouches for the certificates of these tests."""
    return trustme.CA()


@pytest.fixture(scope="module")
def trusting(authority):
    """What a browser is that trusts it."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="module")
def certificate(authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    issued = authority.issue_cert(NAME, "127.0.0.1")
    chain, key = folder / "fullchain.pem", folder / "privkey.pem"
    chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    return Certificate(chain, key)


class Browser:
    """A browser that has opened `url` of a session: it keeps cookies and sends the headers that browsers send."""

    def __init__(self, url, trusting):
        self.url = url
        self.origin = url.rsplit("/", 1)[0]
        self.trusting = trusting
        self.client = httpx.Client(verify=trusting, timeout=PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.client.close()

    def post(self, path, **options):
        headers = {"origin": self.origin, "sec-fetch-site": "same-origin"} | options.pop("headers", {})
        return self.client.post(f"{self.url}{path}", headers=headers, **options)

    @contextmanager
    def socket(self, origin=""):
        cookie = f"seat={self.client.cookies['seat']}"
        with connect(
            f"{self.url.replace('http', 'ws')}/live",
            ssl=self.trusting,
            origin=origin or self.origin,
            additional_headers={"cookie": cookie},
            proxy=None,
        ) as opened:
            yield opened


def takes_part(browser, server):
    """Join, vote by form and by WebSocket over https, and be refused from another site."""
    page = browser.client.get(browser.url)
    assert page.status_code == 200
    assert f"wss://{browser.origin.removeprefix('https://')}" in page.headers["content-security-policy"]

    joined = browser.post("/join", data={"lang": "en"})
    assert (joined.status_code, joined.headers["location"]) == (303, f"/{server.address.code}")
    cookie = {flag.lower() for flag in joined.headers["set-cookie"].split("; ")}
    assert {"secure", "httponly", "samesite=lax"} <= cookie

    form = {"command": "cast", "id": "by-form", "value.o1": "1"}
    assert browser.post("/items/dots", data=form).status_code == 303
    with browser.socket() as opened:
        opened.send("hello=&view=phone")
        opened.send(urlencode({**form, "item": "dots", "id": "by-socket"}))
        frames = []
        while not any(frame.get("ack") == "by-socket" for frame in frames):
            frames.append(json.loads(opened.recv(PATIENCE)))
    assert {"by-form", "by-socket"} <= {event.id for event in server.log}

    unsafe = "http://" + browser.origin.removeprefix("https://")
    for origin in ("https://elsewhere.example", unsafe, "null"):
        refused = browser.post("/items/dots", data=form, headers={"origin": origin, **JSON})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
        with pytest.raises(InvalidStatus) as closed, browser.socket(origin):
            pass
        assert closed.value.response.status_code == 403


class TestCertificate:
    def test_people_take_part_over_https(self, registry, agenda, tmp_path, certificate, trusting):
        with hosted(tmp_path, agenda(DOTS), registry, certificate=certificate) as server:
            server.live.do("open", "dots")
            assert server.url.startswith("https://127.0.0.1:")
            assert server.live.state.address == server.base
            with Browser(server.url, trusting) as browser:
                assert server.base in browser.client.get(f"{server.url}/stage").text
                takes_part(browser, server)
            assert answers(server.base), "another `workshop open` finds it"

    def test_a_phone_that_speaks_http_to_it_gets_no_page(self, registry, agenda, tmp_path, certificate):
        secure = hosted(tmp_path, agenda(DOTS), registry, certificate=certificate)
        with secure as server, pytest.raises(httpx.HTTPError):
            server.api.get(server.url.replace("https", "http"))

    def test_files_that_are_missing_are_named(self, certificate, tmp_path):
        for wrong in (Certificate(tmp_path / "none", certificate.keyfile), Certificate(certificate.certfile, tmp_path)):
            with pytest.raises(WorkshopError, match="cannot be read"):
                wrong.check()

    def test_files_that_do_not_belong_together_are_named(self, certificate, authority, tmp_path):
        other = tmp_path / "other.pem"
        authority.issue_cert("elsewhere.example").private_key_pem.write_to_path(other)
        nonsense = tmp_path / "nonsense.pem"
        nonsense.write_text("no certificate", "utf-8")
        for wrong in (
            Certificate(certificate.certfile, other),
            Certificate(certificate.keyfile, certificate.certfile),
            Certificate(nonsense, nonsense),
        ):
            with pytest.raises(WorkshopError, match="belong to each other"):
                wrong.check()

    @pytest.mark.parametrize("given", ["--certfile", "--keyfile"])
    def test_one_file_alone_is_refused(self, given, certificate):
        ran = subprocess.run(
            [sys.executable, "-m", "workshop_kit", "open", "nowhere", "--no-lab", given, str(certificate.certfile)],
            capture_output=True, text=True, encoding="utf-8", env=os.environ | {"LANG": "C"}, check=False,
        )  # fmt: skip
        assert ran.returncode == 2
        assert "give both, or neither" in ran.stderr


class TestPublicAddress:
    @pytest.mark.parametrize(
        ("given", "origin"),
        [
            ("", ""),
            ("https://workshop.example.org", "https://workshop.example.org"),
            ("https://Workshop.Example.org:443/", "https://workshop.example.org"),
            ("http://workshop.example.org:8080", "http://workshop.example.org:8080"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ],
    )
    def test_an_address_is_told_as_an_origin(self, given, origin):
        assert origin_of(given) == origin

    @pytest.mark.parametrize(
        "given",
        ["workshop.example.org", "https://", "ftp://x", "https://x/workshop/", "https://x?y", "https://a@x", "http://[",
         "https://x:99999", "javascript:alert(1)"],
    )  # fmt: skip
    def test_a_path_or_anything_else_behind_it_is_refused(self, given):
        with pytest.raises(WorkshopError, match="without a path"):
            origin_of(given)

    def test_it_is_announced_and_its_pages_may_send_forms(self, registry, agenda, tmp_path):
        public = "https://workshop.example.org"
        with hosted(tmp_path, agenda(DOTS), registry, public_url=public) as server:
            local = f"http://127.0.0.1:{server.address.port}/KLMNP"
            assert (server.url, server.live.state.address) == (f"{public}/KLMNP", public)
            assert f"{public}/KLMNP" in httpx.get(f"{local}/stage").text
            for origin, status in ((public, 200), ("https://elsewhere.example", 403)):
                headers = {**JSON, "origin": origin}
                assert httpx.post(f"{local}/join", headers=headers).status_code == status

    def test_forwarded_headers_are_believed_from_this_machine_alone(self, registry, agenda, tmp_path, monkeypatch):
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
        from workshop_kit.faces import serve

        monkeypatch.setattr(serve, "LOOPBACK", ["::1"])  # so that 127.0.0.1 stands for another machine
        with hosted(tmp_path, agenda(DOTS), registry) as server:
            answer = httpx.post(f"{server.url}/join", headers={"x-forwarded-proto": "https"})
            assert answer.status_code == 303
            assert "secure" not in answer.headers["set-cookie"].lower()


# ── behind nginx ──────────────────────────────────────────────────────────────────────────────────────────────────────


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def documented():
    """Return the configuration that the handbook shows."""
    found = re.search(r"<!-- run: nginx -->\n```nginx\n(.*?)```", HANDBOOK.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def nginx():
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have nginx")
        pytest.skip("nginx is not installed")
    return program


@contextmanager
def proxied(nginx, folder, port, backend, certificate, more=""):
    """Run nginx with the documented configuration, in which only addresses and paths are replaced, and `more`."""
    config = documented()
    for told, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("workshop.example.org", NAME),
        ("/etc/ssl/workshop/fullchain.pem", str(certificate.certfile)),
        ("/etc/ssl/workshop/privkey.pem", str(certificate.keyfile)),
        ("127.0.0.1:8480", f"127.0.0.1:{backend}"),
    ):
        assert told in config
        config = config.replace(told, here)
    folder.mkdir()
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder / 'pid'};\nerror_log {folder / 'error.log'} warn;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{more}{config}}}\n",
        "utf-8",
    )
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        until = monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionError:
                assert process.poll() is None, (folder / "error.log").read_text("utf-8")
                assert monotonic() < until
                sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


class TestBehindNginx:
    def test_people_take_part_through_the_documented_configuration(
        self, registry, agenda, tmp_path, certificate, trusting, nginx
    ):
        port = free_port()
        public = f"https://{NAME}:{port}"
        with hosted(tmp_path / "session", agenda(DOTS), registry, public_url=public) as server:
            server.live.do("open", "dots")
            behind = proxied(nginx, tmp_path / "nginx", port, server.address.port, certificate)
            with behind, Browser(f"{public}/KLMNP", trusting) as browser:
                takes_part(browser, server)

    def test_a_quiet_page_stays_open(self, registry, agenda, tmp_path, certificate, trusting, nginx, monkeypatch):
        """The proxy gives up a connection on which nothing comes; the server's signs of life keep it. Here in haste."""
        config = uvicorn.Config
        monkeypatch.setattr(uvicorn, "Config", lambda *given, **more: config(*given, **more, ws_ping_interval=0.5))
        port = free_port()
        public = f"https://{NAME}:{port}"
        with hosted(tmp_path / "session", agenda(DOTS), registry, public_url=public) as server:
            server.live.do("open", "dots")
            behind = proxied(
                nginx, tmp_path / "nginx", port, server.address.port, certificate, "proxy_read_timeout 2s;"
            )
            with behind, Browser(f"{public}/KLMNP", trusting) as browser:
                browser.post("/join", data={"lang": "en"})
                with browser.socket() as opened:
                    opened.send("hello=&view=phone")
                    sleep(4)
                    opened.send("item=dots&command=cast&id=later&value.o1=1")
                    while json.loads(opened.recv(PATIENCE)).get("ack") != "later":
                        pass
