"""How a model's training went."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecg_core.figures.theme import apply_theme, palette

_COLUMNS = 3
_ROW_PX, _ABOVE_PX, _BELOW_PX = 236, 96, 48
_TITLES_PX = 24  # of the first row, under the legend


def loss_figure(training: pd.DataFrame, dark: bool) -> go.Figure:
    """Training and validation loss over epochs, a panel per stage and three in a row at most, the best epoch marked.

    `training` has the columns stage, epoch, train_loss and val_loss.
    """
    colours = palette(dark)
    stages = {str(stage): rows for stage, rows in training.groupby("stage", sort=False)}
    n_columns = min(len(stages), _COLUMNS)
    n_rows = math.ceil(len(stages) / n_columns)
    titles = [stage.replace("-", " ") for stage in stages]
    fig = make_subplots(n_rows, n_columns, subplot_titles=titles, vertical_spacing=0.3 / n_rows)
    apply_theme(fig, dark)
    for number, rows in enumerate(stages.values()):
        row, column = divmod(number, n_columns)
        where = {"row": row + 1, "col": column + 1, "showlegend": number == 0}
        for name, key, colour, dash in (
            ("training", "train_loss", colours.trace_muted, "dot"),
            ("validation", "val_loss", colours.accent, "solid"),
        ):
            line = {"color": colour, "width": 2, "dash": dash}
            fig.add_scatter(x=rows["epoch"], y=rows[key], mode="lines", name=name, line=line, **where)
        best = rows.iloc[rows["val_loss"].argmin()]
        marker = {"symbol": "star", "size": 14, "color": colours.zones["moderate"]}
        fig.add_scatter(
            x=[best["epoch"]], y=[best["val_loss"]], mode="markers", name="kept", marker=marker, **where
        )
    plot_px = _ROW_PX * n_rows
    fig.update_layout(
        height=plot_px + _ABOVE_PX + _BELOW_PX,
        margin={"t": _ABOVE_PX, "b": _BELOW_PX},
        legend={"y": 1 + _TITLES_PX / plot_px},
    )
    fig.update_xaxes(title="Epoch", row=n_rows)
    fig.update_xaxes(nticks=5)
    fig.update_yaxes(title="Loss", col=1)
    return fig
