"""A patient's potassium over time: laboratory values, estimates with intervals, and today's corrected one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import plotly.graph_objects as go

from ecg_core.figures.theme import apply_theme, palette
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L, Prediction
from ecg_core.patient.bias import Corrected
from ecg_core.patient.history import EarlierECG


def trend_figure(
    earlier: Sequence[EarlierECG],
    today: Prediction,
    today_at: datetime,
    corrected: Corrected | None,
    dark: bool,
) -> go.Figure:
    """One model's estimates beside the laboratory values; the band is 3.5 to 5.5 mEq/L."""
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    fig.add_hrect(
        HYPOKALEMIA_MEQ_L,
        HYPERKALEMIA_MEQ_L,
        fillcolor=colours.zone_fills["normal"],
        line_width=0,
        layer="below",
    )
    fig.add_scatter(
        x=[one.recorded_at for one in earlier],
        y=[one.laboratory_meq_l for one in earlier],
        mode="lines+markers",
        name="laboratory",
        line={"color": colours.text, "width": 1, "dash": "dot"},
        marker={"symbol": "square", "size": 11, "color": colours.text},
        hovertemplate="laboratory %{y:.1f} mEq/L<extra></extra>",
    )
    estimated = [
        (one.recorded_at, one.predictions[today.model]) for one in earlier if today.model in one.predictions
    ]
    estimated = [(at, one) for at, one in [*estimated, (today_at, today)] if not one.abstained]
    _add_estimates(
        fig,
        "estimate",
        [at for at, _ in estimated],
        [(one.k_low, one.k_meq_l, one.k_high) for _, one in estimated],
        {"symbol": "circle-open", "size": 11, "color": colours.accent, "line": {"width": 2}},
    )
    if corrected is not None:
        _add_estimates(
            fig,
            "today, corrected for this patient",
            [today_at],
            [(corrected.k_low, corrected.k_meq_l, corrected.k_high)],
            {"symbol": "diamond", "size": 14, "color": colours.zones["moderate"]},
        )
    fig.update_layout(height=320, margin={"t": 40, "b": 40})
    fig.update_yaxes(title="Potassium (mEq/L)", fixedrange=True)
    return fig


def _add_estimates(
    fig: go.Figure,
    name: str,
    times: Sequence[datetime],
    bounds: Sequence[tuple[float, float, float]],
    marker: dict[str, object],
) -> None:
    fig.add_scatter(
        x=list(times),
        y=[k for _, k, _ in bounds],
        mode="markers",
        name=name,
        marker=marker,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - k for _, k, high in bounds],
            "arrayminus": [k - low for low, k, _ in bounds],
            "color": marker["color"],
            "thickness": 1.5,
            "width": 5,
        },
        hovertemplate=f"{name} %{{y:.1f}} mEq/L<extra></extra>",
    )
