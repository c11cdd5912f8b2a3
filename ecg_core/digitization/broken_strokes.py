"""Steep strokes whose ink is broken within a column, as where the two sides of a narrow R leave paper between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.crossings import OwnInk
from ecg_core.digitization.runs import Runs


def whole_strokes(own: OwnInk, path: Ints, runs: Runs, pen_px: float) -> OwnInk:
    """Add to each row the runs that no row took, close to its own and within what it covers in the columns beside.

    `path` numbers the run of each row and column, -1 where none.
    """
    top, bottom = own.top_px.copy(), own.bottom_px.copy()
    highest, lowest = _beside(own.top_px, np.fmin), _beside(own.bottom_px, np.fmax)
    unused = np.setdiff1d(np.arange(len(runs.column)), path)
    column = runs.column[unused]
    seen = np.isfinite(own.top_px[:, column])
    middle = (runs.top_px[unused] + runs.bottom_px[unused]) / 2
    within = seen & (highest[:, column] <= middle) & (middle <= lowest[:, column])
    gap = np.maximum(runs.top_px[unused] - bottom[:, column], top[:, column] - runs.bottom_px[unused])
    within &= gap <= pen_px
    for row, number in np.argwhere(within):
        run, x = unused[number], column[number]
        top[row, x] = min(top[row, x], runs.top_px[run])
        bottom[row, x] = max(bottom[row, x], runs.bottom_px[run])
    return replace(own, top_px=top, bottom_px=bottom)


def _beside(edge: Floats, extreme: np.ufunc) -> Floats:
    """The extreme of an edge over the columns before and after, `(rows, columns)`."""
    padded = np.pad(edge, ((0, 0), (1, 1)), constant_values=np.nan)
    return extreme(padded[:, :-2], padded[:, 2:])
