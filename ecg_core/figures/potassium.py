"""The potassium models side by side on one axis: their estimates, and the spread within a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ecg_core.figures.k_axis import K_AXIS_MEQ_L, k_figure, on_axis, row_text
from ecg_core.figures.theme import Palette, palette
from ecg_core.inference.comparison import zone_of
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, Prediction

MAX_ITEMS_DRAWN = 300

# Shape and word say what the colour says.
_SYMBOLS = {"hypo": "triangle-down", "normal": "circle"}
_ARROWS = {"hypo": "▼ ", "normal": ""}


def estimates_figure(predictions: Sequence[Prediction], dark: bool) -> go.Figure:
    """Every model's estimate and interval on one potassium axis over the clinical zones.

    Models that abstained keep their row and say so; with two estimates or more a last row shows
    their median and range. Values beyond the axis stand at its end; their text is exact.
    """
    k_meq_l = [p.k_meq_l for p in predictions if not p.abstained]
    rows = [p.title for p in predictions]
    colours = palette(dark)
    traces: list[dict[str, Any]] = []
    texts = []
    for row, prediction in enumerate(predictions):
        if not prediction.abstained:
            traces.append(_estimate(row, prediction, colours))
        texts.append(_estimate_text(row, prediction, colours))
    if len(k_meq_l) > 1:
        traces += _range_of_models(len(rows), k_meq_l, colours)
        median, spread = float(np.median(k_meq_l)), np.ptp(k_meq_l)
        texts.append(row_text(len(rows), median, f"median <b>{median:.1f}</b> · {spread:.1f} apart", colours))
        rows.append("Models together")
    return k_figure(rows, traces, texts, dark)


def item_spread_figure(predictions: Sequence[Prediction], dark: bool) -> go.Figure:
    """The estimate for each cycle or crop on the potassium axis, the first of the record on top of its row.

    Beyond `MAX_ITEMS_DRAWN` per model an even selection is drawn.
    """
    shown = [p for p in predictions if p.item_k_meq_l.size]
    traces = [_items(row, prediction, palette(dark)) for row, prediction in enumerate(shown)]
    return k_figure([p.title for p in shown], traces, [], dark)


def evenly_chosen(n: int, limit: int) -> np.ndarray:
    """At most `limit` of the indices 0 to n - 1, evenly spread, first and last among them."""
    return np.unique(np.linspace(0, n - 1, min(n, limit)).round().astype(int))


def _estimate(row: int, prediction: Prediction, colours: Palette) -> dict[str, Any]:
    key = zone_of(prediction.k_meq_l).key
    hyper = prediction.k_meq_l >= HYPERKALEMIA_MEQ_L
    low, k, high = map(on_axis, (prediction.k_low, prediction.k_meq_l, prediction.k_high))
    return {
        "type": "scatter",
        "x": [k],
        "y": [row],
        "mode": "markers",
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [high - k],
            "arrayminus": [k - low],
            "color": colours.zones[key],
            "thickness": 4,
            "width": 9,
        },
        "marker": {
            "symbol": _SYMBOLS.get(key, "triangle-up"),
            "size": 20 if hyper else 16,
            "color": colours.zones[key],
            "line": {"color": colours.text, "width": 2.5 if hyper else 1},
        },
        "name": prediction.title,
        "hovertemplate": f"{prediction.title}: {prediction.k_meq_l:.2f} mEq/L "
        f"({prediction.k_low:.2f}–{prediction.k_high:.2f})<extra></extra>",
    }


def _estimate_text(row: int, prediction: Prediction, colours: Palette) -> dict[str, Any]:
    if prediction.abstained:
        return row_text(row, sum(K_AXIS_MEQ_L) / 2, "No estimate", colours, shift_px=0)
    zone = zone_of(prediction.k_meq_l)
    text = (
        f"{_ARROWS.get(zone.key, '▲ ')}<b>{prediction.k_meq_l:.1f}</b> "
        f"({prediction.k_low:.1f}–{prediction.k_high:.1f}) · {zone.name.lower()}"
    )
    hyper = prediction.k_meq_l >= HYPERKALEMIA_MEQ_L
    return row_text(row, prediction.k_meq_l, f"<b>{text}</b>" if hyper else text, colours)


def _range_of_models(row: int, k_meq_l: Sequence[float], colours: Palette) -> list[dict[str, Any]]:
    median = float(np.median(k_meq_l))
    ends = {
        "x": [on_axis(min(k_meq_l)), on_axis(max(k_meq_l))],
        "y": [row, row],
        "mode": "lines+markers",
        "line": {"color": colours.muted, "width": 2, "dash": "dot"},
        "marker": {"symbol": "line-ns", "size": 14, "line": {"color": colours.muted, "width": 2}},
        "name": "Range of the models",
        "hovertemplate": "%{x:.2f} mEq/L<extra></extra>",
    }
    middle = {
        "x": [on_axis(median)],
        "y": [row],
        "mode": "markers",
        "marker": {"symbol": "diamond-open", "size": 14, "color": colours.text, "line": {"width": 2}},
        "name": "Median of the models",
        "hovertemplate": f"median {median:.2f} mEq/L<extra></extra>",
    }
    return [{"type": "scatter"} | ends, {"type": "scatter"} | middle]


def _items(row: int, prediction: Prediction, colours: Palette) -> dict[str, Any]:
    item = evenly_chosen(prediction.item_k_meq_l.size, MAX_ITEMS_DRAWN)
    offsets = np.linspace(-0.28, 0.28, item.size) if item.size > 1 else np.zeros(1)
    return {
        "type": "scatter",
        "x": np.clip(prediction.item_k_meq_l[item], *K_AXIS_MEQ_L),
        "y": (row + offsets).astype(np.float32),
        "mode": "markers",
        "marker": {"size": 7, "color": colours.text, "opacity": 0.55},
        "customdata": item + 1,
        "hovertemplate": "%{customdata}: %{x:.2f} mEq/L<extra></extra>",
        "name": prediction.title,
    }
