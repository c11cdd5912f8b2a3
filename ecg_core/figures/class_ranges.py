"""An ECG's own measurements beside their quartiles in each class of potassium."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecg_core.explanation.class_ranges import PlacedFeature, Quartiles
from ecg_core.figures.theme import Palette, Zone, apply_theme, palette

_COLUMNS = 3
_ROW_PX = 200
_ABOVE_PX, _BELOW_PX = 72, 40  # room for the buttons over the first titles, and for the last classes
_ZONES: tuple[Zone, ...] = ("hypo", "hypo", "normal", "moderate", "severe")  # of the five classes
_HALF = 0.17  # of a bar's width
_APART = 0.2  # of real and simulated bars from the middle


def class_ranges_figure(placed: Sequence[PlacedFeature], classes: Sequence[str], dark: bool) -> go.Figure:
    """A panel per feature: quartiles of real ECGs (filled) and simulated ones (outlined), and a line for this ECG.

    `classes` are named in mEq/L, rising, as ``"2.5–3.5"``.
    """
    colours = palette(dark)
    rows = math.ceil(len(placed) / _COLUMNS)
    titles = [_title(one) for one in placed]
    fig = make_subplots(
        rows=rows,
        cols=_COLUMNS,
        subplot_titles=titles,
        vertical_spacing=0.38 / rows,
        horizontal_spacing=0.07,
    )
    apply_theme(fig, dark)
    shapes: list[dict[str, object]] = []
    for number, one in enumerate(placed):
        axis = "" if number == 0 else str(number + 1)
        shapes += _bars(one.feature.real, axis, -_APART, colours, filled=True)
        shapes += _bars(one.feature.simulated, axis, _APART, colours, filled=False)
        shapes += _own_value(one.value, axis, colours)
        fig.add_scatter(
            x=[2],
            y=[one.value if math.isfinite(one.value) else one.ranges[2].median],
            mode="markers",
            marker={"opacity": 0},
            hoverinfo="skip",
            row=number // _COLUMNS + 1,
            col=number % _COLUMNS + 1,
        )
    fig.update_layout(
        height=_ABOVE_PX + _BELOW_PX + _ROW_PX * rows,
        showlegend=False,
        shapes=shapes,
        margin={"t": _ABOVE_PX, "b": _BELOW_PX},
    )
    fig.update_xaxes(
        tickvals=list(range(len(classes))),
        ticktext=[_on_two_lines(name) for name in classes],
        range=[-0.6, len(classes) - 0.4],
        showgrid=False,
        fixedrange=True,
        tickangle=0,
        tickfont={"size": 11},
    )
    fig.update_yaxes(fixedrange=True, nticks=4, tickfont={"size": 11})
    _fit_heights(fig, placed)
    fig.update_annotations(font={"size": 13, "color": colours.text})
    return fig


def _title(one: PlacedFeature) -> str:
    digits = 2 if one.feature.unit == "mV" else 1 if "√" in one.feature.unit else 0
    value = f"<b>{one.value:z.{digits}f}</b>" if math.isfinite(one.value) else "not measured"
    unit = f" {one.feature.unit}" if math.isfinite(one.value) else ""
    return f"{one.feature.name}<br>{value}{unit}"


def _on_two_lines(name: str) -> str:
    """``"2.5–3.5"`` as narrow as one of its limits, so that neighbours don't touch on a tablet."""
    return name.replace("–", "–<br>").replace(" ", "<br>")


def _bars(
    quartiles: Sequence[Quartiles], axis: str, shift: float, colours: Palette, *, filled: bool
) -> list[dict[str, object]]:
    shapes: list[dict[str, object]] = []
    for number, one in enumerate(quartiles):
        colour = colours.zones[_ZONES[number]]
        place: dict[str, object] = {
            "xref": f"x{axis}",
            "yref": f"y{axis}",
            "x0": number + shift - _HALF,
            "x1": number + shift + _HALF,
        }
        shapes.append(
            place
            | {
                "type": "rect",
                "y0": one.low,
                "y1": one.high,
                "fillcolor": colour if filled else "rgba(0,0,0,0)",
                "opacity": 0.75 if filled else 0.9,
                "line": {"color": colour, "width": 0 if filled else 1.5, "dash": "dot"},
            }
        )
        ink = colours.background if filled else colour
        shapes.append(
            place | {"type": "line", "y0": one.median, "y1": one.median, "line": {"color": ink, "width": 2}}
        )
    return shapes


def _own_value(value: float, axis: str, colours: Palette) -> list[dict[str, object]]:
    if not math.isfinite(value):
        return []
    return [
        {
            "type": "line",
            "xref": f"x{axis} domain",
            "yref": f"y{axis}",
            "x0": 0,
            "x1": 1,
            "y0": value,
            "y1": value,
            "line": {"color": colours.text, "width": 2},
        }
    ]


def _fit_heights(fig: go.Figure, placed: Sequence[PlacedFeature]) -> None:
    for number, one in enumerate(placed):
        every = [*one.feature.real, *one.feature.simulated]
        values = [bound for q in every for bound in (q.low, q.high)]
        if math.isfinite(one.value):
            values.append(one.value)
        low, high = min(values), max(values)
        margin = 0.08 * (high - low)
        fig.update_yaxes(
            range=[low - margin, high + margin], row=number // _COLUMNS + 1, col=number % _COLUMNS + 1
        )
