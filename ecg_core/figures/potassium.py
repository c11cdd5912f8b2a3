"""The potassium models side by side on one axis: their estimates, and the spread within a record."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ecg_core.figures.theme import FONT_SIZE_PX, Palette, apply_theme, palette
from ecg_core.inference.comparison import ZONES, zone_of
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, Prediction

K_AXIS_MEQ_L = (2.0, 9.5)
MAX_ITEMS_DRAWN = 300

_ROW_PX = 80
_TIER_PX = 16  # from one line of zone names to the next
_SMALL_PX = FONT_SIZE_PX - 2
# Shape and word say what the colour says.
_SYMBOLS = {"hypo": "triangle-down", "normal": "circle"}
_ARROWS = {"hypo": "▼ ", "normal": ""}


def estimates_figure(predictions: Sequence[Prediction], dark: bool) -> go.Figure:
    """Every model's estimate and interval on one potassium axis over the clinical zones.

    Models that abstained keep their row and say so; with two estimates or more a last row shows
    their median and range. Values beyond the axis stand at its end; their text is exact.
    """
    estimates = [p for p in predictions if not p.abstained]
    rows = [p.title for p in predictions] + (["Models together"] if len(estimates) > 1 else [])
    colours = palette(dark)
    fig = _k_figure(rows, colours, dark)
    for row, prediction in enumerate(predictions):
        if prediction.abstained:
            _add_row_text(fig, row, sum(K_AXIS_MEQ_L) / 2, "No estimate", shift_px=0)
        else:
            _add_estimate(fig, row, prediction, colours)
    if len(estimates) > 1:
        _add_range(fig, len(predictions), [p.k_meq_l for p in estimates], colours)
    return fig


def item_spread_figure(predictions: Sequence[Prediction], dark: bool) -> go.Figure:
    """The estimate for each cycle or crop on the potassium axis, the first of the record on top of its row.

    Beyond `MAX_ITEMS_DRAWN` per model an even selection is drawn.
    """
    shown = [p for p in predictions if p.item_k_meq_l.size]
    colours = palette(dark)
    fig = _k_figure([p.title for p in shown], colours, dark)
    for row, prediction in enumerate(shown):
        item = evenly_chosen(prediction.item_k_meq_l.size, MAX_ITEMS_DRAWN)
        offsets = np.linspace(-0.28, 0.28, item.size) if item.size > 1 else np.zeros(1)
        fig.add_scatter(
            x=np.clip(prediction.item_k_meq_l[item], *K_AXIS_MEQ_L),
            y=(row + offsets).astype(np.float32),
            mode="markers",
            marker={"size": 7, "color": colours.text, "opacity": 0.55},
            customdata=item + 1,
            hovertemplate="%{customdata}: %{x:.2f} mEq/L<extra></extra>",
            name=prediction.title,
        )
    return fig


def name_rows(fig: go.Figure, rows: Sequence[str]) -> None:
    """Give the vertical axis a row for each name, the first on top."""
    fig.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=["<br>".join(textwrap.wrap(name, 18)) for name in rows],
        tickfont={"color": fig.layout.font.color},
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        fixedrange=True,
    )


def evenly_chosen(n: int, limit: int) -> np.ndarray:
    """At most `limit` of the indices 0 to n - 1, evenly spread, first and last among them."""
    return np.unique(np.linspace(0, n - 1, min(n, limit)).round().astype(int))


def _k_figure(rows: Sequence[str], colours: Palette, dark: bool) -> go.Figure:
    """An empty potassium axis with the zones behind and a row for each name."""
    fig = go.Figure()
    apply_theme(fig, dark)
    fig.update_layout(height=130 + _ROW_PX * len(rows), margin={"t": 72, "b": 52}, showlegend=False)
    fig.update_xaxes(
        range=list(K_AXIS_MEQ_L), dtick=1, tick0=2, title="Potassium (mEq/L)", showgrid=False, fixedrange=True
    )
    name_rows(fig, rows)
    _add_zones(fig, colours)
    return fig


def _add_zones(fig: go.Figure, colours: Palette) -> None:
    for zone in ZONES:
        low, high = np.clip((zone.low_meq_l, zone.high_meq_l), *K_AXIS_MEQ_L)
        fig.add_vrect(
            low, high, fillcolor=colours.zone_fills[zone.key], line_width=0, layer="below", name=zone.name
        )
        fig.add_annotation(
            x=(low + high) / 2,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=_TIER_PX if zone.key == "moderate" else 0,  # else it runs into its neighbour on a tablet
            text=zone.name.split()[0],
            showarrow=False,
            font={"size": _SMALL_PX, "color": colours.zones[zone.key]},
        )
    fig.add_annotation(
        x=(HYPERKALEMIA_MEQ_L + K_AXIS_MEQ_L[1]) / 2,
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=2 * _TIER_PX,
        text="<b>▲ Hyperkalemia</b>",
        showarrow=False,
        font={"size": _SMALL_PX, "color": colours.zones["severe"]},
    )
    for zone in ZONES[1:]:
        bold = zone.low_meq_l == HYPERKALEMIA_MEQ_L
        fig.add_vline(
            zone.low_meq_l,
            line={"color": colours.zones["severe"] if bold else colours.line, "width": 2 if bold else 1},
            layer="below",
        )


def _add_estimate(fig: go.Figure, row: int, prediction: Prediction, colours: Palette) -> None:
    zone = zone_of(prediction.k_meq_l)
    hyper = prediction.k_meq_l >= HYPERKALEMIA_MEQ_L
    low, k, high = np.clip((prediction.k_low, prediction.k_meq_l, prediction.k_high), *K_AXIS_MEQ_L)
    fig.add_scatter(
        x=[k],
        y=[row],
        mode="markers",
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - k],
            "arrayminus": [k - low],
            "color": colours.zones[zone.key],
            "thickness": 4,
            "width": 9,
        },
        marker={
            "symbol": _SYMBOLS.get(zone.key, "triangle-up"),
            "size": 20 if hyper else 16,
            "color": colours.zones[zone.key],
            "line": {"color": colours.text, "width": 2.5 if hyper else 1},
        },
        name=prediction.title,
        hovertemplate=f"{prediction.title}: {prediction.k_meq_l:.2f} mEq/L "
        f"({prediction.k_low:.2f}–{prediction.k_high:.2f})<extra></extra>",
    )
    text = (
        f"{_ARROWS.get(zone.key, '▲ ')}<b>{prediction.k_meq_l:.1f}</b> "
        f"({prediction.k_low:.1f}–{prediction.k_high:.1f}) · {zone.name.lower()}"
    )
    _add_row_text(fig, row, float(k), f"<b>{text}</b>" if hyper else text)


def _add_range(fig: go.Figure, row: int, k_meq_l: Sequence[float], colours: Palette) -> None:
    ends = np.clip((min(k_meq_l), max(k_meq_l)), *K_AXIS_MEQ_L)
    median = float(np.median(k_meq_l))
    fig.add_scatter(
        x=ends,
        y=[row, row],
        mode="lines+markers",
        line={"color": colours.muted, "width": 2, "dash": "dot"},
        marker={"symbol": "line-ns", "size": 14, "line": {"color": colours.muted, "width": 2}},
        name="Range of the models",
        hovertemplate="%{x:.2f} mEq/L<extra></extra>",
    )
    position = float(np.clip(median, *K_AXIS_MEQ_L))
    fig.add_scatter(
        x=[position],
        y=[row],
        mode="markers",
        marker={"symbol": "diamond-open", "size": 14, "color": colours.text, "line": {"width": 2}},
        name="Median of the models",
        hovertemplate=f"median {median:.2f} mEq/L<extra></extra>",
    )
    _add_row_text(fig, row, position, f"median <b>{median:.1f}</b> · {np.ptp(k_meq_l):.1f} apart")


def _add_row_text(fig: go.Figure, row: int, k_meq_l: float, text: str, shift_px: int = 28) -> None:
    """Text over a point, kept inside the axis: near its ends it grows inwards."""
    low, high = K_AXIS_MEQ_L
    share = (k_meq_l - low) / (high - low)
    fig.add_annotation(
        x=k_meq_l,
        y=row,
        yshift=shift_px,
        text=text,
        showarrow=False,
        bgcolor=fig.layout.plot_bgcolor,
        opacity=0.92,
        borderpad=1,
        xanchor="left" if share < 0.25 else "right" if share > 0.75 else "center",
    )
