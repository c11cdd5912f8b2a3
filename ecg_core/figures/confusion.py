"""The heatmap of a confusion matrix, on which counts and shares can be read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.probabilities import percent
from ecg_core.figures.theme import FONT_SIZE_PX, palette

# A share of one stays in the first half of the colours: on the others text is hard to read.
_END_OF_SCALE = 2.2


def confusion_heatmap(
    counts: NDArray[np.integer], named: Sequence[str], true: Sequence[str], dark: bool
) -> go.Heatmap:
    """Cells of `counts[true, named]` with their count and share of the row, coloured by the share."""
    totals = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    colours = palette(dark)
    return go.Heatmap(
        z=share.astype(np.float32),
        x=list(named),
        y=list(true),
        zmin=0,
        zmax=_END_OF_SCALE,
        colorscale=[list(stop) for stop in colours.heat],
        showscale=False,
        text=[
            [f"<b>{n}</b><br>{percent(s)}" if n else "0" for n, s in zip(*row, strict=True)]
            for row in zip(counts.tolist(), share.tolist(), strict=True)
        ],
        texttemplate="%{text}",
        textfont={"size": FONT_SIZE_PX - 2, "color": colours.text},
        xgap=2,
        ygap=2,
        hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
    )
