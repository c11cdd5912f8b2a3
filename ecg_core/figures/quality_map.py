"""Signal quality as a map: a row for each lead, time to the right."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ecg_core.figures.quality_bins import LEVELS, NOT_RECORDED, NOT_USABLE, QualityBins, clock
from ecg_core.figures.theme import Palette, apply_theme, palette
from ecg_core.filtering.quality_seconds import SecondsQuality

SIGNS = ("", "▲", "✕", "")  # of `LEVELS`, so that no colour speaks alone
_ROW_PX, _MARGIN_PX = 20, {"l": 40, "r": 24, "t": 34, "b": 30}
_SIGNED_BINS = 30  # more are too narrow to hold a sign
_TICK_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400)
_MOST_TICKS = 8


def quality_map(bins: QualityBins, duration_s: float, *, dark: bool) -> go.Figure:
    """The bins in the colours of their levels, with what is wrong under the pointer and a legend on top.

    x is seconds from the beginning of the recording.
    """
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    n_bins = bins.levels.shape[1]
    few = n_bins <= _SIGNED_BINS
    fig.add_heatmap(
        z=bins.levels,
        x=[*range(0, n_bins * bins.bin_s, bins.bin_s), duration_s],
        y=list(bins.leads),
        customdata=bins.words,
        hovertemplate="%{customdata}<extra></extra>",
        text=np.array(SIGNS)[bins.levels] if few else None,
        texttemplate="%{text}" if few else None,
        textfont={"size": 11, "color": colours.background},
        colorscale=_steps(colours),
        zmin=-0.5,
        zmax=len(LEVELS) - 0.5,
        showscale=False,
        xgap=1 if few else 0,
        ygap=2,
    )
    _add_legend(fig, bins, colours)
    tick_s = next((step for step in _TICK_STEPS_S if duration_s / step <= _MOST_TICKS), _TICK_STEPS_S[-1])
    ticks_s = list(range(0, int(duration_s) + 1, tick_s))
    fig.update_xaxes(range=[0, duration_s])
    fig.update_xaxes(tickvals=ticks_s, ticktext=[clock(s) for s in ticks_s], showgrid=False, fixedrange=True)
    fig.update_yaxes(autorange="reversed", showgrid=False, fixedrange=True)
    height_px = _ROW_PX * len(bins.leads) + _MARGIN_PX["t"] + _MARGIN_PX["b"]
    fig.update_layout(height=height_px, margin=_MARGIN_PX, dragmode=False)
    return fig


def quality_alt(quality: SecondsQuality) -> str:
    """The map in words, for those who do not see it."""
    return f"Signal quality of {len(quality.leads)} leads over {clock(quality.duration_s)}: {quality.phrase(most=12) or 'all good'}"


def _steps(colours: Palette) -> list[tuple[float, str]]:
    """A colour scale without transitions."""
    n = len(LEVELS)
    return [(edge / n, colours.quality[level]) for i, level in enumerate(LEVELS) for edge in (i, i + 1)]


def _add_legend(fig: go.Figure, bins: QualityBins, colours: Palette) -> None:
    """Squares with words; only of what the map holds, and of good, fair and not usable always."""
    for i, level in enumerate(LEVELS):
        if i <= NOT_USABLE or (bins.levels == NOT_RECORDED).any():
            fig.add_scatter(
                x=[None],
                y=[None],
                mode="markers",
                marker={
                    "symbol": "square",
                    "size": 12,
                    "color": colours.quality[level],
                    "line": {"color": colours.line, "width": 1},
                },
                name=f"{SIGNS[i]} {level}".strip(),
            )
    fig.update_layout(showlegend=True, legend={"itemclick": False, "itemdoubleclick": False})
