"""Agreement of models with each other."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.theme import FONT_SIZE_PX, apply_theme, palette

_HEIGHT_PX = 420
_HEADROOM = 3.0


def model_agreement_figure(
    difference_meq_l: NDArray[np.floating], names: Sequence[str], dark: bool
) -> go.Figure:
    """Mean absolute difference of every two models, `(models, models)`; the stronger the colour, the further apart."""
    colours = palette(dark)
    labels = ["<br>".join(textwrap.wrap(name, 14)) for name in names]
    shown = np.where(np.eye(len(labels), dtype=bool), np.nan, difference_meq_l)
    fig = go.Figure()
    apply_theme(fig, dark)
    fig.add_heatmap(
        z=shown.astype(np.float32),
        x=labels,
        y=labels,
        zmin=0,
        # Numbers stand on the cells: the far end of the scale, on which they are hard to read, is not used.
        zmax=max(_HEADROOM * float(np.nanmax(shown)), 1.0) if np.isfinite(shown).any() else 1.0,
        colorscale=[list(stop) for stop in colours.heat],
        showscale=False,
        text=[[f"{value:.2f}" if np.isfinite(value) else "" for value in row] for row in shown],
        texttemplate="%{text}",
        textfont={"size": FONT_SIZE_PX},
        xgap=2,
        ygap=2,
        hovertemplate="%{y} and %{x}: %{text} mEq/L apart<extra></extra>",
    )
    fig.update_layout(height=_HEIGHT_PX)
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return fig
