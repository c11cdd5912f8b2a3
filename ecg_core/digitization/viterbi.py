"""The best path of every row of a page through the runs of ink in its columns, all rows at once.

The states of a row in one column are the runs that it may pass through there and "no ink seen". A path pays for faint
ink and for columns without any, for the distance between the runs of neighbouring columns (none where they overlap,
since a steep stroke fills tall runs), for lying on another row's baseline, and for a level line far from its own. It
comes from its own baseline and goes back there, so that it neither begins nor ends on its neighbour's line. While no
ink is seen a state remembers the last run of its own best path, as in per-survivor processing (Raheli, Polydoros &
Tzou 1995). There are two such states: one keeps what was cheapest so far, the other what is cheapest if the line goes
on at its baseline, lest a short way along other ink be taken that costs much only at its end. A price on changes of
slope was tried: it made QRS complexes worse and settled nothing that the rest does not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.candidates import Bands, Candidates, Floats, Ints
from ecg_core.digitization.runs import Runs

# Prices, all per mm of paper: of a column along time, of a distance across.
_NO_INK = 5.0
_FAINT = 2.0  # ink of probability 0
_FOREIGN = 2.0  # lying on the baseline of another row
_ASTRAY = 0.1  # of a level line, for each mm that it lies too far from its baseline: frames, ruled lines
_ASTRAY_FROM_MM = 5.0
_JUMP = 1.5
_TALL = 0.04  # gained by each mm of a run's height: a stroke is followed rather than passed by at its foot
_TALLEST_MM = 10.0

_NO_INK_STATES = 2
_HOME = 0.5  # of the distance between rows: as far from its baseline a row may begin and end
_FAR_PX = 1e6


def decode(runs: Runs, candidates: Candidates, bands: Bands, px_per_mm: float) -> Ints:
    """The cheapest path of every row, as numbers of runs `(rows, columns)`, -1 where no ink was seen."""
    run = candidates.run
    columns, rows, count = run.shape
    states = count + _NO_INK_STATES
    top, bottom = (np.append(edge, _FAR_PX)[run] for edge in (runs.top_px, runs.bottom_px))
    price = _prices(runs, candidates, np.isnan(bands.top_px), px_per_mm)
    row, state = np.arange(rows)[:, None], np.arange(states)
    cost = np.zeros((rows, states))
    last = np.empty((2, rows, states))  # edges of the last run of the best path to each state
    begin, end = _homes(bands)
    home = np.nan_to_num(bands.baseline_px)[:, None, :, None].repeat(2, axis=1)
    last[:] = begin
    back = np.empty((columns, rows, states), np.int64)
    step = np.zeros((rows, states, states))
    for x in range(columns):
        here = np.stack([top[x], bottom[x]])[:, :, None]
        step[:, :, :count] = _jump_price(last[..., None], here, px_per_mm)
        so_far = step + cost[:, :, None]
        so_far[:, :, -1] += _jump_price(last, home[x], px_per_mm)
        back[x] = best = so_far.argmin(1)
        cost = cost[row, best] + step[row, best, state] + price[x]
        last = last[:, row, best]
        last[:, :, :count] = top[x], bottom[x]
    path = _trace_back(back, (cost + _jump_price(last, end, px_per_mm)).argmin(1))
    chosen = np.take_along_axis(run, np.minimum(path, count - 1).T[:, :, None], axis=2)[:, :, 0].T
    return np.where(path < count, chosen, -1)


def _homes(bands: Bands) -> tuple[Floats, Floats]:
    """Upper and lower end of where each row may begin, and of where it may end, each `(2, rows, 1)`."""
    known = ~np.isnan(bands.baseline_px)
    rows = np.arange(known.shape[1])
    first, last = known.argmax(0), len(known) - 1 - known[::-1].argmax(0)
    reach = _HOME * min(bands.spacing_px, _FAR_PX) * np.array([[-1.0], [1.0]])
    begin, end = (bands.baseline_px[column, rows] + reach for column in (first, last))
    return begin[..., None], end[..., None]


def _jump_price(one: Floats, other: Floats, px_per_mm: float) -> Floats:
    """What it costs to go from one stretch of a column to another, each given by its upper and lower end."""
    apart_px = np.maximum(np.maximum(other[0] - one[1], one[0] - other[1]), 0)
    price: Floats = _JUMP / px_per_mm * apart_px
    return price


def _prices(runs: Runs, candidates: Candidates, outside: NDArray[np.bool_], px_per_mm: float) -> Floats:
    """What being in each state costs, `(columns, rows, candidates + 2)`; the last two states are "no ink seen"."""
    run = candidates.run
    faint = 1 - np.append(runs.ink, 0.0)[run]
    astray_mm = np.maximum(candidates.off_px / px_per_mm - _ASTRAY_FROM_MM, 0)
    height_mm = np.append(runs.height_px, 0.0)[run] / px_per_mm
    price = _FAINT * faint + _FOREIGN * candidates.foreign + _ASTRAY * astray_mm
    price -= _TALL * np.minimum(height_mm, _TALLEST_MM)
    ink = np.where(run >= 0, price, np.inf)
    none = np.where(candidates.required, np.inf, np.where(outside, 0.0, _NO_INK))
    return np.concatenate([ink, none[:, :, None].repeat(_NO_INK_STATES, axis=2)], axis=2) / px_per_mm


def _trace_back(back: NDArray[np.int64], state: Ints) -> Ints:
    columns, rows, _ = back.shape
    path = np.empty((rows, columns), np.int64)
    row = np.arange(rows)
    for x in range(columns - 1, -1, -1):
        path[:, x] = state
        state = back[x, row, state]
    return path
