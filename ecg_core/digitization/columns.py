"""Where the leads of a row begin and end: equal times, put right by breaks in the trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ecg_core.digitization.rows import COLUMN_STEP_PX, Row

_SPREAD_MM = 0.4  # how exactly breaks of different rows coincide
_REACH_MM = 2.0  # how far from equal parts a break is looked for
_CLEAR = 0.35  # by how much a boundary stands out from breaks by chance
_SAME_LINE_MM = 2.5  # names of a row stand at the same height
_SAME_PITCH = 0.01
_PITCH_RANGE = (0.9, 1.02, 0.98)  # least, unremarkable from, unremarkable to: of equal parts


@dataclass(frozen=True, eq=False)
class Breaks:
    """Share of the rows whose trace is interrupted or jumps, per column of the page `(width,)`.

    `chance` is what the clearest break within reach of any place typically comes to.
    """

    share: NDArray[np.float64]
    reach_px: float
    chance: float

    def near(self, x_px: float) -> tuple[float, float]:
        """The place of the clearest break within reach, and by how much it stands out from chance."""
        start = max(0, round(x_px - self.reach_px))
        part = self.share[start : round(x_px + self.reach_px) + 1]
        if part.size == 0:
            return x_px, 0.0
        return float(start + np.argmax(part)), max(0.0, float(part.max()) - self.chance)


def find_breaks(rows: Sequence[Row], width: int, px_per_mm: float) -> Breaks:
    """Where the trace of many rows breaks at the same place, which the steep but drawn strokes of beats do not."""
    spread_px, reach_px = _SPREAD_MM * px_per_mm, _REACH_MM * px_per_mm
    total = np.zeros(width)
    for row in rows:
        column = np.unique(row.x_px)
        first = np.searchsorted(row.x_px, column)
        top, bottom = np.minimum.reduceat(row.top_px, first), np.maximum.reduceat(row.bottom_px, first)
        apart = np.maximum(top[1:] - bottom[:-1], top[:-1] - bottom[1:]) > 1.0
        missing = np.diff(column) > COLUMN_STEP_PX
        broken = np.zeros(width)
        broken[((column[1:] + column[:-1]) / 2)[apart | missing].astype(int)] = 1.0
        peak = spread_px * np.sqrt(2 * np.pi)
        total += np.minimum(1.0, peak * gaussian_filter1d(broken, spread_px, mode="constant"))
    share = total / max(1, len(rows))
    x0, x1 = (round(rows[0].x0_px), round(rows[0].x1_px)) if rows else (0, 0)
    windows = maximum_filter1d(share[x0:x1], max(1, round(2 * reach_px)))[:: max(1, round(reach_px))]
    return Breaks(share, reach_px, float(np.quantile(windows, 0.75)) if windows.size else 0.0)


def possible_bounds(
    x0_px: float, x1_px: float, n_columns: int, places_px: NDArray[np.float64], px_per_mm: float
) -> Iterator[NDArray[np.float64]]:
    """The `n_columns` + 1 boundaries of the leads of a row: equal parts first, then as a page that was cut off.

    `places_px` `(n, 2)` are where lead names stand: they are as far apart as the leads, cut off or not.
    """
    yield np.linspace(x0_px, x1_px, n_columns + 1)
    pitch_px = _name_pitch_px(places_px, (x1_px - x0_px) / n_columns, n_columns, px_per_mm)
    if pitch_px is not None:
        steps = pitch_px * np.arange(n_columns + 1)
        yield np.minimum(x0_px + steps, x1_px)
        yield np.maximum(x1_px - steps[::-1], x0_px)


def _name_pitch_px(
    places_px: NDArray[np.float64], equal_px: float, n_columns: int, px_per_mm: float
) -> float | None:
    """How far names of one height are apart where that is not just an equal part of the row."""
    x, y = places_px.T
    apart = np.subtract.outer(x, x)[abs(np.subtract.outer(y, y)) < _SAME_LINE_MM * px_per_mm]
    steps = np.concatenate([apart / k for k in range(1, n_columns)]) if n_columns > 1 else apart[:0]
    least, same_from, same_to = _PITCH_RANGE[0], _PITCH_RANGE[2], _PITCH_RANGE[1]
    steps = steps[(steps > least * equal_px) & (steps < n_columns / (n_columns - 0.95) * equal_px)]
    if steps.size < 2:
        return None
    alike = abs(steps[:, None] / steps[None] - 1) < _SAME_PITCH
    best = alike[int(np.argmax(alike.sum(1)))]
    pitch_px = float(np.median(steps[best]))
    return None if best.sum() < 2 or same_from < pitch_px / equal_px < same_to else pitch_px


def seen_bounds(bounds_px: NDArray[np.float64], breaks: Breaks) -> tuple[NDArray[np.float64], float]:
    """Boundaries moved to the breaks near them, and how clearly they are seen on the whole, 0 to 1."""
    moved = bounds_px.copy()
    seen = [breaks.near(x) for x in bounds_px[1:-1]]
    for k, (place, clear) in enumerate(seen, start=1):
        if clear >= _CLEAR:
            moved[k] = place
    return moved, float(np.mean([clear for _, clear in seen])) if seen else 0.0
