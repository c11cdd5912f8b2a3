"""What was found on a page, drawn over it, layer by layer; everything in pixels of the picture shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
import plotly.graph_objects as go

from ecg_core.digitization.types import Box, Digitization, LeadBox, Points
from ecg_core.figures.confidence import LEVELS, ConfidenceLevel, confidence_level, confidence_words
from ecg_core.figures.scan_picture import corners_of

PAPER_EDGE = "#1b7f3b"
SCALE = "#1b7f3b"
PULSE = "#6a3d9a"
ANCHOR = "#d4006a"
NOTE_BACKGROUND = "rgba(255,255,255,0.82)"
SIMPLIFY_PX = 0.3  # a line drawn through fewer points strays less than this
BAR_MM = (25.0, 10.0)
BAR_STEP_MM = 5.0
MESH_STEP_MM = 25.0

Note = dict[str, Any]  # one of Plotly's annotations


def lead_confidence(found: Digitization, lead: str) -> float:
    """How far a lead can be trusted, 0 where nothing is known about it."""
    return next((known.confidence for known in found.leads if known.lead == lead), 0.0)


def _add_line(
    fig: go.Figure, lines: Iterable[Points], colour: str, width: float, name: str, **line: object
) -> None:
    """Polylines as one trace: a browser draws few traces faster than many."""
    parts = [part for points in lines for part in (points, np.full((1, 2), np.nan))]
    if not parts:
        return
    xy = np.concatenate(parts[:-1]).astype(np.float32)
    fig.add_scatter(
        x=xy[:, 0],
        y=xy[:, 1],
        mode="lines",
        line={"color": colour, "width": width, **line},
        connectgaps=False,
        hoverinfo="skip",
        name=name,
    )


def _closed(points: Points) -> Points:
    return np.concatenate([points, points[:1]])


def add_paper_edge(fig: go.Figure, corners: Points) -> None:
    """The edge of the paper through its corners, `(4, 2)`."""
    _add_line(fig, [_closed(corners)], PAPER_EDGE, 2.5, "Paper edge", dash="dash")


def add_corners(fig: go.Figure, corners: Points, chosen: int | None) -> None:
    """The corners of the paper with their numbers, the chosen one larger."""
    fig.add_scatter(
        x=corners[:, 0],
        y=corners[:, 1],
        mode="markers+text",
        marker={
            "color": PAPER_EDGE,
            "size": [22 if number == chosen else 15 for number in range(len(corners))],
            "line": {"color": "white", "width": 2},
        },
        text=[str(number + 1) for number in range(len(corners))],
        textfont={"color": "white", "size": 12},
        cliponaxis=False,
        hoverinfo="skip",
        name="Corners",
    )


def add_rows(fig: go.Figure, boxes: Sequence[LeadBox]) -> None:
    """The zero line of every lead box, row by row."""
    zero_lines = [
        np.array([(box.box.x0_px, box.baseline_px), (box.box.x1_px, box.baseline_px)]) for box in boxes
    ]
    _add_line(fig, zero_lines, "#566873", 1, "Rows", dash="dot")


def add_boxes(fig: go.Figure, found: Digitization, chosen: int | None) -> None:
    """The lead boxes in the colours of their leads' confidence, the chosen one whole and filled."""
    for level, boxes in _by_level(found):
        outlines = [_closed(corners_of(_own_band(found.layout.boxes, number))) for number in boxes]
        _add_line(fig, outlines, level.colour, 1, f"Lead boxes, {level.word}")
    if chosen is not None and chosen < len(found.layout.boxes):
        box = found.layout.boxes[chosen].box
        fig.add_scatter(
            x=_closed(corners_of(box))[:, 0],
            y=_closed(corners_of(box))[:, 1],
            mode="lines",
            fill="toself",
            fillcolor="rgba(10,108,140,0.10)",
            line={"color": "#0a6c8c", "width": 3},
            hoverinfo="skip",
            name="Chosen lead",
        )


def _own_band(boxes: Sequence[LeadBox], number: int) -> Box:
    """The part of a lead's box that is nearer to its zero line than to a neighbour's.

    Boxes reach far into their neighbours', where tall complexes do: drawn whole they would hide each other.
    """
    own = boxes[number]
    area = own.box
    beside = [box.baseline_px for box in boxes if box.box.x0_px < area.x1_px and box.box.x1_px > area.x0_px]
    above = [(own.baseline_px + y_px) / 2 for y_px in beside if y_px < own.baseline_px - 1]
    below = [(own.baseline_px + y_px) / 2 for y_px in beside if y_px > own.baseline_px + 1]
    return Box(area.x0_px, max([area.y0_px, *above]), area.x1_px, min([area.y1_px, *below]))


def add_pulses(fig: go.Figure, found: Digitization) -> None:
    """Boxes around the calibration pulses."""
    outlines = [_closed(corners_of(pulse.box)) for pulse in found.layout.pulses]
    _add_line(fig, outlines, PULSE, 1.5, "Calibration pulses", dash="dash")


def add_traces(fig: go.Figure, found: Digitization, chosen: int | None) -> None:
    """The followed lines, in the colour of each lead's confidence; dotted where no ink was seen."""
    for level, numbers in _by_level(found):
        lines = [_simplified(found, number) for number in numbers]
        _add_line(fig, lines, level.colour, 1.4, f"Traces, {level.word}")
    bridges = [bridge for number in range(len(found.traces)) for bridge in _bridges(found, number)]
    _add_line(fig, bridges, ANCHOR, 2.4, "Bridged", dash="dot")
    if chosen is not None and chosen < len(found.traces):
        line = _simplified(found, chosen)
        colour = confidence_level(lead_confidence(found, found.traces[chosen].box.lead)).colour
        _add_line(fig, [line], colour, 2.0, "Chosen trace")


