"""Steep strokes whose ink is broken within a column, as where the two sides of a narrow R leave paper between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecg_core.digitization.candidates import Ints
from ecg_core.digitization.crossings import OwnInk
from ecg_core.digitization.runs import Runs

_SURE_INK = 0.5
_WIDEST_GAP = 6.0  # pens, between two pieces of a stroke


def whole_strokes(own: OwnInk, path: Ints, runs: Runs, pen_px: float) -> OwnInk:
    """Add to each row the runs that no row took, close to its own ink and beside what it covers in the next column.

    `path` numbers the run of each row and column, -1 where none.
    """
    top, bottom = own.top_px.copy(), own.bottom_px.copy()
    free = (runs.ink >= _SURE_INK) & (runs.height_px >= pen_px)
    free[path[path >= 0]] = False
    pieces = np.flatnonzero(free)
    column = runs.column[pieces]
    gap = np.maximum(runs.top_px[pieces] - bottom[:, column], top[:, column] - runs.bottom_px[pieces])
    near = np.argwhere((gap <= _WIDEST_GAP * pen_px).T)  # by piece, hence by column
    for order, step in ((near, -1), (near[::-1], 1)):
        for number, row in order:
            run, x = pieces[number], column[number]
            beside = x + step
            if not 0 <= beside < top.shape[1]:
                continue
            if top[row, beside] <= runs.bottom_px[run] and runs.top_px[run] <= bottom[row, beside]:
                top[row, x] = min(top[row, x], runs.top_px[run])
                bottom[row, x] = max(bottom[row, x], runs.bottom_px[run])
    return replace(own, top_px=top, bottom_px=bottom)
