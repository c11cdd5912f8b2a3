"""What a 12-lead model says: a bar for each finding with its threshold, and the ECG age on a scale of years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ecg_core.figures.probabilities import percent
from ecg_core.figures.theme import FONT_SIZE_PX, Palette, apply_theme, palette
from ecg_core.twelve_lead.types import Finding, TwelveLeadAnswer

AGE_AXIS_YEARS = (0.0, 110.0)

_ROW_PX = 62
_BAR = 0.34  # of a row
_BELOW = 0.12  # the bar stands this far below the middle of its row, its name above it
_WORDS_AT, _BEYOND = 1.03, 1.42  # words stand to the right of a full bar


def findings_figure(findings: Sequence[Finding], measured: Sequence[str], dark: bool) -> go.Figure:
    """A row for each finding: its name and what was `measured` above, a bar for its probability, a mark at its threshold.

    Bars that reach the threshold are filled, the others hatched; the words beside them say the same.
    """
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    rows = np.arange(len(findings))
    answered = [bool(np.isfinite(finding.probability)) for finding in findings]
    fig.add_bar(
        x=[finding.probability if known else 0.0 for finding, known in zip(findings, answered, strict=True)],
        y=rows + _BELOW,
        orientation="h",
        width=_BAR,
        marker={
            "color": [colours.zones["moderate"] if finding.present else colours.grid for finding in findings],
            "line": {"color": colours.muted, "width": 1},
            "pattern": {
                "shape": ["" if finding.present else "/" for finding in findings],
                "fgcolor": colours.muted,
                "fgopacity": 0.5,
                "size": 7,
            },
        },
        name="Probability",
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=[finding.threshold for finding in findings],
        y=rows + _BELOW,
        mode="markers",
        marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": colours.accent}},
        customdata=[percent(finding.threshold) for finding in findings],
        hovertemplate="called from %{customdata}<extra></extra>",
        name="Called from here on",
    )
    # All at once: Plotly checks every annotation again for each one that is added.
    fig.layout.annotations = [
        note
        for row, (finding, words) in enumerate(zip(findings, measured, strict=True))
        for note in (_title(row, finding.name, words, colours), _state(row, finding, colours))
    ]
    fig.update_layout(
        height=70 + _ROW_PX * len(findings),
        showlegend=True,
        legend={"traceorder": "normal"},
        margin={"l": 12, "r": 12, "t": 50, "b": 36},
    )
    fig.update_xaxes(
        range=[0, _BEYOND],
        tickvals=[0, 0.25, 0.5, 0.75, 1],
        tickformat=".0%",
        showgrid=False,
        fixedrange=True,
    )
    fig.update_yaxes(range=[len(findings) - 0.4, -0.6], visible=False, fixedrange=True)
    return fig


def state_words(finding: Finding) -> str:
    """``"Present, 93 %"``, ``"Not found, 4 %"``, ``"Not answerable"``."""
    if not np.isfinite(finding.probability):
        return "Not answerable"
    return f"{'Present' if finding.present else 'Not found'}, {percent(finding.probability)}"


def age_figure(answer: TwelveLeadAnswer, age_years: float | None, dark: bool) -> go.Figure:
    """The ECG age with its interval, and a diamond at the age in the file where that is known."""
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    low, high = np.clip((answer.age_low, answer.age_high), *AGE_AXIS_YEARS)
    fig.add_scatter(
        x=[low, high],
        y=[0, 0],
        mode="lines",
        line={"color": colours.accent, "width": 12},
        opacity=0.35,
        name="90 % interval",
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=[float(np.clip(answer.age_years, *AGE_AXIS_YEARS))],
        y=[0],
        mode="markers",
        marker={"size": 16, "color": colours.accent},
        name="ECG age",
        hovertemplate=f"ECG age {answer.age_years:.0f} years<extra></extra>",
    )
    if age_years is not None:
        fig.add_scatter(
            x=[float(np.clip(age_years, *AGE_AXIS_YEARS))],
            y=[0],
            mode="markers",
            marker={
                "size": 16,
                "symbol": "diamond-open",
                "color": colours.text,
                "line": {"width": 2.5},
            },
            name="Age in the file",
            hovertemplate=f"{age_years:.0f} years in the file<extra></extra>",
        )
    fig.update_layout(height=170, margin={"l": 12, "r": 12, "t": 50, "b": 46}, showlegend=True)
    fig.update_xaxes(range=list(AGE_AXIS_YEARS), dtick=10, title="Years", fixedrange=True)
    fig.update_yaxes(range=[-1, 1], visible=False, fixedrange=True)
    return fig


def _title(row: int, name: str, measured: str, colours: Palette) -> dict[str, Any]:
    text = f'<b>{name}</b> <span style="color:{colours.muted}">{measured}</span>'
    return _text(0.0, row - 0.22, text, colours.text)


def _state(row: int, finding: Finding, colours: Palette) -> dict[str, Any]:
    words = state_words(finding)
    if finding.present:
        return _text(_WORDS_AT, row + _BELOW, f"<b>{words}</b>", colours.zones["moderate"])
    return _text(_WORDS_AT, row + _BELOW, words, colours.text)


def _text(x: float, y: float, text: str, colour: str) -> dict[str, Any]:
    font = {"size": FONT_SIZE_PX, "color": colour}
    place = {"x": x, "y": y, "xanchor": "left", "yanchor": "middle"}
    return place | {"text": text, "showarrow": False, "font": font}
