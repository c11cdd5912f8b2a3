"""A digitized page with everything that was found drawn over it.

`flat_page_figure` shows the paper made upright, where leads and traces are looked at and corrected;
`source_page_figure` shows the picture as it came, where the paper's corners are. Axes are pixels of
that picture, y downward.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.digitization.types import Digitization, Points
from ecg_core.figures.scan_marks import (
    add_anchors,
    add_boxes,
    add_corners,
    add_mesh,
    add_paper_edge,
    add_pulses,
    add_rows,
    add_scale_bar,
    add_traces,
    lead_notes,
    scale_notes,
)
from ecg_core.figures.scan_picture import picture_uri
from ecg_core.figures.theme import apply_theme, palette

Overlay = Literal["everything", "traces", "nothing"]
OVERLAYS: tuple[Overlay, ...] = ("everything", "traces", "nothing")


def flat_page_figure(
    found: Digitization,
    rgb: NDArray[np.uint8],
    *,
    dark: bool,
    overlay: Overlay = "everything",
    chosen: int | None = None,
) -> go.Figure:
    """The flat page under paper edge, scale bar, rows, lead boxes, pulses, traces and anchors.

    `rgb` is the flat page as it may be shown, `chosen` the position of the lead box to stress.
    """
    fig = _page(rgb, dark)
    if overlay == "everything":
        add_paper_edge(fig, found.flat.map.to_flat(found.flat.paper_corners))
        add_rows(fig, found.layout.boxes)
        add_boxes(fig, found, chosen)
        add_pulses(fig, found)
        add_scale_bar(fig, found)
        fig.layout.annotations = [*lead_notes(found), *scale_notes(found)]
    if overlay != "nothing":
        add_traces(fig, found, chosen)
    add_anchors(fig, found)
    return fig


def source_page_figure(
    found: Digitization, rgb: NDArray[np.uint8], *, dark: bool, chosen: int | None = None
) -> go.Figure:
    """The picture as it came under the paper's numbered corners and the mesh that flattens it."""
    fig = _page(rgb, dark)
    add_mesh(fig, found)
    corners = found.flat.paper_corners
    add_paper_edge(fig, corners)
    add_corners(fig, corners, chosen)
    _widen(fig, corners)
    return fig


def _page(rgb: NDArray[np.uint8], dark: bool) -> go.Figure:
    """A figure whose axes are the pixels of a picture, with the picture beneath."""
    height, width = rgb.shape[:2]
    fig = apply_theme(go.Figure(), dark)
    fig.add_layout_image(
        source=picture_uri(rgb),
        xref="x",
        yref="y",
        x=-0.5,
        y=-0.5,
        sizex=width,
        sizey=height,
        sizing="stretch",
        layer="below",
    )
    hidden = {"visible": False, "constrain": "domain"}
    fig.update_xaxes(range=[-0.5, width - 0.5], **hidden)
    fig.update_yaxes(range=[height - 0.5, -0.5], scaleanchor="x", scaleratio=1, **hidden)
    colours = palette(dark)
    fig.update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=False,
        hovermode=False,
        dragmode="select",
        newselection={"line": {"color": colours.accent, "width": 2, "dash": "solid"}},
        activeselection={"fillcolor": colours.accent, "opacity": 0.15},
        modebar={
            "orientation": "v",
            "bgcolor": "rgba(255,255,255,0.7)",
            "color": "#566873",
            "activecolor": "#0a6c8c",
        },
    )
    return fig


def _widen(fig: go.Figure, points: Points) -> None:
    """Make room for points outside the picture, a twentieth of its width around them."""
    (left, right), (bottom, top) = fig.layout.xaxis.range, fig.layout.yaxis.range
    room = (right - left) / 20
    fig.layout.xaxis.range = [min(left, points[:, 0].min() - room), max(right, points[:, 0].max() + room)]
    fig.layout.yaxis.range = [max(bottom, points[:, 1].max() + room), min(top, points[:, 1].min() - room)]
