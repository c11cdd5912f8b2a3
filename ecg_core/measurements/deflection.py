"""The main deflection of a wave that may be upright, inverted or biphasic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.measurements.stretches import at

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Deflection:
    """Summit of a wave in each row, `(rows,)` each; levels are NaN where the wave was not recorded whole."""

    index: NDArray[np.int64]  # sample of the row
    level_mv: Floats
    polarity: Floats  # +1 or -1
    departure_mv: Floats  # how far the wave departs from the line between its bounds, at most; positive


def main_deflection(mv: Floats, onset: Floats, offset: Floats) -> Deflection:
    """The summit of each row of `(rows, samples)` between `onset` and `offset` `(rows,)` in samples.

    The wave goes up or down as it departs most from the straight line between its bounds, so that an ST segment
    off the isoelectric level is not taken for an inverted T, and of a biphasic wave the larger part counts. The
    summit is its highest (lowest) sample.
    """
    known = np.isfinite(onset + offset)
    first, last = (np.rint(np.where(known, bound, 0)).astype(np.int64) for bound in (onset, offset))
    index = np.arange(mv.shape[1])
    inside = (index >= first[:, None]) & (index <= last[:, None])
    whole = known & (np.isfinite(mv) | ~inside).all(axis=1) & (first >= 0) & (last < mv.shape[1])
    filled = np.where(inside & whole[:, None], mv, 0.0)
    ends = at(filled, first.clip(0, mv.shape[1] - 1)), at(filled, last.clip(0, mv.shape[1] - 1))
    along = (index - first[:, None]) / np.maximum(last - first, 1)[:, None]
    departure = np.where(inside, filled - ends[0][:, None] - along * (ends[1] - ends[0])[:, None], 0.0)
    farthest = at(departure, np.abs(departure).argmax(axis=1))
    polarity = np.where(farthest < 0, -1.0, 1.0)
    summit = np.where(inside, polarity[:, None] * filled, -np.inf).argmax(axis=1)
    level_mv = np.where(whole, at(filled, summit), np.nan)
    return Deflection(summit, level_mv, polarity, np.where(whole, np.abs(farthest), np.nan))
