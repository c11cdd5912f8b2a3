"""Where a network's input moved its estimate, drawn on the trace; and how much each lead counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.theme import apply_theme, palette
from ecg_core.inference.types import ModelInput

_GRID_COLUMNS = 4
_PITCH = 1.06  # of a trace's length, from column to column
LEAST_SHOWN = 0.12  # of the strongest; less is not drawn

Floats = NDArray[np.float32]


def saliency_figure(inputs: ModelInput, item: int, strength: Floats, dark: bool) -> go.Figure:
    """One item with dots where `strength` `(leads, samples)`, 0 to 1, is high; large and strong dots moved it most."""
    colours = palette(dark)
    signal = inputs.signal[item]
    n_columns = min(_GRID_COLUMNS, len(inputs.leads))
    n_rows = math.ceil(len(inputs.leads) / n_columns)
    length_ms = signal.shape[-1] * 1000 / inputs.fs_hz
    pitch = 1.15 * max(float(np.ptp(signal, axis=-1).max()), 1e-3)
    time_ms = np.arange(signal.shape[-1], dtype=np.float32) * (1000 / inputs.fs_hz)
    fig = apply_theme(go.Figure(), dark)
    for number, (lead, trace) in enumerate(zip(inputs.leads, signal, strict=True)):
        column, row = divmod(number, n_rows)
        x, y = time_ms + np.float32(column * length_ms * _PITCH), trace - np.float32(row * pitch)
        line = {"color": colours.trace_muted, "width": 1.2}
        fig.add_scatter(x=x[::2], y=y[::2], mode="lines", line=line, hoverinfo="skip", name=lead)
        shown = np.flatnonzero(strength[number] >= LEAST_SHOWN)[::2]
        fig.add_scatter(
            x=x[shown],
            y=y[shown],
            mode="markers",
            marker={
                "size": 3 + 7 * strength[number, shown],
                "color": strength[number, shown],
                "colorscale": [[0, colours.zones["mild"]], [1, colours.zones["severe"]]],
                "cmin": 0,
                "cmax": 1,
            },
            hoverinfo="skip",
            name=f"{lead}: moved the estimate",
        )
        fig.add_annotation(
            x=float(x[0]),
            y=float(y[: len(y) // 8].mean() + 0.3 * pitch),
            text=f"<b>{lead}</b>",
            showarrow=False,
            xanchor="left",
        )
    fig.update_layout(height=92 + 130 * n_rows, showlegend=False, margin={"l": 8, "r": 8, "t": 48, "b": 8})
    fig.update_xaxes(visible=False)
    fig.update_yaxes(visible=False)
    return fig


def lead_shares_figure(leads: Sequence[str], shares: Mapping[str, Floats], dark: bool) -> go.Figure:
    """Bars per lead, in percent; each of `shares` by its name, `(leads,)` summing to 1."""
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    patterns = ("", "/")
    for number, (name, values) in enumerate(shares.items()):
        fig.add_bar(
            x=list(leads),
            y=100 * values,
            name=name,
            marker={"color": colours.series[number], "pattern": {"shape": patterns[number % 2]}},
            hovertemplate="%{x}: %{y:.0f} %<extra></extra>",
        )
    fig.update_layout(height=240, barmode="group", margin={"t": 30, "b": 30}, showlegend=len(shares) > 1)
    fig.update_yaxes(title="% of all leads", rangemode="tozero", fixedrange=True)
    fig.update_xaxes(fixedrange=True)
    return fig