def _by_level(found: Digitization) -> list[tuple[ConfidenceLevel, list[int]]]:
    """Positions of the lead boxes for each step of confidence."""
    levels = [confidence_level(lead_confidence(found, box.lead)) for box in found.layout.boxes]
    return [(level, [n for n, has in enumerate(levels) if has is level]) for level in LEVELS]


def _simplified(found: Digitization, number: int) -> Points:
    trace = found.traces[number]
    line = np.column_stack([trace.x_px, trace.y_px]).astype(np.float32)
    if len(line) < 3:
        return line.astype(np.float64)
    return cv2.approxPolyDP(line[:, np.newaxis], SIMPLIFY_PX, False)[:, 0].astype(np.float64)


def _bridges(found: Digitization, number: int) -> list[Points]:
    """The stretches of a trace that were carried across a gap in the ink."""
    trace = found.traces[number]
    edges = np.flatnonzero(np.diff(trace.bridged.astype(np.int8), prepend=0, append=0))
    line = np.column_stack([trace.x_px, trace.y_px])
    return [line[max(start - 1, 0) : end + 1] for start, end in edges.reshape(-1, 2)]


def add_anchors(fig: go.Figure, found: Digitization) -> None:
    """The user's anchors; with none, an unseen point: Plotly lets boxes be drawn only where a chart has points."""
    anchors = found.corrections.anchors
    fig.add_scatter(
        x=[anchor.x_px for anchor in anchors] or [0],
        y=[anchor.y_px for anchor in anchors] or [0],
        mode="markers",
        marker={
            "symbol": "circle-x-open",
            "size": 13,
            "color": ANCHOR,
            "line": {"width": 2.5},
            "opacity": 1 if anchors else 0,
        },
        unselected={"marker": {"opacity": 1 if anchors else 0}},
        hoverinfo="skip",
        name="Anchors",
    )


def _bar_origin(found: Digitization) -> tuple[float, float]:
    """Lower left corner of the scale bar, which stands in the page's lower right corner."""
    px_per_mm = found.flat.px_per_mm
    height, width = found.flat.rgb.shape[:2]
    return width - 1 - (BAR_MM[0] + 3) * px_per_mm, height - 1 - 3 * px_per_mm


def add_scale_bar(fig: go.Figure, found: Digitization) -> None:
    """A lattice of 5 mm squares, 25 by 10 mm, to be compared with the printed grid."""
    px_per_mm = found.flat.px_per_mm
    left, bottom = _bar_origin(found)
    width, height = (side * px_per_mm for side in BAR_MM)
    step = BAR_STEP_MM * px_per_mm
    columns = [np.array([(x, bottom), (x, bottom - height)]) for x in left + np.arange(0, width + 1, step)]
    rows = [np.array([(left, y), (left + width, y)]) for y in bottom - np.arange(0, height + 1, step)]
    _add_line(fig, [*columns, *rows], SCALE, 1.5, "5 mm squares")


def add_mesh(fig: go.Figure, found: Digitization) -> None:
    """Lines every 25 mm of the flat page, as they run in the source picture."""
    height, width = found.flat.rgb.shape[:2]
    step = MESH_STEP_MM * found.flat.px_per_mm
    x, y = np.linspace(0, width - 1, 25), np.linspace(0, height - 1, 25)
    columns = [np.column_stack([np.full_like(y, at), y]) for at in np.arange(0, width, step)]
    rows = [np.column_stack([x, np.full_like(x, at)]) for at in np.arange(0, height, step)]
    mesh = [found.flat.map.to_source(line) for line in (*columns, *rows)]
    _add_line(fig, mesh, SCALE, 1, "25 mm mesh")


def lead_notes(found: Digitization) -> list[Note]:
    """Name and confidence of each lead at the upper left of its band, in the colour of its confidence."""
    notes = []
    for number, box in enumerate(found.layout.boxes):
        confidence = lead_confidence(found, box.lead)
        name = f"−{box.lead}" if box.inverted else box.lead
        text = f"<b>{name}</b>{' rhythm' if box.rhythm else ''} {confidence_words(confidence)}"
        band = _own_band(found.layout.boxes, number)
        note = _note(band.x0_px, band.y0_px, text, confidence_level(confidence).colour)
        notes.append({**note, "yanchor": "top"})
    return notes


def scale_notes(found: Digitization) -> list[Note]:
    """What the scale bar stands for, beside it."""
    calibration = found.calibration
    left, bottom = _bar_origin(found)
    px_per_mm = found.flat.px_per_mm
    seconds = BAR_MM[0] / calibration.speed_mm_s
    text = (
        f"5 mm squares, {seconds:.3g} s wide" if calibration.known else "5 mm squares, if the scale is right"
    )
    note = _note(left - px_per_mm, bottom - 5 * px_per_mm, text, SCALE)
    return [{**note, "xanchor": "right"}]


def _note(x_px: float, y_px: float, text: str, colour: str) -> Note:
    return {
        "x": x_px,
        "y": y_px,
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "font": {"size": 11, "color": colour},
        "bgcolor": NOTE_BACKGROUND,
        "borderpad": 1,
    }
