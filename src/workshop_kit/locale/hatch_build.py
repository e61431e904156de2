"""Compiles the translation catalogs (.po, written by people) into the form gettext reads (.mo) while building."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for source in Path(self.root, "src", "workshop_kit", "locale").rglob("*.po"):
            with source.open("rb") as catalog, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(catalog, locale=source.parent.parent.name))
