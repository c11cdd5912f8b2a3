"""What would have to change: the patient's own beat moved by the simulator, and the shift that each sign makes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecg_core.annotation.types import CYCLE_FS_HZ, CYCLE_R_INDEX
from ecg_core.explanation.counterfactual import MovedBeat
from ecg_core.explanation.one_sign import Shift
from ecg_core.figures.theme import Zone, apply_theme, palette

_STYLES: dict[int, tuple[Zone, str, float]] = {-1: ("hypo", "dash", 1.8), 1: ("severe", "dot", 2.2)}


def moved_beats_figure(beats: Sequence[MovedBeat], dark: bool) -> go.Figure:
    """Today's median beat of each lead (solid) between those at lower (dashed) and higher (dotted) potassium."""
    colours = palette(dark)
    leads = list(beats[0].beats_mv)
    fig = make_subplots(rows=1, cols=len(leads), subplot_titles=leads, horizontal_spacing=0.06)
    apply_theme(fig, dark)
    for beat in beats:
        side = int(np.sign(beat.moved_by_meq_l))
        zone, dash, width = _STYLES.get(side, ("normal", "solid", 2.2))
        name = "today" if side == 0 else f"simulated, {beat.moved_by_meq_l:+g} mEq/L".replace("-", "\u2212")
        for column, lead in enumerate(leads, start=1):
            fig.add_scatter(
                y=beat.beats_mv[lead],
                x0=-CYCLE_R_INDEX * 1000 / CYCLE_FS_HZ,
                dx=1000 / CYCLE_FS_HZ,
                mode="lines",
                line={
                    "color": colours.trace if side == 0 else colours.zones[zone],
                    "dash": dash,
                    "width": width,
                },
                name=name,
                legendgroup=name,
                showlegend=column == 1,
                hoverinfo="skip",
                row=1,
                col=column,
            )
    fig.update_layout(height=340, margin={"t": 100, "b": 44}, legend={"y": 1.15})
    fig.update_xaxes(title="ms from R")
    fig.update_yaxes(title="mV", col=1)
    return fig


def shifts_figure(shifts: Sequence[Shift], dark: bool) -> go.Figure:
    """A bar for each change: how far it moves the estimate, to lower or higher potassium."""
    colours = palette(dark)
    values = [shift.shift_meq_l if math.isfinite(shift.shift_meq_l) else 0.0 for shift in shifts]
    texts = [_text(shift) for shift in shifts]
    fig = apply_theme(go.Figure(), dark)
    fig.add_bar(
        x=values,
        y=[shift.moved.words for shift in shifts],
        orientation="h",
        marker={"color": [colours.zones["severe" if value > 0 else "hypo"] for value in values]},
        text=texts,
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    reach = 1.35 * max(0.3, *(abs(value) for value in values))
    fig.update_layout(height=60 + 34 * len(shifts), showlegend=False, margin={"t": 12, "b": 44, "l": 150})
    fig.update_xaxes(
        title="shift of the estimate (mEq/L)", range=[-reach, reach], fixedrange=True, zeroline=True
    )
    fig.update_xaxes(zerolinecolor=colours.line, zerolinewidth=2)
    fig.update_yaxes(autorange="reversed", fixedrange=True, tickfont={"color": colours.text})
    return fig


def _text(shift: Shift) -> str:
    if not math.isfinite(shift.shift_meq_l):
        return "no estimate"
    return f"{shift.shift_meq_l:+.2f}".replace("-", "\u2212")
