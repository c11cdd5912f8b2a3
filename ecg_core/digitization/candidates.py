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
_LEVEL_MM = 1.2  # a taller run is a stroke and on nobody's baseline
_FAR_PX = 1e6


@dataclass(frozen=True, eq=False)
class Bands:
    """Where each row of leads is looked for in each column, all `(columns, rows)`; NaN outside its leads.

    `anchors` holds (column, row, y) of the user's points.
    """

    rows: tuple[int, ...]  # their numbers in the layout, from top to bottom
    top_px: Floats
    bottom_px: Floats
    baseline_px: Floats
    anchors: tuple[tuple[int, int, float], ...]

    @property
    def spacing_px(self) -> float:
        """The least distance between the baselines of two rows; infinite for a single one."""
        if len(self.rows) == 1:
            return np.inf
        return max(float(np.nanmin(np.diff(np.nanmedian(self.baseline_px, axis=0)))), 1.0)


@dataclass(frozen=True, eq=False)
class Candidates:
    """The numbers of the runs that each row may pass through in each column, `(columns, rows, candidates)`.

    -1 stands where there is none. `foreign` is 0 for strokes and for ink nearer to the row's own baseline than to any
    other, rising to 1 on the baseline of another row. `off_px` is how far level ink lies from the row's own baseline, 0
    for strokes. `required`, `(columns, rows)`, is True where the user put an anchor.
    """

    run: Ints
    foreign: Floats
    off_px: Floats
    required: NDArray[np.bool_]


def find_bands(layout: Layout, anchors: Sequence[Anchor], columns: int) -> Bands:
    """The bands of the rows of a layout on a page of so many columns."""
    baselines = {box.row: box.baseline_px for box in reversed(layout.boxes)}
    rows = tuple(sorted(baselines, key=baselines.__getitem__))
    number = {row: k for k, row in enumerate(rows)}
    top, bottom, baseline = np.full((3, columns, len(rows)), np.nan)
    for box in layout.boxes:
        k, first, last = number[box.row], *columns_of(box.box.x0_px, box.box.x1_px, columns)
        top[first : last + 1, k] = box.box.y0_px
        bottom[first : last + 1, k] = box.box.y1_px
        baseline[first : last + 1, k] = box.baseline_px
    points = tuple(
        (min(max(round(a.x_px), 0), columns - 1), number[layout.boxes[a.box].row], a.y_px) for a in anchors
    )
    return Bands(rows, top, bottom, baseline, points)


def columns_of(x0_px: float, x1_px: float, columns: int) -> tuple[int, int]:
    """First and last whole column of a stretch, kept on the page."""
    return max(round(x0_px), 0), min(round(x1_px), columns - 1)


def find_candidates(runs: Runs, bands: Bands, pen_px: float, px_per_mm: float) -> tuple[Runs, Candidates]:
    """The runs that reach into each row's band, the nearest to its baseline and the tallest first.

    In the column of an anchor a row may pass only through the run that was clicked. Where there is none near the
    anchor, a dot is added to the runs, which are therefore returned too.
    """
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
    level = runs.height_px < _LEVEL_MM * px_per_mm
    own = np.arange(rows)[:, None]
    foreign = (_foreign(away, bands.spacing_px) * level)[own, chosen] * (chosen >= 0)
    off = np.where(chosen >= 0, (away * level)[own, chosen], 0.0)
    required = np.zeros((columns, rows), bool)
    dots: list[tuple[int, float]] = []
    for x, row, y in bands.anchors:
        clicked = _clicked(runs, x, y, _ANCHOR_REACH_MM * px_per_mm)
        if clicked is None:
            clicked = len(runs.column) + len(dots)
            dots.append((x, y))
        chosen[x, row], chosen[x, row, 0] = -1, clicked
        foreign[x, row], off[x, row], required[x, row] = 0, 0, True
    return runs.with_dots(dots, pen_px), Candidates(chosen, foreign, off, required)


def _distances(runs: Runs, baseline_px: Floats) -> Floats:
    """How far each run is from the baseline of each row, `(rows, n)`; NaN where the row has no leads."""
    baseline = baseline_px[runs.column].T
    return np.maximum(np.maximum(runs.top_px - baseline, baseline - runs.bottom_px), 0)


def _foreign(away: Floats, spacing_px: float) -> Floats:
    """How much nearer to another row's baseline than to the own, in row distances, 0 to 1, `(rows, n)`."""
    rows = len(away)
    if rows == 1:
        return np.zeros_like(away)
    known = np.where(np.isnan(away), _FAR_PX, away)
    two = np.partition(known, 1, axis=0)[:2]
    other = np.where(known == two[0], two[1], two[0])
    nearer: Floats = np.clip((known - other) / spacing_px, 0, 1)
    return nearer


def _clicked(runs: Runs, x: int, y: float, reach_px: float) -> int | None:
    """The run that a click in column `x` means."""
    first, end = np.searchsorted(runs.column, [x, x + 1])
    if first == end:
        return None
    away = np.maximum(runs.top_px[first:end] - y, y - runs.bottom_px[first:end])
    nearest = int(away.argmin())
    return int(first) + nearest if away[nearest] <= reach_px else None
