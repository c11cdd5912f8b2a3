"""From the two edges of an inked line to the line that the pen drew.

The ink is the line thickened by a round pen (in terms of mathematical morphology a dilation by a disc), so rolling
that disc along the upper edge from below gives the line back, except that it can't enter narrow valleys; rolling it
along the lower edge loses narrow peaks instead. Where both agree, which is nearly everywhere, that is the line. At the
tip of a narrow peak the upper edge is right and at the tip of a narrow valley the lower one; between tips we go over
from one to the other. R and S peaks so keep their height although their strokes merge.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.signal import find_peaks

from ecg_core.digitization.candidates import Floats

SAMPLES_PER_PX = 6
_FINE_PER_PX = 24  # in which the disc is rolled
_DISC_POINTS = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 13))  # horizontally, in radii
_TIP_PROMINENCE_PX = 0.1
_THIN = 1.2  # times the pen: up to here the centroid of the ink is the better measure of its middle
_TALL = 1.6  # and from here on the edges


def pen_line(top_px: Floats, bottom_px: Floats, centre_px: Floats, pen_px: float) -> tuple[Floats, Floats]:
    """The line behind the edges and centroid of the ink in successive columns, each `(n,)`, for a pen of this width.

    Returns x, counted in columns from the first, and y, both `(m,)`, SAMPLES_PER_PX to a column.
    """
    columns = np.arange(len(top_px))
    if len(columns) < 2:
        return columns.astype(np.float64), centre_px
    x = np.arange((len(columns) - 1) * SAMPLES_PER_PX + 1) / SAMPLES_PER_PX
    fine = np.arange((len(columns) - 1) * _FINE_PER_PX + 1) / _FINE_PER_PX
    radius = max(round(pen_px / 2 * _FINE_PER_PX), 1)
    upper, lower = (
        np.pad(PchipInterpolator(columns, edge)(fine), radius, mode="edge") for edge in (top_px, bottom_px)
    )
    from_above, from_below = np.full(len(fine), -np.inf), np.full(len(fine), np.inf)
    for beside in np.unique(np.round(_DISC_POINTS * radius).astype(int)):
        shifted = slice(radius + beside, radius + beside + len(fine))
        reach = pen_px / 2 * np.sqrt(1 - (beside / radius) ** 2)
        np.maximum(from_above, upper[shifted] + reach, out=from_above)
        np.minimum(from_below, lower[shifted] - reach, out=from_below)
    from_above, from_below = (edge[:: _FINE_PER_PX // SAMPLES_PER_PX] for edge in (from_above, from_below))
    at_edges = from_below + _share_of_upper(x, top_px, bottom_px) * (from_above - from_below)
    height = np.interp(x, columns, bottom_px - top_px) / pen_px
    tall = np.clip((height - _THIN) / (_TALL - _THIN), 0, 1)
    return x, tall * at_edges + (1 - tall) * np.interp(x, columns, centre_px)


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
