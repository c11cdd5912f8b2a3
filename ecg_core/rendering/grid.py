"""The printed grid, with exact coverage of pixels by its lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.rendering.style import Colour, GridMark, GridStyle

Profile = NDArray[np.float32]  # coverage 0 to 1 along one direction of the page
_Marks = tuple[GridMark, float, Colour, float]  # kind, period and width in mm


def grid_paper(
    size: tuple[int, int], px_per_mm: float, paper: Colour, style: GridStyle, *, antialias: bool
) -> NDArray[np.uint8]:
    """Paper of `size` (width, height) px with its grid, `(height, width, 3)` uint8."""
    width, height = size
    rgb = np.full((height, width, 3), paper, np.uint8)
    minor: _Marks = (style.minor, 1.0, style.minor_colour, style.minor_width_mm)
    major: _Marks = (style.major, 5.0, style.major_colour, style.major_width_mm)
    marks = [major, minor] if style.minor_on_top else [minor, major]
    if style.heavy_colour is not None:
        marks.append(("lines", 25.0, style.heavy_colour, style.major_width_mm))
    for mark, period_mm, colour, width_mm in marks:
        margins_mm = ((style.margin_mm, style.margin_mm), (style.margin_mm + style.top_mm, style.margin_mm))
        across = [
            _profile(length, px_per_mm, period_mm, width_mm, offset, margin, antialias)
            for length, offset, margin in zip(size, style.offset_mm, margins_mm, strict=True)
        ]
        _print_marks(rgb, mark, across, colour)
    return rgb


def _profile(
    length_px: int,
    px_per_mm: float,
    period_mm: float,
    width_mm: float,
    offset_mm: float,
    margins_mm: tuple[float, float],
    antialias: bool,
) -> Profile:
    """How much of each pixel the lines cover that cross this direction; the page's edge is at -0.5 px."""
    length_mm = length_px / px_per_mm
    first = np.ceil((margins_mm[0] - offset_mm) / period_mm)
    last = np.floor((length_mm - margins_mm[1] - offset_mm) / period_mm)
    centres = (np.arange(first, last + 1) * period_mm + offset_mm) * px_per_mm - 0.5
    if not antialias:
        return _hard_profile(length_px, centres, max(1, round(width_mm * px_per_mm)))
    half = width_mm * px_per_mm / 2
    edges = np.arange(length_px + 1) - 0.5
    # Ink left of each pixel edge, from whole lines and the one that the edge cuts.
    filled = np.zeros(length_px + 1)
    for centre in centres:
        filled += np.clip(edges - (centre - half), 0, 2 * half)
    return np.clip(np.diff(filled), 0, 1).astype(np.float32)


def _hard_profile(length_px: int, centres: NDArray[np.float64], width_px: int) -> Profile:
    profile = np.zeros(length_px, np.float32)
    for start in np.round(centres - (width_px - 1) / 2).astype(int):
        profile[max(start, 0) : max(start + width_px, 0)] = 1
    return profile


def _print_marks(rgb: NDArray[np.uint8], mark: GridMark, across: list[Profile], colour: Colour) -> None:
    columns, rows = across
    if mark == "lines":
        _blend(rgb, slice(None), np.flatnonzero(columns), columns[columns > 0][None, :], colour)
        _blend(rgb, np.flatnonzero(rows), slice(None), rows[rows > 0][:, None], colour)
    elif mark == "dots":
        dots = rows[rows > 0][:, None] * columns[columns > 0][None, :]
        _blend(rgb, np.flatnonzero(rows)[:, None], np.flatnonzero(columns)[None, :], dots, colour)


def _blend(
    rgb: NDArray[np.uint8],
    rows: NDArray[np.intp] | slice,
    columns: NDArray[np.intp] | slice,
    cover: Profile,
    colour: Colour,
) -> None:
    below = rgb[rows, columns].astype(np.float32)
    above = np.array(colour, np.float32)
    rgb[rows, columns] = np.round(below + cover[..., None] * (above - below)).astype(np.uint8)
