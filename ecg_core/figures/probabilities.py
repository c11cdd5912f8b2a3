"""Class probabilities of the potassium models, and how probabilities are written."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ecg_core.figures.k_axis import name_rows
from ecg_core.figures.theme import Zone, apply_theme, palette
from ecg_core.inference.types import Prediction


def class_probability_figure(predictions: Sequence[Prediction], dark: bool) -> go.Figure:
    """Stacked bars of P(hypokalemia), P(normal), P(hyperkalemia); hatching and words repeat the colour."""
    shown = [p for p in predictions if not p.abstained]
    colours = palette(dark)
    fig = go.Figure()
    apply_theme(fig, dark)
    classes: tuple[tuple[str, Zone, str, list[float]], ...] = (
        ("Hypo", "hypo", "/", [p.p_hypo for p in shown]),
        ("Normal", "normal", "", [p.p_normal for p in shown]),
        ("Hyper", "severe", "x", [p.p_hyper for p in shown]),
    )
    for name, key, hatch, values in classes:
        fig.add_bar(
            x=values,
            y=list(range(len(shown))),
            orientation="h",
            width=0.56,
            name=name,
            text=[f"<b>{name}</b> {percent(value)}" if value > 0.2 else "" for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            textfont={"color": colours.text},
            marker={
                "color": colours.zone_fills[key],
                "line": {"color": colours.zones[key], "width": 1.5},
                "pattern": {
                    "shape": hatch,
                    "fgcolor": colours.zones[key],
                    "fgopacity": 0.35,
                    "fillmode": "overlay",
                    "size": 9,
                },
            },
            customdata=[percent(value) for value in values],
            hovertemplate=f"{name}: %{{customdata}}<extra></extra>",
        )
    fig.update_layout(
        barmode="stack", height=110 + 52 * len(shown), legend_traceorder="normal", margin={"t": 62, "r": 28}
    )
    fig.update_xaxes(range=[0, 1.005], tickformat=".0%", dtick=0.25, showgrid=False, fixedrange=True)
    name_rows(fig, [p.title for p in shown])
    return fig


def percent(probability: float) -> str:
    """A probability in words of whole percent that never claims certainty: ``"<1 %"`` to ``">99 %"``."""
    if probability < 0.01:
        return "<1 %"
    return ">99 %" if probability > 0.99 else f"{probability:.0%}".replace("%", " %")
