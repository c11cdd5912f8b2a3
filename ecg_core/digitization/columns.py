"""Where the leads of a row begin and end: equal times, put right by breaks in the trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ecg_core.digitization.rows import COLUMN_STEP_PX, Row

_SPREAD_MM = 0.4  # how exactly breaks of different rows coincide
_REACH_MM = 2.0  # how far from equal parts a break is looked for
_STEP_MM = 0.2
_USUAL_SHIFT_MM = 0.7
_CLEAR = 0.25  # by how much breaks at the boundaries stand out from breaks by chance
_SAME_LINE_MM = 2.5  # names of a row stand at the same height
_SAME_PITCH = 0.01
_PITCH_RANGE = (0.9, 1.02, 0.98)  # least, unremarkable from, unremarkable to: of equal parts


def break_share(rows: Sequence[Row], width: int, px_per_mm: float) -> NDArray[np.float64]:
    """Share of the rows whose trace is interrupted or jumps, per column of the page `(width,)`, smoothed.

    The steep but drawn strokes of beats, which stand at the same place in all rows too, do not count.
    """
    spread_px = _SPREAD_MM * px_per_mm
    total = np.zeros(width)
    for row in rows:
        column = np.unique(row.x_px)
        first = np.searchsorted(row.x_px, column)
        top, bottom = np.minimum.reduceat(row.top_px, first), np.maximum.reduceat(row.bottom_px, first)
        apart = np.maximum(top[1:] - bottom[:-1], top[:-1] - bottom[1:]) > 1.0
        missing = np.diff(column) > COLUMN_STEP_PX
        broken = np.zeros(width)
        broken[column[1:][apart | missing].astype(int)] = 1.0  # where it goes on: a lead may end early
        peak = spread_px * np.sqrt(2 * np.pi)
        total += np.minimum(1.0, peak * gaussian_filter1d(broken, spread_px, mode="constant"))
    return total / max(1, len(rows))


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


def seen_bounds(
    bounds_px: NDArray[np.float64], breaks: NDArray[np.float64], px_per_mm: float
) -> tuple[NDArray[np.float64], float]:
    """The boundaries within a row moved and stretched together to where its traces break, where that is clear.

    The second answer is by how much the breaks there stand out from those by chance, 0 to 1.
    """
    inner = bounds_px[1:-1]
    if inner.size == 0:
        return bounds_px, 0.0
    shifts = np.arange(-_REACH_MM, _REACH_MM + _STEP_MM / 2, _STEP_MM)
    first, last = (shift.ravel() for shift in np.meshgrid(shifts, shifts))
    part = np.linspace(0, 1, inner.size) if inner.size > 1 else np.zeros(1)
    moves_px = px_per_mm * (first[:, None] * (1 - part) + last[:, None] * part)  # (moves, boundaries)
    unusual = 0.15 * ((first / _USUAL_SHIFT_MM) ** 2 + ((last - first) / _USUAL_SHIFT_MM) ** 2)
    share = _at(breaks, inner + moves_px).mean(1)
    best = int(np.argmax(share - unusual))
    pitch_px = float(np.median(np.diff(bounds_px)))
    elsewhere = [
        _at(breaks, inner + moves_px + offset * pitch_px).mean(1).max()
        for offset in (-0.6, -0.4, -0.2, 0.2, 0.4, 0.6)
    ]
    clear = max(0.0, float(share[best] - np.median(elsewhere)))
    moved = bounds_px.copy()
    if clear >= _CLEAR:
        moved[1:-1] += moves_px[best]
    return moved, clear


def _at(breaks: NDArray[np.float64], x_px: NDArray[np.float64]) -> NDArray[np.float64]:
    return breaks[np.clip(np.round(x_px), 0, len(breaks) - 1).astype(int)]
