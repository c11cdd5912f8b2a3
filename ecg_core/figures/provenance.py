"""What the data of a figure were, in the figure itself, so that a saved picture still says so."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ecg_core.figures.theme import FONT_SIZE_PX, palette

_ROOM_PX = 44  # below tick labels of two lines and the title of the axis
_HEIGHT_PX, _BOTTOM_PX = 420, 48  # of a figure that does not say


def origin_words(table: pd.DataFrame) -> str:
    """``"SIMULATED potassium, n = 672 ECGs"`` of an evaluation table; ECGs without an estimate do not count."""
    rows = table[table["k_meq_l"].notna()]
    n_simulated = int(rows["simulated"].sum())
    if n_simulated == len(rows):
        return f"SIMULATED potassium, n = {len(rows):,} ECGs"
    if n_simulated == 0:
        return f"Real patients, n = {len(rows):,} ECGs"
    return f"Partly SIMULATED, n = {len(rows):,} ECGs ({n_simulated:,} simulated)"


def say_origin(fig: go.Figure, words: str, dark: bool) -> go.Figure:
    """Write `words` under the figure, in place, and return it."""
    title = {
        "text": words,
        "x": 0,
        "xref": "paper",
        "y": 0.01,
        "yref": "container",
        "yanchor": "bottom",
        "font": {"size": FONT_SIZE_PX - 2, "color": palette(dark).muted},
    }
    height, bottom = fig.layout.height or _HEIGHT_PX, fig.layout.margin.b or _BOTTOM_PX
    fig.update_layout(title=title, height=height + _ROOM_PX, margin={"b": bottom + _ROOM_PX})
    return fig
