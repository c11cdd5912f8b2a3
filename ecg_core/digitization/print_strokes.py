"""The blackest print on a page, and which way its rows run."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.types import Points

_WINDOWS_ALONG = 80  # darkness is measured against the mean of this part of the longer side
_BLACKEST = 0.995  # quantile of darkness that is print
_CONTRAST = 0.5  # part of that from which a pixel is print
_POINTS = 8_000  # at most, for the direction of rows
_BINS = 400  # across the page, for rows
_NO_WORSE = 0.95  # a page is taken for upright if its rows are as clear so
_COARSE_DEG, _FINE_DEG = 1.0, 0.05


@dataclass(frozen=True, eq=False)
class Strokes:
    """Print: its pixels `(n, 2)`, some left out where there are many, and the width of its strokes."""

    points_px: Points
    width_px: float


def find_strokes(rgb: NDArray[np.uint8], inside: NDArray[np.uint8] | None = None) -> Strokes:
    """The print on a page, within the mask `inside`."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    dark = cv2.subtract(cv2.blur(grey, (2 * (max(grey.shape) // _WINDOWS_ALONG) + 1,) * 2), grey)
    if inside is not None:
        dark *= inside
    ink = (dark > _CONTRAST * np.quantile(dark[::4, ::4], _BLACKEST)).astype(np.int8)
    edges = np.count_nonzero(np.diff(ink, axis=0)) + np.count_nonzero(np.diff(ink, axis=1))
    places = np.flatnonzero(ink)
    y, x = np.divmod(places[:: 1 + len(places) // _POINTS], ink.shape[1])
    # a stroke of length l crosses pixel edges 2 l (|cos| + |sin|) times, 8 l / pi times on the average
    return Strokes(np.column_stack([x, y]).astype(float), 8 * len(places) / (np.pi * max(float(edges), 1.0)))


def rowness(points: Points, across_deg: float = 0.0) -> float:
    """How much points gather in rows that run `across_deg` clockwise from the x axis: 1 not at all."""
    turn = np.deg2rad(across_deg)
    depth = points[:, 1] * np.cos(turn) - points[:, 0] * np.sin(turn)
    size = float(np.linalg.norm(np.ptp(points, axis=0))) + 1e-9
    bins = ((depth - depth.min()) * (_BINS / size)).astype(int)
    counts = np.bincount(bins)
    return float(np.sum(counts.astype(float) ** 2) * _BINS / len(points) ** 2)


def row_direction_deg(points: Points, within_deg: float = 45.0) -> float:
    """The direction, clockwise from the x axis, in which rows of print run most clearly."""
    if len(points) < 2:
        return 0.0
    coarse = np.arange(-within_deg, within_deg + _COARSE_DEG / 2, _COARSE_DEG)
    best = coarse[int(np.argmax([rowness(points, angle) for angle in coarse]))]
    fine = best + np.arange(-_COARSE_DEG, _COARSE_DEG + _FINE_DEG / 2, _FINE_DEG)
    clear = [rowness(points, angle) for angle in fine]
    best = fine[int(np.argmax(clear))]
    return 0.0 if rowness(points) > _NO_WORSE * max(clear) else float(best)
