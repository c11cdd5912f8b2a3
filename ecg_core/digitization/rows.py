"""The rows of trace on a flat page.

In flat stretches of trace a pixel column holds one short run of ink per row. Heights at which such runs pile up are
candidates; two of them are two rows only where the same columns hold ink at both. A T wave, a raised ST segment or
a shifted baseline never shares its columns with the line it belongs to, however far from it, and so falls to its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, gaussian_filter1d
from scipy.signal import find_peaks

from ecg_core.digitization.runs import find_runs

MOST_ROWS = 15  # twelve leads and three rhythm strips
COLUMN_STEP_PX = 2  # every second pixel column is enough
_FLAT_MM = 1.6  # a run of ink taller than this is steep and says nothing about the height of its row
_SMOOTH_MM = 0.7
_STEEPEST_TILT = 0.012  # of the rows against the page: about 0.7 degrees
_SHARED_COLUMNS = 0.3  # two rows have more of their columns in common
_GAP_MM = 6.0  # ink may be missing over this length
_SHORTEST_PIECE_MM = 8.0
_STRAY_GAP_MM, _STRAY_MM = 1.5, 2.0  # beyond such a gap so short a piece at the end of a row is none of it
_SHORTEST_MM = 20.0
_SHORTEST_SHARE = 0.6  # of the longest row; a line of handwriting is shorter
_INK_SHARE = 0.68  # of the probability of the strongest row
_STRAIGHT, _STRAIGHT_MM = 0.85, 0.3  # so much of a drawn frame lies so near to a smooth line
_BEYOND_MM = 2.0  # so far a frame reaches beyond the rows in it
_LEAST_COVER = 0.35  # of a row's length that holds ink
_COVER_SHARE = 0.6  # of the cover of the fullest row


@dataclass(frozen=True, eq=False)
class Row:
    """A row of trace: from where to where it runs, and its vertical runs of ink, sorted by column, each `(n,)`.

    `flat` is True where a run is short enough to tell the height of the line; `ink` is their median probability.
    """

    x0_px: float
    x1_px: float
    baseline_px: float
    x_px: NDArray[np.float64]
    top_px: NDArray[np.float64]
    bottom_px: NDArray[np.float64]
    flat: NDArray[np.bool_]
    ink: float

    @property
    def cover(self) -> float:
        """The share of its columns that hold ink."""
        return float(np.unique(self.x_px).size * COLUMN_STEP_PX / (self.x1_px - self.x0_px + COLUMN_STEP_PX))

    def baseline_between(self, x0_px: float, x1_px: float) -> float:
        """Where most of the ink lies between two places; the row's own baseline where there is none."""
        inside = slice(*np.searchsorted(self.x_px, (x0_px, x1_px)))
        flat = self.flat[inside]
        y_px = (self.top_px[inside][flat] + self.bottom_px[inside][flat]) / 2
        return _mode(y_px) if y_px.size else self.baseline_px


@dataclass(frozen=True, eq=False)
class _Ink:
    """Vertical runs of ink of the page, sorted by column: place, edges and probability, `(n,)`."""

    x_px: NDArray[np.float64]
    top_px: NDArray[np.float64]
    bottom_px: NDArray[np.float64]
    ink: NDArray[np.float64]

    @property
    def y_px(self) -> NDArray[np.float64]:
        return (self.top_px + self.bottom_px) / 2

    def __getitem__(self, chosen: NDArray[np.bool_]) -> _Ink:
        return _Ink(self.x_px[chosen], self.top_px[chosen], self.bottom_px[chosen], self.ink[chosen])


