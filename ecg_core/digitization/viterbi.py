"""The best path of every row of a page through the runs of ink in its columns, all rows at once.

The states of a row in one column are the runs that it may pass through there and "no ink seen". A path pays for faint
ink and for columns without any, for the distance between the runs of neighbouring columns (none where they overlap,
since a steep stroke fills tall runs), for leaving the course it held so far, and for ink nearer to another row. Each
state remembers the course of its own best path, as in per-survivor processing (Raheli, Polydoros & Tzou 1995), which
resolves crossings at the price of a first-order path.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.candidates import Bands, Candidates, Floats, Ints
from ecg_core.digitization.runs import Runs

# Prices, all per mm of paper: of a column along time, of a distance across.
_NO_INK = 3.0
_FAINT = 1.0  # ink of probability 0
_FOREIGN = 2.0  # lying on the baseline of another row
_JUMP = 1.5
_TURN = 0.1
_LARGEST_TURN_MM = 1.0  # beyond it a change of course is a QRS complex and costs no more

_START_MM = 5.0  # above and below its baseline, where a line may begin at no price
_FAR_PX = 1e6
_COURSE_KEPT = 0.7  # share of the course so far that one more column leaves
_THIN = 1.6  # times the width of the pen: a taller run is a stroke or a crossing and shows no course


def decode(runs: Runs, candidates: Candidates, bands: Bands, pen_px: float, px_per_mm: float) -> Ints:
    """The cheapest path of every row, as numbers of runs `(rows, columns)`, -1 where no ink was seen."""
    run = candidates.run
    columns, rows, count = run.shape
    top, bottom, centre = (
        np.append(edge, _FAR_PX)[run] for edge in (runs.top_px, runs.bottom_px, runs.centre_px)
    )
    highest = np.minimum(top + pen_px / 2, centre)  # where the middle of the line may lie in a run
    lowest = np.maximum(bottom - pen_px / 2, centre)
    thin = bottom - top < _THIN * pen_px
    price = _prices(runs, candidates, np.isnan(bands.top_px), px_per_mm)
    jump_price, turn_price = _JUMP / px_per_mm, _TURN / px_per_mm
    largest_turn = _LARGEST_TURN_MM * px_per_mm

    row, state = np.arange(rows)[:, None], np.arange(count + 1)
    cost = np.zeros((rows, count + 1))
    # What each state remembers: edges of the last run, where the line was in it, its course in px per column. At
    # first the line may be anywhere around its baseline, but not in another row.
    memory = np.zeros((4, rows, count + 1))
    around = np.array([-_START_MM, _START_MM, 0.0]) * px_per_mm
    memory[:3] = (np.nanmedian(bands.baseline_px, axis=0) + around[:, None])[:, :, None]
    back = np.empty((columns, rows, count + 1), np.int64)
    step = np.zeros((rows, count + 1, count + 1))
    for x in range(columns):
        low, high, y, course = memory[..., None]
        jump = np.maximum(np.maximum(top[x, :, None] - high, low - bottom[x, :, None]), 0)
        ahead = y + course
        aim = np.minimum(np.maximum(ahead, highest[x, :, None]), lowest[x, :, None])
        turn = np.minimum(np.abs(aim - ahead), largest_turn)
        step[:, :, :count] = jump_price * jump + turn_price * turn
        back[x] = best = (step + cost[:, :, None]).argmin(1)
        cost = cost[row, best] + step[row, best, state] + price[x]
        memory = memory[:, row, best]
        arrived = aim[row, best[:, :count], state[:count]]
        moved, kept = arrived - memory[2, :, :count], memory[3, :, :count]
        follows = thin[x] & (np.abs(moved) < largest_turn)
        memory[3, :, :count] = np.where(follows, _COURSE_KEPT * kept + (1 - _COURSE_KEPT) * moved, kept)
        memory[:3, :, :count] = top[x], bottom[x], arrived
    path = _trace_back(back, cost.argmin(1))
    chosen = np.take_along_axis(run, np.minimum(path, count - 1).T[:, :, None], axis=2)[:, :, 0].T
    return np.where(path < count, chosen, -1)


def _prices(runs: Runs, candidates: Candidates, outside: NDArray[np.bool_], px_per_mm: float) -> Floats:
    """What being in each state costs, `(columns, rows, candidates + 1)`; the last state is "no ink seen"."""
    run = candidates.run
    faint = 1 - np.append(runs.ink, 0.0)[run]
    ink = np.where(run >= 0, _FAINT * faint + _FOREIGN * candidates.foreign, np.inf)
    none = np.where(candidates.required, np.inf, np.where(outside, 0.0, _NO_INK))
    return np.concatenate([ink, none[:, :, None]], axis=2) / px_per_mm


def _trace_back(back: NDArray[np.int64], state: Ints) -> Ints:
    columns, rows, _ = back.shape
    path = np.empty((rows, columns), np.int64)
    row = np.arange(rows)
    for x in range(columns - 1, -1, -1):
        path[:, x] = state
        state = back[x, row, state]
    return path
