"""The minutes as a page: axe finds nothing in any edition of it, and a phone need not scroll it sideways."""

from __future__ import annotations

import pytest
from rig import PHONE, PROJECTOR, violations
from tests.minutes.hostile import HOSTILE, document

from workshop_kit.library import voice
from workshop_kit.minutes.writers import html

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("leaf", ["Ort", HOSTILE], ids=["plain", "hostile"])
def test_everybody_can_read_the_minutes(browser, tmp_path, scheme, leaf):
    path = tmp_path / "minutes.html"
    path.write_bytes(html.write(document(leaf), voice("de")))
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    for viewport in (PHONE, PROJECTOR):
        page.set_viewport_size(viewport)
        page.goto(path.as_uri())
        assert violations(page) == []
        assert page.evaluate(SIDEWAYS) <= 0
    assert said == []
    context.close()
