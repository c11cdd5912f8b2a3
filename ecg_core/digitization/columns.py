"""Where the leads of a row begin and end: equal times, put right by breaks in the trace and marks between leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ecg_core.digitization.rows import COLUMN_STEP_PX, Row
from ecg_core.digitization.types import InkMap

_SPREAD_MM = 0.4  # how exactly boundaries of different rows coincide
_MARK_MM = 4.0  # above and below the baseline, half of which a mark between leads fills at least
_STEP_MM = 0.25
_REACH_MM = 2.0  # how far from its expected place a boundary is looked for
_STRETCH = (-0.016, -0.012, -0.008, -0.004, 0.0, 0.004, 0.008, 0.012, 0.016)
_USUAL_STRETCH = 0.006
_CLEAR = 0.25  # by how much boundaries stand out from the likeliest other places of the page
_USUAL_LEADS_MM = (62.5, 125.0)  # 2.5 and 5 s at 25 mm/s, 2.5 s at 50 mm/s
_USUAL_LEAD, _USUAL_WITHIN = 2.0, 0.007  # how exactly the grid gives their length
_SAME_LINE_MM = 2.5  # names of a row stand at the same height
_SAME_PITCH = 0.01
_EQUAL_PARTS, _CUT_OFF = 1.5, 0.0  # log of how common


@dataclass(frozen=True, eq=False)
class Bounds:
    """`n_columns` + 1 boundaries; how clearly they are seen, 0 to 1; how plausible their kind is (log-likelihood)."""

    x_px: NDArray[np.float64]
    clear: float
    plausibility: float


def boundary_share(rows: Sequence[Row], ink: InkMap, px_per_mm: float) -> NDArray[np.float64]:
    """Share of the rows in which one lead may end and the next begin, per column of the page `(width,)`, smoothed.

    That is where the trace is interrupted or jumps and where a mark crosses it. The steep strokes of beats jump
    nowhere, as they are drawn, but look like marks: only places in equal distances tell boundaries.
    """
    spread_px = _SPREAD_MM * px_per_mm
    peak = spread_px * np.sqrt(2 * np.pi)
    total = np.zeros(ink.trace.shape[1])
    for row in rows:
        seen = np.zeros_like(total)
        seen[_breaks(row)] = 1.0
        seen[_marks(row, ink, px_per_mm)] = 1.0
        total += np.minimum(1.0, peak * gaussian_filter1d(seen, spread_px, mode="constant"))
    return total / max(1, len(rows))


def _breaks(row: Row) -> NDArray[np.int64]:
    """The columns at which the trace goes on after a gap or jump."""
    if not row.x_px.size:
        return np.zeros(0, np.int64)
    column = np.unique(row.x_px)
    first = np.searchsorted(row.x_px, column)
    top, bottom = np.minimum.reduceat(row.top_px, first), np.maximum.reduceat(row.bottom_px, first)
    apart = np.maximum(top[1:] - bottom[:-1], top[:-1] - bottom[1:]) > 1.0
    missing = np.diff(column) > COLUMN_STEP_PX
    return column[1:][apart | missing].astype(np.int64)


def _marks(row: Row, ink: InkMap, px_per_mm: float) -> NDArray[np.int64]:
    """The columns in which a line crosses the baseline upright."""
    low = max(0, round(row.baseline_px - _MARK_MM * px_per_mm))
    band = slice(low, round(row.baseline_px + _MARK_MM * px_per_mm) + 1)
    dark = ink.trace[band, ::COLUMN_STEP_PX] + ink.text[band, ::COLUMN_STEP_PX] > 0.5
    return np.flatnonzero(dark.mean(0) > 0.5) * COLUMN_STEP_PX


def possible_bounds(
    span_px: tuple[float, float],
    n_columns: int,
    share: NDArray[np.float64],
    places_px: NDArray[np.float64],
    px_per_mm: float,
    millimetres_known: bool,
) -> Iterator[Bounds]:
    """Boundaries of the leads of rows that run over `span_px`: equal parts first.

    Then as on a page that was cut off or has more on its rows than traces, with leads as far apart as the lead names
    at `places_px` `(n, 2)` or as is usual, which begin at either end of the rows or where boundaries are seen.
    """
    x0_px, x1_px = span_px
    equal_px = (x1_px - x0_px) / n_columns
    if n_columns == 1:
        yield Bounds(np.array(span_px), 0.0, _EQUAL_PARTS)
        return
    usual_px = [length * px_per_mm for length in _USUAL_LEADS_MM if millimetres_known]
    yield _seen(
        x0_px, equal_px, n_columns, share, px_per_mm, _EQUAL_PARTS + _usual(equal_px, usual_px), pinned=True
    )
    for pitch_px in usual_px + _name_pitch_px(places_px, equal_px, n_columns, px_per_mm):
        if 0.8 * equal_px < pitch_px < n_columns / (n_columns - 0.95) * equal_px:
            at_marks = _anchor_px(span_px, pitch_px, n_columns, share, px_per_mm)
            for start_px in (x0_px, x1_px - n_columns * pitch_px, at_marks):
                plausibility = _CUT_OFF + _usual(pitch_px, usual_px)
                found = _seen(start_px, pitch_px, n_columns, share, px_per_mm, plausibility)
                inside = np.clip(found.x_px, x0_px, x1_px)
                if (np.diff(inside) > 0.1 * pitch_px).all():
                    yield Bounds(inside, found.clear, found.plausibility)


def _usual(pitch_px: float, usual_px: Sequence[float]) -> float:
    """What speaks for leads that are as far apart as is usual."""
    off = min((abs(pitch_px / usual - 1) for usual in usual_px), default=np.inf)
    return float(_USUAL_LEAD * np.exp(-0.5 * (off / _USUAL_WITHIN) ** 2))


def _name_pitch_px(
    places_px: NDArray[np.float64], equal_px: float, n_columns: int, px_per_mm: float
) -> list[float]:
    """How far names of one height are apart, where several say the same."""
    x, y = places_px.T
    apart = np.subtract.outer(x, x)[abs(np.subtract.outer(y, y)) < _SAME_LINE_MM * px_per_mm]
    steps = np.concatenate([apart / k for k in range(1, n_columns)])
    steps = steps[(steps > 0.8 * equal_px) & (steps < 1.5 * equal_px)]
    if not steps.size:
        return []
    alike = abs(steps[:, None] / steps[None] - 1) < _SAME_PITCH
    best = alike[int(np.argmax(alike.sum(1)))]
    return [float(np.median(steps[best]))] if best.sum() > 1 else []


def _anchor_px(
    span_px: tuple[float, float],
    pitch_px: float,
    n_columns: int,
    share: NDArray[np.float64],
    px_per_mm: float,
) -> float:
    """Where the first lead begins if boundaries are where they are seen best."""
    slack_px = abs(span_px[1] - span_px[0] - n_columns * pitch_px) + _REACH_MM * px_per_mm
    starts = np.arange(span_px[0] - slack_px, span_px[0] + slack_px, _STEP_MM * px_per_mm)
    inner = pitch_px * np.arange(1, n_columns)
    return float(starts[int(np.argmax(_at(share, starts[:, None] + inner).mean(1)))])


def _seen(
    start_px: float,
    pitch_px: float,
    n_columns: int,
    share: NDArray[np.float64],
    px_per_mm: float,
    plausibility: float,
    pinned: bool = False,
) -> Bounds:
    """Boundaries at equal distances, moved and stretched a little together to where they are seen, if clearly.

    The outer ones stay where they are if `pinned`.
    """
    steps = np.arange(n_columns + 1)
    expected = start_px + pitch_px * steps
    shifts = np.arange(-pitch_px / 2, pitch_px / 2, _STEP_MM * px_per_mm)
    stretch = pitch_px * np.array(_STRETCH)
    moves = shifts[:, None, None] + stretch[None, :, None] * (
        steps - n_columns / 2
    )  # (shifts, stretches, boundaries)
    worth = _at(share, (expected + moves)[..., 1:-1]).mean(2)
    near = abs(shifts) <= _REACH_MM * px_per_mm
    unusual = 0.1 * (shifts[near, None] / px_per_mm) ** 2 + 0.1 * (np.array(_STRETCH) / _USUAL_STRETCH) ** 2
    best = np.unravel_index(int(np.argmax(worth[near] - unusual)), unusual.shape)
    elsewhere = worth[abs(shifts) > 1.5 * _REACH_MM * px_per_mm]
    clear = max(0.0, float(worth[near][best] - unusual[best] - elsewhere.max(initial=0.0)))
    if clear < _CLEAR:
        return Bounds(np.asarray(expected, np.float64), clear, plausibility)
    moved = np.asarray(expected + moves[near][best], np.float64)
    if pinned:
        moved[[0, -1]] = expected[[0, -1]]
    return Bounds(moved, clear, plausibility)


def _at(share: NDArray[np.float64], x_px: NDArray[np.float64]) -> NDArray[np.float64]:
    return share[np.clip(np.round(x_px), 0, len(share) - 1).astype(int)]
