"""Which runs of ink each row of leads may pass through in each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.runs import Runs
from ecg_core.digitization.types import Anchor, Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_COUNT = 6  # runs kept per row and column: the own line, its neighbours', and some dirt
_ANCHOR_REACH_MM = 1.0  # how far from a run a click may lie and still mean it
_STEP_PX = 2  # either side of the border of two leads, where the line may step


@dataclass(frozen=True, eq=False)
class Bands:
    """Where each row of leads is looked for in each column, all `(columns, rows)`; NaN outside its leads.

    `steps` is True where one lead ends and the next begins; `anchors` holds (column, row, y) of the user's points.
    """

    rows: tuple[int, ...]  # their numbers in the layout, from top to bottom
    top_px: Floats
    bottom_px: Floats
    baseline_px: Floats
    steps: NDArray[np.bool_]
    anchors: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True, eq=False)
class Candidates:
    """What each row may pass through in each column, all `(columns, rows, candidates)`.

    `run` is -1 where there is no candidate. `foreign` is 0 for ink nearer to the row's own baseline than to any
    other, rising to 1 on the baseline of another row. `required` and `outside`, `(columns, rows)`, are True where
    the user put an anchor and where none of the row's leads is.
    """

    run: Ints
    top_px: Floats
    bottom_px: Floats
    centre_px: Floats
    ink: Floats
    foreign: Floats
    steps: NDArray[np.bool_]
    required: NDArray[np.bool_]
    outside: NDArray[np.bool_]


def find_bands(layout: Layout, anchors: Sequence[Anchor], columns: int) -> Bands:
    """The bands of the rows of a layout on a page of so many columns."""
    baselines = {box.row: box.baseline_px for box in reversed(layout.boxes)}
    rows = tuple(sorted(baselines, key=baselines.__getitem__))
    number = {row: k for k, row in enumerate(rows)}
    top, bottom, baseline = np.full((3, columns, len(rows)), np.nan)
    steps = np.zeros((columns, len(rows)), bool)
    for box in layout.boxes:
        k, first, last = number[box.row], *columns_of(box.box.x0_px, box.box.x1_px, columns)
        top[first : last + 1, k] = box.box.y0_px
        bottom[first : last + 1, k] = box.box.y1_px
        baseline[first : last + 1, k] = box.baseline_px
        steps[max(first - _STEP_PX, 0) : first + _STEP_PX, k] = True
        steps[max(last + 1 - _STEP_PX, 0) : last + 1 + _STEP_PX, k] = True
    points = tuple(
        (min(max(round(a.x_px), 0), columns - 1), number[layout.boxes[a.box].row], a.y_px) for a in anchors
    )
    return Bands(rows, top, bottom, baseline, steps, points)


def columns_of(x0_px: float, x1_px: float, columns: int) -> tuple[int, int]:
    """First and last whole column of a stretch, kept on the page."""
    return max(round(x0_px), 0), min(round(x1_px), columns - 1)


def find_candidates(runs: Runs, bands: Bands, thickness_px: float, px_per_mm: float) -> Candidates:
    """The runs that reach into each row's band, the nearest to its baseline and the tallest first."""
    columns, rows = bands.top_px.shape
    away = _distances(runs, bands.baseline_px)
    chosen = np.full((columns, rows, _COUNT), -1)
    for row in range(rows):
        top, bottom = bands.top_px[runs.column, row], bands.bottom_px[runs.column, row]
        reached = np.flatnonzero((runs.bottom_px > top) & (runs.top_px < bottom))
        order = np.lexsort((away[row, reached] - runs.height_px[reached], runs.column[reached]))
        reached = reached[order]
        column = runs.column[reached]
        place = np.arange(len(column)) - np.searchsorted(column, column)
        kept = place < _COUNT
        chosen[column[kept], row, place[kept]] = reached[kept]
    found = Candidates(
        run=chosen,
        top_px=_gather(runs.top_px, chosen),
        bottom_px=_gather(runs.bottom_px, chosen),
        centre_px=_gather(runs.centre_px, chosen),
        ink=_gather(runs.ink, chosen),
        foreign=_gather_by_row(_foreign(away, bands.baseline_px), chosen),
        steps=bands.steps,
        required=np.zeros((columns, rows), bool),
        outside=np.isnan(bands.top_px),
    )
    for number, anchor in enumerate(bands.anchors):
        _hold(found, anchor, len(runs.column) + number, thickness_px, _ANCHOR_REACH_MM * px_per_mm)
    return found


def _distances(runs: Runs, baseline_px: Floats) -> Floats:
    """How far each run is from the baseline of each row, `(rows, n)`; NaN where the row has no leads."""
    baseline = baseline_px[runs.column].T
    return np.maximum(np.maximum(runs.top_px - baseline, baseline - runs.bottom_px), 0)


def _foreign(away: Floats, baseline_px: Floats) -> Floats:
    """How much nearer to another row's baseline than to the own, in row distances, 0 to 1, `(rows, n)`."""
    rows = len(away)
    if rows == 1:
        return np.zeros_like(away)
    known = np.where(np.isnan(away), np.inf, away)
    two = np.partition(known, 1, axis=0)[:2]
    other = np.where(known == two[0], two[1], two[0])
    spacing = np.nanmin(np.diff(np.nanmedian(baseline_px, axis=0)))
    return np.clip(np.nan_to_num((known - other) / spacing, nan=0.0), 0, 1)


def _gather(values: Floats, chosen: Ints) -> Floats:
    return np.where(chosen >= 0, np.append(values, np.nan)[chosen], np.nan)


def _gather_by_row(values: Floats, chosen: Ints) -> Floats:
    rows = np.arange(chosen.shape[1])[:, None]
    padded = np.concatenate([values, np.zeros((len(values), 1))], axis=1)
    return padded[rows, chosen]


def _hold(
    found: Candidates, anchor: tuple[int, int, float], number: int, thickness_px: float, reach_px: float
) -> None:
    """Leave a row, in the column of an anchor, only the run that was clicked, or a dot of its own where there is none."""
    x, row, y = anchor
    distance = np.maximum(np.maximum(found.top_px[x, row] - y, y - found.bottom_px[x, row]), 0)
    nearest = int(np.argmin(np.where(np.isnan(distance), np.inf, distance)))
    if distance[nearest] <= reach_px:
        found.run[x, row, np.arange(_COUNT) != nearest] = -1
    else:
        found.run[x, row] = -1
        found.run[x, row, 0] = number
        found.top_px[x, row, 0], found.bottom_px[x, row, 0] = y - thickness_px / 2, y + thickness_px / 2
        found.centre_px[x, row, 0], found.ink[x, row, 0], found.foreign[x, row, 0] = y, 0.0, 0.0
    found.required[x, row] = True
