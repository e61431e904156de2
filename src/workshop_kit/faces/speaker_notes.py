"""What the facilitator's guide says about each step, for the console alone."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from workshop_kit.library import guide


@lru_cache(maxsize=8)
def speaker_notes(folder: Path, lang: str) -> dict[str, Markup]:
    """Return the guide in a session's folder as HTML by item, each without its title.

    An agenda may be a stranger's, so HTML in it stays text, and links can only be links.
    """
    import mistune  # noqa: PLC0415 - a server whose controls nobody shares does without

    markdown = mistune.create_markdown(escape=True)
    pieces = {item: text.partition("\n")[2] for item, text in guide(folder, lang).items()}
    return {item: Markup(markdown(text)) for item, text in pieces.items()}  # noqa: S704 - HTML in it was escaped
