"""Every figure and every table on a page can be taken away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.components.save_picture import draw_save_buttons
from ecg_core.figures.export import plotly_config, safe_filename


def figure_with_downloads(
    fig: go.Figure,
    key: str,
    filename: str,
    *,
    alt: str | None = None,
    aspect: float | None = None,
    on_select: Literal["rerun", "ignore"] | Callable[[], None] = "ignore",
    beside: Callable[[], None] | None = None,
) -> Any:
    """Draw a chart that can be saved as PNG or SVG; returns what `st.plotly_chart` returns.

    `alt` describes the chart to screen readers; `aspect` (width / height) makes the height follow the
    width of the screen instead of the figure's own; with `on_select` dragging draws a box to select; `beside` draws more buttons beside the picture's.
    """
    if aspect is not None:
        _follow_width(key, aspect)
    if on_select != "ignore":
        _make_selectable(fig)
    selection = st.plotly_chart(
        fig,
        theme=None,
        key=key,
        alt=alt,
        on_select=on_select,
        selection_mode="box",
        config=plotly_config(filename),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_save_buttons(key)
        if beside is not None:
            beside()
    return selection


def _make_selectable(fig: go.Figure) -> None:
    """Let dragging draw a box; Plotly offers that button only where a chart has points, so one unseen is added."""
    fig.add_scatter(x=[0], y=[0], mode="markers", marker={"opacity": 0}, hoverinfo="skip", showlegend=False)
    fig.update_traces(unselected={"marker": {"opacity": 1}}, selector={"mode": "markers"})
    fig.data[-1].unselected.marker.opacity = 0
    fig.update_layout(dragmode="select")


def _follow_width(key: str, aspect: float) -> None:
    """Let a chart's height follow its width; Plotly draws into whatever size its box has."""
    box = f".stElementContainer.st-key-{key}"
    st.html(
        f"<style>{box} {{ height: auto; flex: none; }} {box} > div {{ height: auto; }} "
        f"{box} .stPlotlyChart {{ height: auto; min-height: 0; aspect-ratio: {aspect:.4f}; }}</style>"
    )


def table_with_download(df: pd.DataFrame, key: str, filename: str, **dataframe_options: Any) -> None:
    """Draw a table with a button that saves it as CSV (UTF-8, full precision)."""
    st.dataframe(df, key=key, hide_index=True, placeholder="–", **dataframe_options)
    csv_download(df, key=f"{key}_csv", filename=filename)


def csv_download(
    table: pd.DataFrame | Callable[[], pd.DataFrame], key: str, filename: str, label: str = "Download CSV"
) -> None:
    """A button that saves a table as ``<filename>.csv``; a callable is made into a table on the click only."""

    def csv() -> bytes:
        df = table() if callable(table) else table
        return df.to_csv(index=False).encode()

    st.download_button(
        label,
        csv,
        file_name=f"{safe_filename(filename)}.csv",
        mime="text/csv",
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def json_download(value: Callable[[], dict[str, Any]], key: str, filename: str, label: str) -> None:
    """A button that saves what `value` returns as ``<filename>.json``; it is called on the click only."""
    st.download_button(
        label,
        lambda: json.dumps(value(), indent=1).encode(),
        file_name=f"{safe_filename(filename)}.json",
        mime="application/json",
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
