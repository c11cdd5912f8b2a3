"""A chart on which the user points at things, and which stays as it is in sight while they change."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from app.components.downloads import figure_with_downloads
from app.components.pointer import Pointed, forget_view, keep_view, listen, whole_key
from ecg_core.figures.paper import aspect_ratio


def pointed_figure(
    fig: go.Figure, key: str, filename: str, on_pointed: Callable[[Pointed], None], *, alt: str, whole: str
) -> None:
    """Draw a chart with its downloads and call `on_pointed` with each click or drag on it.

    While only a part of it is in sight, a button named `whole` shows all of it again.
    """
    aspect = abs(aspect_ratio(fig))  # of the whole; a picture's y axis points down
    zoomed = keep_view(fig, key)

    def draw_whole() -> None:
        st.button(
            whole,
            key=whole_key(key),
            icon=":material/zoom_out_map:",
            type="tertiary",
            on_click=forget_view,
            args=(key,),
        )

    figure_with_downloads(
        fig, key=key, filename=filename, alt=alt, aspect=aspect, beside=draw_whole if zoomed else None
    )
    listen(key, fig, on_pointed)
