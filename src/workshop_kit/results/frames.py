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

    from workshop_kit.core.text import Text
    from workshop_kit.results.evidence import Evidence
    from workshop_kit.results.pooling import Pooled

EVIDENCE_COLUMNS = (
    *("list", "factor", "label", "session", "place", "people", "voters", "share", "low", "high"),
    *("shrunk", "pooled", "pooled_low", "pooled_high", "next_low", "next_high"),
)


def frame_of(live: LiveSession, item_id: str, lang: str = "") -> pd.DataFrame:
    """Return an item's results as a tidy data frame with the activity's columns. Raises `Refused`."""
    table = rows_of(live, item_id, lang)
    return pd.DataFrame(list(table.rows), columns=list(table.columns))


def evidence_frame(evidence: Evidence, text: Text) -> pd.DataFrame:
    """Return what many sessions say as a tidy data frame: one row per list, factor and workshop; shares from 0 to 1.

    `shrunk` is the workshop's share drawn towards the mean; `pooled`, its bounds and those of the next workshop are the
    same in all rows of a factor. They are missing where nothing was put together.
    """
    rows = [
        (
            number,
            factor.id,
            text.pick(factor.label),
            *(site.session, site.place, site.people, site.voters, site.share, site.low, site.high),
            *((factor.pooled.shrunk[row], *_over_all(factor.pooled)) if factor.pooled else (None,) * 6),
        )
        for number, comparison in enumerate(evidence.comparisons, 1)
        for factor in comparison.factors
        for row, site in enumerate(factor.sites)
    ]
    return pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))


def _over_all(found: Pooled) -> tuple[float, ...]:
    return found.share, found.low, found.high, found.next_low, found.next_high


def chart_of(live: LiveSession, item_id: str, lang: str = "") -> alt.LayerChart:
    """Return the first chart of an item's part of the minutes. Raises `WorkshopError` where there is none."""
    state = live.state
    item = state.item(item_id)
    text = voice(lang or state.info.lang, live.rules.registry.values(), state.info.timezone)
    for block in live.rules.activity(item).record(item.state, text, live.people):
        if isinstance(block, Chart):
            return altair_chart(block, text.lang)
    raise WorkshopError(N_('There is nothing to draw for "{item}" yet.'), item=item_id)
