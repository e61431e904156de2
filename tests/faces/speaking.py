"""The terminal's language in tests of the command."""

from __future__ import annotations

import pytest

from workshop_kit.faces.cli import terminal
from workshop_kit.library import voice


def speak_english(patch: pytest.MonkeyPatch) -> None:
    """Let every command speak English, whatever the machine's language is."""
    for name, value in vars(voice("en")).items():
        patch.setattr(terminal._, name, value, raising=False)
    patch.setenv("LANGUAGE", "en")  # where click's own words come from
