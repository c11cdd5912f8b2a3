"""What the data of a figure were, in the figure itself, so that a saved picture still says so."""

from __future__ import annotations

import plotly.graph_objects as go

from ecg_core.figures.theme import FONT_SIZE_PX, palette

RESEARCH_ESTIMATE = "Research, no diagnosis. The models learned from SIMULATED potassium effects."

_ROOM_PX = 44  # below tick labels of two lines and the title of the axis
_HEIGHT_PX, _BOTTOM_PX = 420, 48  # of a figure that does not say


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
