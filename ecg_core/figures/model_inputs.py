"""What a potassium model saw, drawn small."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecg_core.annotation.types import CYCLE_R_INDEX, CYCLE_SAMPLES
from ecg_core.figures.potassium import evenly_chosen
from ecg_core.figures.theme import apply_theme, palette
from ecg_core.inference.types import ModelInput

MAX_CYCLES_DRAWN = 40
_GRID_COLUMNS = 4
_COLUMN_PITCH = 1.04  # of a crop's length


def items_figure(inputs: ModelInput, dark: bool) -> go.Figure:
    """All items of each lead laid over one another, their mean on top; for cycles and median beats.

    Beyond `MAX_CYCLES_DRAWN` an even selection is drawn under the mean of all.
    """
    colours = palette(dark)
    fig = make_subplots(rows=1, cols=len(inputs.leads), subplot_titles=inputs.leads, shared_yaxes=True)
    apply_theme(fig, dark)
    start_ms, step_ms = _time_axis_ms(inputs)
    for column in range(1, len(inputs.leads) + 1):
        items = inputs.signal[:, column - 1]
        axis = {"x0": start_ms, "dx": step_ms, "row": 1, "col": column, "mode": "lines", "hoverinfo": "skip"}
        if len(items) > 1:
            drawn = items[evenly_chosen(len(items), MAX_CYCLES_DRAWN)]
            for item in drawn:
                fig.add_scatter(y=item, line={"color": colours.trace_muted, "width": 1}, opacity=0.4, **axis)
        mean = np.nanmean(items, axis=0).astype(np.float32)
        fig.add_scatter(y=mean, line={"color": colours.trace, "width": 2}, **axis)
    fig.update_layout(height=230, showlegend=False, margin={"t": 30, "b": 44})
    fig.update_xaxes(title="ms from R" if start_ms else "ms")
    fig.update_yaxes(title=inputs.unit, col=1)
    return fig


def crop_figure(inputs: ModelInput, item: int, dark: bool) -> go.Figure:
    """One crop of many leads in a grid, column by column as on paper; all leads at the same scale."""
    colours = palette(dark)
    signal = inputs.signal[item]
    n_rows = math.ceil(len(inputs.leads) / _GRID_COLUMNS)
    seconds = signal.shape[-1] / inputs.fs_hz
    pitch = max(float(np.ptp(signal, axis=-1).max()), 1e-3)
    columns, rows = zip(*(divmod(index, n_rows) for index in range(len(inputs.leads))), strict=True)
    starts_s = [column * seconds * _COLUMN_PITCH for column in columns]
    traces = [
        {
            "type": "scatter",
            "y": lead_signal - row * pitch,
            "x0": start_s,
            "dx": 1 / inputs.fs_hz,
            "mode": "lines",
            "line": {"color": colours.trace, "width": 1},
            "hoverinfo": "skip",
            "name": lead,
        }
        for lead, lead_signal, row, start_s in zip(inputs.leads, signal, rows, starts_s, strict=True)
    ]
    names = {
        "type": "scatter",
        "x": starts_s,
        "y": [(0.4 - row) * pitch for row in rows],
        "mode": "text",
        "text": [f"<b>{lead}</b>" for lead in inputs.leads],
        "textposition": "middle right",
        "hoverinfo": "skip",
        "name": "leads",
    }
    fig = apply_theme(go.Figure([*traces, names]), dark)
    fig.update_layout(height=70 + 90 * n_rows, showlegend=False, margin={"l": 8, "t": 32, "b": 8})
    fig.update_xaxes(visible=False)
    fig.update_yaxes(visible=False)
    return fig


def _time_axis_ms(inputs: ModelInput) -> tuple[float, float]:
    """First sample's time and the sampling step; a cycle counts from its R peak."""
    step_ms = 1000 / inputs.fs_hz
    is_cycle = inputs.signal.shape[-1] == CYCLE_SAMPLES
    return (-CYCLE_R_INDEX * step_ms if is_cycle else 0.0), step_ms
