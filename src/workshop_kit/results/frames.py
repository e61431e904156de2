"""Results as pandas data frames and Altair charts, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workshop_kit.core.document import Chart
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.results.charts import altair_chart
from workshop_kit.results.tidy import rows_of

if TYPE_CHECKING:
    import altair as alt


def frame_of(live: LiveSession, item_id: str, lang: str = "") -> pd.DataFrame:
    """Return an item's results as a tidy data frame with the activity's columns. Raises `Refused`."""
    table = rows_of(live, item_id, lang)
    return pd.DataFrame(list(table.rows), columns=list(table.columns))


def chart_of(live: LiveSession, item_id: str, lang: str = "") -> alt.LayerChart:
    """Return the first chart of an item's part of the minutes. Raises `WorkshopError` where there is none."""
    state = live.state
    item = state.item(item_id)
    text = voice(lang or state.info.lang, live.rules.registry.values(), state.info.timezone)
    for block in live.rules.activity(item).record(item.state, text, live.people):
        if isinstance(block, Chart):
            return altair_chart(block, text.lang)
    raise WorkshopError(N_('There is nothing to draw for "{item}" yet.'), item=item_id)
