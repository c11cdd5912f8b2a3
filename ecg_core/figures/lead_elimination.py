"""How good findings or ECG age are with fewer and fewer leads."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ecg_core.evaluation.lead_elimination import in_words
from ecg_core.figures.theme import apply_theme, palette

_MEASURE = {"findings": "Mean AUPRC of six findings", "age": "Mean absolute error of ECG age (years)"}
_FILL_OPACITY = 0.18


def lead_elimination_figure(curve: pd.DataFrame, dark: bool) -> go.Figure:
    """Score on the test fold over the number of independent leads, with its 95 % bootstrap band; under each number the lead dropped before it.

    `curve` holds one task of the table that `training.lead_elimination` writes.
    """
    curve = curve.sort_values("n_leads", ascending=False)
    task = str(curve["task"].iloc[0])
    colours = palette(dark)
    fig = go.Figure()
    apply_theme(fig, dark)
    n_leads = curve["n_leads"].tolist()
    fig.add_scatter(
        x=[*n_leads, *reversed(n_leads)],
        y=[*curve["high"], *reversed(curve["low"].tolist())],
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=colours.accent,
        opacity=_FILL_OPACITY,
        name="95 % bootstrap interval",
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=n_leads,
        y=curve["value"].tolist(),
        mode="lines+markers",
        line={"color": colours.accent, "width": 2},
        marker={"size": 9, "color": colours.accent},
        name="on PTB-XL's fold 10",
        customdata=[in_words(leads.split(", ")) for leads in curve["leads"]],
        hovertemplate="%{x} leads (%{customdata}): %{y:.3f}<extra></extra>",
    )
    fig.add_scatter(
        x=n_leads,
        y=curve["selection"].tolist(),
        mode="lines",
        line={"color": colours.trace_muted, "width": 1.5, "dash": "dot"},
        name="in cross-validation, which chose",
        hovertemplate="%{x} leads: %{y:.3f}<extra></extra>",
    )
    dropped = ["all", *(f"\u2212{lead}" for lead in curve["dropped"].iloc[:-1])]
    fig.update_layout(height=440, margin={"t": 110}, legend={"orientation": "v", "y": 1.02})
    fig.update_xaxes(
        title="Independent leads left, and the one dropped for it",
        autorange="reversed",
        tickvals=n_leads,
        ticktext=[f"{n}<br>{lead}" for n, lead in zip(n_leads, dropped, strict=True)],
    )
    fig.update_yaxes(title=_MEASURE[task])
    return fig
