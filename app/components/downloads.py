"""Every figure and every table on a page can be taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ecg_core.figures.export import ImageFormat, plotly_config, safe_filename


def figure_with_downloads(
    fig: go.Figure,
    key: str,
    filename: str,
    *,
    alt: str | None = None,
    on_select: Literal["rerun", "ignore"] | Callable[[], None] = "ignore",
    config: dict[str, Any] | None = None,
) -> Any:
    """Draw a chart whose picture can be saved as PNG or SVG; returns what `st.plotly_chart` returns.

    `config` is laid over the usual Plotly configuration; `alt` describes the chart to screen readers.
    """
    format_key = f"{key}_picture"
    image_format: ImageFormat = st.session_state.get(format_key) or "png"
    selection = st.plotly_chart(
        fig,
        theme=None,
        key=key,
        alt=alt,
        on_select=on_select,
        selection_mode="box",
        config=plotly_config(filename, image_format) | (config or {}),
    )
    st.segmented_control(
        "Picture format",
        ["png", "svg"],
        default="png",
        required=True,
        format_func=str.upper,
        key=format_key,
        help="What the camera at the chart's upper right saves.",
        label_visibility="collapsed",
    )
    return selection


def table_with_download(df: pd.DataFrame, key: str, filename: str, **dataframe_options: Any) -> None:
    """Draw a table with a button that saves it as CSV (UTF-8, full precision)."""
    st.dataframe(df, key=key, hide_index=True, **dataframe_options)
    csv_download(df, key=f"{key}_csv", filename=filename)


def csv_download(df: pd.DataFrame, key: str, filename: str, label: str = "Download CSV") -> None:
    """A button that saves a table as ``<filename>.csv``."""
    st.download_button(
        label,
        df.to_csv(index=False).encode(),
        file_name=f"{safe_filename(filename)}.csv",
        mime="text/csv",
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
