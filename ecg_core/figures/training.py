"""How a model's training went."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecg_core.figures.theme import apply_theme, palette


def loss_figure(training: pd.DataFrame, dark: bool) -> go.Figure:
    """Training and validation loss over epochs, a panel per stage, the best epoch marked.

    `training` has the columns stage, epoch, train_loss and val_loss.
    """
    colours = palette(dark)
    stages = {str(stage): rows for stage, rows in training.groupby("stage", sort=False)}
    fig = make_subplots(rows=1, cols=len(stages), subplot_titles=list(stages))
    apply_theme(fig, dark)
    for column, rows in enumerate(stages.values(), start=1):
        where = {"row": 1, "col": column, "showlegend": column == 1}
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
    fig.update_layout(height=380, margin={"t": 96}, legend={"y": 1.1})
    fig.update_xaxes(title="Epoch")
    fig.update_yaxes(title="Loss", col=1)
    return fig
