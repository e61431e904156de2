"""A notebook rendered by Voilà: the guide, stage and controls without code, and without anything from elsewhere."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from time import monotonic, sleep

import httpx
import pytest
from playwright.sync_api import expect
from rig import PATIENCE, free_port, until

from workshop_kit.faces.lab import lab_environment

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_spec("voila") is None, reason="Voilà is not installed: pip install workshop-kit[voila]"),
]


@pytest.fixture
def voila(session, tmp_path):
    """Voilà on the session's first notebook, away from everybody's settings."""
    port = free_port()
    notebook = session.folder.path / "01-welcome.ipynb"
    command = [sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    private = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "IPYTHONDIR": str(tmp_path / "ipython")}
    with (tmp_path / "voila.log").open("wb") as log:
        process = subprocess.Popen(command, env=lab_environment() | private, stderr=log, stdout=log)
    try:
        deadline = monotonic() + PATIENCE
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/voila/static/none", timeout=2)  # a page would start a kernel
                break
            except httpx.TransportError:
                assert monotonic() < deadline, (tmp_path / "voila.log").read_text("utf-8")
                sleep(0.2)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_stage_and_controls_are_there_without_code_and_without_a_network(session, browser, voila):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    context.route(lambda url: not url.startswith(voila), lambda route: route.abort())
    page.goto(voila)
    page.wait_for_selector(".wk-stage [data-region=mine] h1", timeout=PATIENCE * 1000)
    assert page.locator(".jp-CodeMirrorEditor, .cm-editor, .jp-InputArea-editor").count() == 0
    assert "open_session" not in page.inner_text("body")
    page.locator(".wk-console #controls .wk-primary").click()
    until(page, lambda: session.state.current == "welcome")
    expect(page.locator(".wk-stage #question-welcome")).to_be_visible()
    context.close()
