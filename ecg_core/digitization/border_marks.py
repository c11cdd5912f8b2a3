"""The exact places between the leads of a row, where a device prints bars, dashes or dotted lines across its rows.

Such marks look alike at all places between leads and reach above and below the baseline; no beats do both in most
rows at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.rows import Row
from ecg_core.digitization.types import InkMap

_REACH_MM = 3.5  # of a mark from where it is expected
_BAND_MM = 8.0  # above and below the baseline
_DOTS_APART_MM = 1.2  # at most, in one line
_SHORTEST_MM = 1.6  # of bars, dashes and lines of dots
_ALIKE_MM = 0.4  # how exactly marks of different rows stand at the same height
_INK = 0.2
_MOST_ROWS = 0.66
_EACH_SIDE_MM = 2.0  # of ink above and below the baseline
_FILLED = 0.6  # of the mark's height at every place where it is seen
_FAR = 0.1  # what a millimetre counts by which marks are moved or stretched from where they are expected
_STRETCH_MM = 1.2  # from one border to the next
_NEAR_MM = 0.4  # how exactly marks of one print stand in equal distances

Site = NDArray[np.float64]  # (height, width) of the surroundings of a border: share of rows with upright ink


def marked_bounds(
    bounds_px: NDArray[np.float64], rows: Sequence[Row], ink: InkMap, px_per_mm: float
) -> NDArray[np.float64]:
    """The boundaries of leads `(columns + 1,)`, inner ones moved to the marks that stand at all of them.

    They stay where marks agree with them, as equal distances are the more exact; so does a single one, as nothing
    tells its mark from a beat.
    """
    reach, inner = round(_REACH_MM * px_per_mm), np.round(bounds_px[1:-1]).astype(int)
    whole = (inner >= reach) & (inner < ink.trace.shape[1] - reach)
    if len(inner) < 2 or not whole.all():
        return bounds_px
    sites = [_upright_share(x, rows, ink, px_per_mm) for x in inner]
    mark = max((_best_mark(site) for site in sites), key=_both_sides)
    if _both_sides(mark) < _EACH_SIDE_MM * px_per_mm:
        return bounds_px
    filled = np.array([site[mark].mean(axis=0) for site in sites])
    moves = _moves(filled, round(_NEAR_MM * px_per_mm), px_per_mm)
    if moves is None or abs(moves).max() <= _NEAR_MM * px_per_mm:
        return bounds_px
    return np.array([bounds_px[0], *inner + moves, bounds_px[-1]])


def _moves(filled: NDArray[np.float64], near: int, px_per_mm: float) -> NDArray[np.float64] | None:
    """How far each mark is from where it is expected, given how well it is filled in each column `(sites, columns)`.

    None where a mark is missing or they do not stand in equal distances.
    """
    found = []
    for of_site, column in zip(filled, _together(filled, near, px_per_mm), strict=True):
        first = max(column - 2 * near, 0)
        close = of_site[first : column + 2 * near + 1]
        if close.max() < _FILLED:
            return None
        found.append(first + _middle(close) - filled.shape[1] // 2)
    line = np.polynomial.Polynomial.fit(np.arange(len(found)), found, 1)
    return np.array(found) if (abs(found - line(np.arange(len(found)))) <= near).all() else None


def _together(filled: NDArray[np.float64], near: int, px_per_mm: float) -> NDArray[np.int64]:
    """The column of each site near which it is filled best, where all are moved and stretched alike."""
    filled = cv2.dilate(filled, np.ones((1, 2 * near + 1)))
    steps = np.arange(len(filled)) - (len(filled) - 1) / 2
    middle = filled.shape[1] // 2
    shifts = np.arange(-middle, middle + 1)
    stretches = np.arange(-_STRETCH_MM, _STRETCH_MM, _NEAR_MM / 2) * px_per_mm
    columns = np.round(middle + shifts[:, None, None] + stretches[:, None] * steps).astype(int)
    columns = columns.clip(0, filled.shape[1] - 1)
    unusual = _FAR * (abs(shifts)[:, None] + abs(stretches)) / px_per_mm
    worth = filled[np.arange(len(filled)), columns].mean(axis=2) - unusual
    best: NDArray[np.int64] = columns[np.unravel_index(int(np.argmax(worth)), worth.shape)]
    return best


def _upright_share(x_px: int, rows: Sequence[Row], ink: InkMap, px_per_mm: float) -> Site:
    """The share of rows with upright strokes or dots in each pixel about a border, counted from the baselines."""
    reach, band = round(_REACH_MM * px_per_mm), round(_BAND_MM * px_per_mm)
    columns = slice(x_px - reach, x_px + reach + 1)
    total = np.zeros((2 * band + 1, 2 * reach + 1))
    for row in rows:
        top = round(row.baseline_px) - band
        inside = slice(max(top, 0), top + 2 * band + 1)
        part = ink.trace[inside, columns] + ink.pulse[inside, columns] + ink.text[inside, columns]
        seen = np.zeros(total.shape, np.uint8)
        seen[inside.start - top : inside.start - top + len(part)] = part > _INK
        for operation, size_mm in ((cv2.MORPH_CLOSE, _DOTS_APART_MM), (cv2.MORPH_OPEN, _SHORTEST_MM)):
            seen = cv2.morphologyEx(seen, operation, np.ones((round(size_mm * px_per_mm), 1), np.uint8))
        total += cv2.dilate(seen, np.ones((2 * round(_ALIKE_MM * px_per_mm / 2) + 1, 3), np.uint8))
    return total / len(rows)


def _best_mark(site: Site) -> NDArray[np.bool_]:
    """The heights at which most rows have ink in that column that has most of it on both sides of the baseline."""
    common = site >= _MOST_ROWS
    return common[:, int(np.argmax([_both_sides(column) for column in common.T]))]


def _both_sides(heights: NDArray[np.bool_]) -> int:
    """How much of a mark is above or below the baseline, whichever is less."""
    middle = len(heights) // 2
    return int(min(heights[:middle].sum(), heights[middle + 1 :].sum()))


def _middle(filled: NDArray[np.float64]) -> float:
    """The middle of the columns that are filled as well as the best one."""
    best = int(np.argmax(filled))
    alike = filled >= filled[best] - 0.1
    first = best - int(np.argmin(np.r_[alike[best::-1], False]))
    behind = best + int(np.argmin(np.r_[alike[best:], False]))
    return (first + 1 + behind - 1) / 2
