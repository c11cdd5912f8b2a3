"""Every figure and every table on a page can be taken away."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import state
from app.components.save_picture import draw_save_buttons
from ecg_core.figures.export import download_name, plotly_config
from ecg_core.figures.provenance import say_origin


def figure_with_downloads(
    fig: go.Figure,
    key: str,
    filename: str,
    *,
    alt: str | None = None,
    aspect: float | None = None,
    on_select: Literal["rerun", "ignore"] | Callable[[], None] = "ignore",
    beside: Callable[[], None] | None = None,
    origin: str = "",
) -> Any:
    """Draw a chart that can be saved as PNG or SVG; returns what `st.plotly_chart` returns.

    `alt` describes the chart to screen readers; `aspect` (width / height) makes the height follow the
    width of the screen instead of the figure's own; with `on_select` dragging draws a box to select; `beside` draws more buttons beside the picture's;
    `origin` says inside the figure what its data were, so that a saved picture still does.
    """
    if origin:
        say_origin(fig, origin, state.is_dark())
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
    """A button that saves a table under `download_name(filename)`; a callable is made into a table on the click only."""

    def csv() -> bytes:
        df = table() if callable(table) else table
        return df.to_csv(index=False).encode()

    _download(label, csv, f"{download_name(filename)}.csv", "text/csv", key)


def json_download(value: Callable[[], dict[str, Any]], key: str, filename: str, label: str) -> None:
    """A button that saves what `value` returns as JSON; it is called on the click only."""

    def content() -> bytes:
        return json.dumps(value(), indent=1).encode()

    _download(label, content, f"{download_name(filename)}.json", "application/json", key)


def zip_download(write: Callable[[Path], object], key: str, filename: str, label: str) -> None:
    """A button that saves the files which `write` puts into a folder as one archive, made on the click only."""
    _download(label, lambda: zip_of(write), f"{download_name(filename)}.zip", "application/zip", key)


def zip_of(write: Callable[[Path], object]) -> bytes:
    """The files which `write` puts into a folder, in one archive."""
    archive = BytesIO()
    with TemporaryDirectory(prefix="ecg-") as folder, ZipFile(archive, "w", ZIP_DEFLATED) as file:
        write(Path(folder))
        for path in sorted(Path(folder).iterdir()):
            file.write(path, path.name)
    return archive.getvalue()


def _download(label: str, content: Callable[[], bytes], file_name: str, mime: str, key: str) -> None:
    st.download_button(
        label,
        content,
        file_name=file_name,
        mime=mime,
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
