"""From the two edges of an inked line to the line that the pen drew.

The ink is the line thickened by a round pen (in terms of mathematical morphology a dilation by a disc), so rolling
that disc along the upper edge from below gives the line back, except that it can't enter narrow valleys; rolling it
along the lower edge loses narrow peaks instead. Where both agree, which is nearly everywhere, that is the line. At the
tip of a narrow peak the upper edge is right and at the tip of a narrow valley the lower one; between tips we go over
from one to the other. R and S peaks so keep their height although their strokes merge. Where an edge is hidden in
other ink the line is only known to lie between what the two discs reach, and a guess is taken there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.signal import find_peaks

from ecg_core.digitization.candidates import Floats
from ecg_core.digitization.types import Points

SAMPLES_PER_PX = 6
_FINE_PER_PX = 24  # in which the disc is rolled
_DISC_POINTS = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 13))  # horizontally, in radii
_TIP_PROMINENCE_PX = 0.1
_THIN = 1.2  # times the pen: up to here the centroid of the ink is the better measure of its middle
_TALL = 1.6  # and from here on the edges


def pen_line(
    top_px: Floats, bottom_px: Floats, centre_px: Floats, pen_px: float, guesses: Sequence[Points] = ()
) -> tuple[Floats, Floats]:
    """The line behind the edges and centroid of the ink in successive columns, each `(n,)`, for a pen of this width.

    Edges are NaN where they are hidden; there the line follows one of `guesses`, polylines with x counted in columns
    from the first. Returns x, counted likewise, and y, both `(m,)`, SAMPLES_PER_PX to a column.
    """
    columns = np.arange(len(centre_px))
    if len(columns) < 2:
        return columns.astype(np.float64), centre_px
    x = np.arange((len(columns) - 1) * SAMPLES_PER_PX + 1) / SAMPLES_PER_PX
    highest, lowest, unsure = _reach(top_px, bottom_px, pen_px)
    top, bottom = _filled(top_px, centre_px), _filled(bottom_px, centre_px)
    height = np.interp(x, columns, bottom - top) / pen_px
    tall = np.clip((height - _THIN) / (_TALL - _THIN), 0, 1)
    share = _share_of_upper(x, top, bottom)
    safe_highest, safe_lowest = np.where(unsure, 0, highest), np.where(unsure, 0, lowest)
    at_edges = safe_lowest + share * (safe_highest - safe_lowest)
    y = tall * at_edges + (1 - tall) * np.interp(x, columns, centre_px)
    if unsure.any():
        guess = _guess(x, guesses, pen_px)
        guess = np.where(np.isnan(guess), np.interp(x, columns, centre_px), guess)
        y[unsure] = np.minimum(np.maximum(guess, highest), lowest)[unsure]
    return x, y


def _reach(top_px: Floats, bottom_px: Floats, pen_px: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """How high and how low the line can be, and where that is not sure because an edge beside it is hidden."""
    upper, lower = _fine(top_px, -np.inf), _fine(bottom_px, np.inf)
    hidden = ~(np.isfinite(upper) & np.isfinite(lower))
    radius = max(round(pen_px / 2 * _FINE_PER_PX), 1)
    length = len(upper)
    upper, lower = np.pad(upper, radius, mode="edge"), np.pad(lower, radius, mode="edge")
    hidden = np.pad(hidden, radius, mode="edge")
    highest, lowest, unsure = np.full(length, -np.inf), np.full(length, np.inf), np.zeros(length, bool)
    for beside in np.unique(np.round(_DISC_POINTS * radius).astype(int)):
        shifted = slice(radius + beside, radius + beside + length)
        reach = pen_px / 2 * np.sqrt(1 - (beside / radius) ** 2)
        np.maximum(highest, upper[shifted] + reach, out=highest)
        np.minimum(lowest, lower[shifted] - reach, out=lowest)
        unsure |= hidden[shifted]
    step = slice(None, None, _FINE_PER_PX // SAMPLES_PER_PX)
    return highest[step], lowest[step], unsure[step]


def _fine(edge_px: Floats, hidden: float) -> Floats:
    """An edge between columns, `hidden` beside the columns where it is NaN."""
    columns = np.arange(len(edge_px))
    seen = ~np.isnan(edge_px)
    fine = np.arange((len(columns) - 1) * _FINE_PER_PX + 1) / _FINE_PER_PX
    if seen.sum() < 2:
        return np.full(len(fine), hidden)
    values = PchipInterpolator(columns[seen], edge_px[seen])(fine)
    return np.where(seen[np.floor(fine).astype(int)] & seen[np.ceil(fine).astype(int)], values, hidden)


def _filled(edge_px: Floats, centre_px: Floats) -> Floats:
    columns, seen = np.arange(len(edge_px)), ~np.isnan(edge_px)
    return np.interp(columns, columns[seen], edge_px[seen]) if seen.any() else centre_px


def _guess(x: Floats, guesses: Sequence[Points], pen_px: float) -> Floats:
    """The guessed polylines, carried on by a pen at either end, NaN elsewhere."""
    guess = np.full(len(x), np.nan)
    for corners in guesses:
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners[0], corners[1], corners[-2], corners[-1]
        here = (x >= x0 - pen_px) & (x <= x3 + pen_px) & np.isnan(guess)
        at = x[here]
        line = np.interp(at, corners[:, 0], corners[:, 1])
        line = np.where(at < x0, y0 + (y1 - y0) / (x1 - x0) * (at - x0), line)
        guess[here] = np.where(at > x3, y3 + (y3 - y2) / (x3 - x2) * (at - x3), line)
    return guess


def _share_of_upper(x: Floats, top_px: Floats, bottom_px: Floats) -> Floats:
    """1 at the tips of peaks, 0 at those of valleys, in between by position."""
    peaks, valleys = _tips(-top_px), _tips(bottom_px)
    if not len(peaks) + len(valleys):
        return np.full(len(x), 0.5)
    at = np.concatenate([peaks, valleys])
    share = np.repeat([1.0, 0.0], [len(peaks), len(valleys)])
    order = np.argsort(at)
    return np.interp(x, at[order], share[order])


def _tips(height: Floats) -> Floats:
    """Where a line has its maxima, between columns: by a parabola, or the middle of a plateau."""
    index, found = find_peaks(height, prominence=_TIP_PROMINENCE_PX, plateau_size=1)
    before, at, after = height[index - 1], height[index], height[index + 1]
    single = found["left_edges"] == found["right_edges"]
    bend = np.where(single, before - 2 * at + after, -1.0)
    middle = (found["left_edges"] + found["right_edges"]) / 2
    return np.where(single, index + 0.5 * (before - after) / bend, middle)