def find_rows(trace: NDArray[np.float32], px_per_mm: float) -> tuple[Row, ...]:
    """The rows of a page from its probability of trace `(height, width)`, from the top; none on an empty page."""
    runs = find_runs(trace[:, ::COLUMN_STEP_PX])
    ink = _Ink((runs.column * COLUMN_STEP_PX).astype(np.float64), runs.top_px, runs.bottom_px, runs.ink)
    flat = runs.height_px <= _FLAT_MM * px_per_mm
    if not flat.any():
        return ()
    label = np.full(flat.size, -1)
    label[flat] = _label_rows(ink[flat], trace.shape, px_per_mm)
    found = [_row(ink, label == k, flat, trace.shape[1], px_per_mm) for k in range(label.max() + 1)]
    rows = sorted((row for row in found if row is not None), key=lambda row: row.baseline_px)
    rows = _without_frame(rows, px_per_mm)
    longest_px = max((row.x1_px - row.x0_px for row in rows), default=0.0)
    cover = max((row.cover for row in rows), default=0.0)
    strongest = max((row.ink for row in rows), default=0.0)
    rows = [
        row
        for row in rows
        if row.x1_px - row.x0_px >= _SHORTEST_SHARE * longest_px
        and row.cover >= _COVER_SHARE * cover
        and row.ink >= _INK_SHARE * strongest
    ]
    rows = sorted(rows, key=lambda row: row.x_px.size, reverse=True)[:MOST_ROWS]
    return tuple(sorted(rows, key=lambda row: row.baseline_px))


def empty_row(like: Row, baseline_px: float) -> Row:
    """A row as long as another one, in which no ink is known."""
    nothing = np.zeros(0)
    return Row(like.x0_px, like.x1_px, baseline_px, nothing, nothing, nothing, np.zeros(0, bool), 0.0)


def blank_rows(n_rows: int, width: int, height: int) -> tuple[Row, ...]:
    """Rows across a whole page, evenly spread, in which no ink is known."""
    nothing = np.zeros(0)
    baselines_px = (np.arange(n_rows) + 0.5) * height / n_rows
    return tuple(
        Row(0.0, width - 1.0, float(y_px), nothing, nothing, nothing, np.zeros(0, bool), 0.0)
        for y_px in baselines_px
    )


def _label_rows(ink: _Ink, size: tuple[int, ...], px_per_mm: float) -> NDArray[np.int64]:
    """The number of the row of each flat run."""
    height, width = size
    level_px = ink.y_px - _tilt(ink, height) * (ink.x_px - width / 2)
    valleys = find_peaks(-_profile(level_px, height, _SMOOTH_MM * px_per_mm))[0]
    piece = np.searchsorted(valleys, level_px)
    held = np.zeros((valleys.size + 1, width), bool)
    held[piece, ink.x_px.astype(int)] = True
    present = np.flatnonzero(held.any(1))
    label_of_piece = np.zeros(valleys.size + 1, np.int64)
    label_of_piece[present] = _merge(held[present, ::COLUMN_STEP_PX])
    labels: NDArray[np.int64] = label_of_piece[piece]
    return labels


def _tilt(ink: _Ink, height: int) -> float:
    """The slope (down to the right) along which the ink piles up most."""
    offset_px = ink.x_px - ink.x_px.mean()
    slopes = np.linspace(-_STEEPEST_TILT, _STEEPEST_TILT, 25)
    sharpness = [(_profile(ink.y_px - slope * offset_px, height, 3) ** 2).sum() for slope in slopes]
    return float(slopes[np.argmax(sharpness)])


def _profile(y_px: NDArray[np.float64], height: int, smooth_px: float) -> NDArray[np.float64]:
    counts = np.bincount(np.clip(np.round(y_px), 0, height - 1).astype(int), minlength=height)
    return gaussian_filter1d(counts.astype(np.float64), smooth_px, mode="constant")


