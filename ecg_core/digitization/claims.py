"""Two rows in the ink of one: what is mended after every row was followed by itself."""

from __future__ import annotations

import numpy as np

from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.runs import Runs, stretches

_LONGEST_SHARED_MM = 3.0  # of a thin line: two lines hide each other for no longer
_THIN = 1.6  # pens
_SURE_INK = 0.7  # of a run that is no speck


def settle_claims(path: Ints, runs: Runs, baseline_px: Floats, pen_px: float, px_per_mm: float) -> Ints:
    """The paths with no line borrowed from another row and no stroke left to nobody.

    `path` numbers the run of each row and column, -1 where none; `baseline_px` is `(columns, rows)`.
    """
    path = _claim_unused(path, runs, pen_px)
    return _return_borrowed(path, runs, baseline_px, pen_px, px_per_mm)


def _claim_unused(path: Ints, runs: Runs, pen_px: float) -> Ints:
    """Give unused runs to rows that share the run above or below them with another row.

    Of rows that share, the one moves that came from farther away, as long as it stays connected to its own path.
    """
    path = path.copy()
    uses = np.bincount(path[path >= 0], minlength=len(runs.column))
    free = (uses == 0) & (runs.height_px >= pen_px) & (runs.ink >= _SURE_INK)
    columns = np.unique(runs.column[free & np.isin(runs.column, runs.column[uses > 1])]).tolist()
    for x, step in [(x, -1) for x in columns] + [(x, 1) for x in columns[::-1]]:
        if not 0 <= x + step < path.shape[1]:
            continue
        for run in sorted({int(run) for run in path[:, x] if run >= 0 and uses[run] > 1}):
            rows = np.flatnonzero(path[:, x] == run).tolist()
            mover = max(rows, key=lambda row: _way(path[row], uses, runs, x, step))
            for other in (run - 1, run + 1):
                here = 0 <= other < len(free) and runs.column[other] == x and free[other]
                if here and uses[run] > 1 and _touch(other, path[mover, x + step], runs):
                    path[mover, x], free[other] = other, False
                    uses[run] -= 1
                    uses[other] += 1
    return path


def _way(path: Ints, uses: Ints, runs: Runs, x: int, step: int) -> float:
    """How far from its run in column `x` a row was where it last had one for itself."""
    here, column = runs.centre_px[path[x]], x + step
    while 0 <= column < len(path):
        if path[column] >= 0 and uses[path[column]] == 1:
            return float(abs(runs.centre_px[path[column]] - here))
        column += step
    return 0.0


def _touch(one: int, other: int, runs: Runs) -> bool:
    """Whether two runs of neighbouring columns overlap."""
    return bool(
        other >= 0 and runs.top_px[one] <= runs.bottom_px[other] and runs.top_px[other] <= runs.bottom_px[one]
    )


def _return_borrowed(path: Ints, runs: Runs, baseline_px: Floats, pen_px: float, px_per_mm: float) -> Ints:
    """Leave out what a row follows of another row's line for long: its own ink is missing there."""
    settled = path.copy()
    uses = np.bincount(path[path >= 0], minlength=len(runs.column))
    thin = runs.height_px < _THIN * pen_px
    borrowed = (path >= 0) & (uses[path] > 1) & thin[path]
    away = np.where(borrowed, np.abs(runs.centre_px[path] - baseline_px.T), -np.inf)
    for row in range(len(path)):
        same = (path == path[row]) & borrowed[row]
        farthest = np.where(same, away, -np.inf).max(axis=0)
        mine = borrowed[row] & (away[row] >= farthest)
        for first, last in stretches(mine):
            if last - first + 1 > _LONGEST_SHARED_MM * px_per_mm:
                settled[row, first : last + 1] = -1
    return settled
