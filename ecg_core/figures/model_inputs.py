"""What a potassium model saw, drawn small."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecg_core.annotation.types import CYCLE_R_INDEX, CYCLE_SAMPLES
from ecg_core.figures.potassium import evenly_chosen
from ecg_core.figures.theme import FONT_SIZE_PX, apply_theme, palette
from ecg_core.inference.types import ModelInput

MAX_CYCLES_DRAWN = 40
_GRID_COLUMNS = 4


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
    """One crop of many leads in a grid, column by column as on paper; all panels share their axes."""
    colours = palette(dark)
    n_columns = min(_GRID_COLUMNS, len(inputs.leads))
    n_rows = math.ceil(len(inputs.leads) / n_columns)
    fig = make_subplots(
        rows=n_rows,
        cols=n_columns,
        shared_xaxes="all",
        shared_yaxes="all",
        horizontal_spacing=0.02,
        vertical_spacing=0.03,
    )
    apply_theme(fig, dark)
    for index, lead in enumerate(inputs.leads):
        column, row = divmod(index, n_rows)
        where = {"row": row + 1, "col": column + 1}
        fig.add_scatter(
            y=inputs.signal[item, index],
            x0=0,
            dx=1 / inputs.fs_hz,
            mode="lines",
            line={"color": colours.trace, "width": 1},
            hoverinfo="skip",
            name=lead,
            **where,
        )
        fig.add_annotation(
            text=f"<b>{lead}</b>",
            x=0,
            y=1,
            xref="x domain",
            yref="y domain",
            xanchor="left",
            yanchor="top",
            showarrow=False,
            font={"size": FONT_SIZE_PX - 2},
            **where,
        )
    fig.update_layout(height=90 + 80 * n_rows, showlegend=False, margin={"t": 12, "b": 44})
    fig.update_xaxes(dtick=1)
    fig.update_xaxes(title="s", row=n_rows)
    fig.update_yaxes(showticklabels=False)
    fig.update_yaxes(title=inputs.unit, col=1, row=n_rows // 2 + 1)
    return fig


def _time_axis_ms(inputs: ModelInput) -> tuple[float, float]:
    """First sample's time and the sampling step; a cycle counts from its R peak."""
    step_ms = 1000 / inputs.fs_hz
    is_cycle = inputs.signal.shape[-1] == CYCLE_SAMPLES
    return (-CYCLE_R_INDEX * step_ms if is_cycle else 0.0), step_ms