def _merge(held: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Join neighbouring pieces, those with the fewest common columns first, until all that are left are rows.

    `held` is `(pieces, columns)`; the answer is the row number of each piece.
    """
    groups = [[k] for k in range(len(held))]
    columns = list(held)
    while len(groups) > 1:
        shared = [(a & b).sum() / min(a.sum(), b.sum()) for a, b in pairwise(columns)]
        k = int(np.argmin(shared))
        if shared[k] > _SHARED_COLUMNS:
            break
        groups[k : k + 2] = [groups[k] + groups[k + 1]]
        columns[k : k + 2] = [columns[k] | columns[k + 1]]
    labels = np.empty(len(held), np.int64)
    for number, group in enumerate(groups):
        labels[group] = number
    return labels


def _row(
    ink: _Ink, own: NDArray[np.bool_], flat: NDArray[np.bool_], width: int, px_per_mm: float
) -> Row | None:
    """A row from its flat runs `own` and the steep ones that cross it; None where it is too short or thin."""
    baseline_px = _mode(ink[own].y_px)
    crossing = ~flat & (ink.top_px <= baseline_px + px_per_mm) & (ink.bottom_px >= baseline_px - px_per_mm)
    mine = own | crossing
    held = np.zeros(-(-width // COLUMN_STEP_PX), bool)
    held[(ink.x_px[mine] / COLUMN_STEP_PX).astype(int)] = True
    extent = _extent(held, px_per_mm / COLUMN_STEP_PX)
    if extent is None:
        return None
    x0_px, x1_px = (float(end * COLUMN_STEP_PX) for end in extent)
    mine &= (ink.x_px >= x0_px) & (ink.x_px <= x1_px)
    part = ink[mine]
    return Row(
        x0_px,
        x1_px,
        baseline_px,
        part.x_px,
        part.top_px,
        part.bottom_px,
        flat[mine],
        float(np.median(part.ink)),
    )


def _without_frame(rows: Sequence[Row], px_per_mm: float) -> list[Row]:
    """The rows but for straight lines, outermost in every direction: those frame the page."""
    beyond_px = _BEYOND_MM * px_per_mm
    traces = [row for row in rows if not _is_straight(row, px_per_mm)]
    if not traces:
        return list(rows)
    left_px = float(np.median([row.x0_px for row in traces]))
    right_px = float(np.median([row.x1_px for row in traces]))
    top_px, bottom_px = traces[0].baseline_px, traces[-1].baseline_px
    return [
        row
        for row in rows
        if row in traces
        or top_px < row.baseline_px < bottom_px
        or row.x0_px > left_px - beyond_px
        or row.x1_px < right_px + beyond_px
    ]


def _is_straight(row: Row, px_per_mm: float) -> bool:
    x_px, y_px = row.x_px[row.flat], (row.top_px + row.bottom_px)[row.flat] / 2
    near = abs(y_px - row.baseline_px) < px_per_mm
    line = np.polynomial.Polynomial.fit(x_px[near], y_px[near], 2)
    return float((abs(y_px - line(x_px)) < _STRAIGHT_MM * px_per_mm).mean()) > _STRAIGHT


def _extent(held: NDArray[np.bool_], columns_per_mm: float) -> tuple[int, int] | None:
    """First and last column of a row that has ink in the columns `held`, without stray pieces at its ends."""
    closed = _closed(held, max(1, round(_GAP_MM * columns_per_mm)))
    first, behind = _stretches(closed)
    long = behind - first >= _SHORTEST_PIECE_MM * columns_per_mm
    if not long.any():
        return None
    start, stop = int(first[long][0]), int(behind[long][-1])
    first, behind = _stretches(_closed(held[start:stop], max(1, round(_STRAY_GAP_MM * columns_per_mm))))
    solid = behind - first >= _STRAY_MM * columns_per_mm
    if solid.any():
        start, stop = start + int(first[solid][0]), start + int(behind[solid][-1])
    too_short = stop - start < _SHORTEST_MM * columns_per_mm
    return None if too_short or held[start:stop].mean() < _LEAST_COVER else (start, stop - 1)


def _closed(held: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    closed: NDArray[np.bool_] = binary_closing(np.pad(held, gap), np.ones(gap + 1, bool))[gap:-gap]
    return closed


def _stretches(held: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where runs of True begin, and the places behind their ends."""
    edges = np.flatnonzero(np.diff(np.r_[False, held, False]))
    return edges[::2], edges[1::2]


def _mode(y_px: NDArray[np.float64]) -> float:
    """The height at which most of the runs lie, from a smoothed histogram."""
    lowest = y_px.min()
    return float(lowest + np.argmax(_profile(y_px - lowest, int(np.ptp(y_px)) + 1, 3.0)))
