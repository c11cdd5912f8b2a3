"""Where rows of leads run into each other: which part of their common ink is whose.

In a column where two rows pass through the same run of ink only the ends of that run are seen. Each row is carried
straight through the common ink, from one of the places where it may have gone in to one where it may have come out, so
that all of them together explain as much of the ink as they can.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.runs import Runs, stretches

Mask = NDArray[np.bool_]
Point = tuple[float, float]

_TRAVEL = 0.2  # price of one pixel up or down, in pixels of ink left unexplained
_SWEEPS = 2  # over the rows of a crossing until each has taken the others into account
_VISIBLE = (
    1.5  # pens between the end of a run and that of a line: it is the end of that line that is seen there
)
_EXPLAINED = (
    0.9  # share of the common ink that straight lines must explain; else a tip of a row is hidden in it
)


@dataclass(eq=False)
class Passage:
    """One row's way through common ink, whole columns `first` to `last`, straight from `start` to `end`.

    `entries` and `exits` are the places in the ink that is its own, just before and after, where these may be.
    """

    row: int
    first: int
    last: int
    entries: list[Point]
    exits: list[Point]
    start: Point
    end: Point

    @property
    def columns(self) -> Ints:
        """Every column of it."""
        return np.arange(self.first, self.last + 1)

    @property
    def is_level(self) -> bool:
        """Whether the row goes in and comes out as a line rather than as a stroke."""
        return len(self.entries) == len(self.exits) == 1


@dataclass(frozen=True, eq=False)
class OwnInk:
    """What of the ink is whose: edges `(rows, columns)`, NaN where hidden in another row's ink or where none is.

    `passages` are where a line must be guessed; `shared` `(rows, columns)` is True wherever rows share ink.
    """

    top_px: Floats
    bottom_px: Floats
    passages: tuple[Passage, ...]
    shared: Mask


def share_ink(path: Ints, runs: Runs, pen_px: float) -> OwnInk:
    """Divide the runs that several rows pass through. `path` numbers each row's run by column, -1 where none.

    Where straight lines don't explain the ink, each row keeps all of it: what is not its own is then narrow and
    disappears when the width of the pen is taken off.
    """
    top = np.where(path >= 0, runs.top_px[path], np.nan)
    bottom = np.where(path >= 0, runs.bottom_px[path], np.nan)
    uses = np.bincount(path[path >= 0], minlength=len(runs.column))
    shared = (path >= 0) & (uses[path] > 1)
    own_top, own_bottom = np.where(shared, np.nan, top), np.where(shared, np.nan, bottom)
    found = [
        _passage(row, first, last, own_top[row], own_bottom[row], pen_px)
        for row in range(len(path))
        for first, last in stretches(shared[row])
    ]
    passages = [p for p in found if p is not None]
    solved = []
    for cluster in _clusters(passages, path):
        crossing = _Crossing(cluster, path, runs, pen_px)
        crossing.settle()
        explained = crossing.explained() >= _EXPLAINED
        solved += [p for p in cluster if explained or p.is_level]
    for p in solved:
        part = p.row, slice(p.first, p.last + 1)
        drawn_top, drawn_bottom = _extents(p, p.start, p.end, pen_px)
        top[part] = np.where(np.abs(drawn_top - top[part]) < _VISIBLE * pen_px, top[part], np.nan)
        bottom[part] = np.where(np.abs(drawn_bottom - bottom[part]) < _VISIBLE * pen_px, bottom[part], np.nan)
    return OwnInk(top, bottom, tuple(solved), shared)


def _passage(row: int, first: int, last: int, top: Floats, bottom: Floats, pen_px: float) -> Passage | None:
    """None for a row that is nowhere seen by itself."""
    entries = _places(first - 1, top, bottom, pen_px)
    exits = _places(last + 1, top, bottom, pen_px)
    if not entries and not exits:
        return None
    entries = entries or [(first - 1.0, y) for _, y in exits]
    exits = exits or [(last + 1.0, y) for _, y in entries]
    return Passage(row, first, last, entries, exits, entries[0], exits[0])


def _places(column: int, top: Floats, bottom: Floats, pen_px: float) -> list[Point]:
    """Where in a column the middle of a line may be, the middle of its ink first; empty where it isn't seen."""
    if not 0 <= column < len(top) or np.isnan(top[column]):
        return []
    highest, lowest = top[column] + pen_px / 2, bottom[column] - pen_px / 2
    middle = (column, (highest + lowest) / 2)
    return [middle, (column, highest), (column, lowest)] if lowest - highest > pen_px else [middle]


def _clusters(passages: Sequence[Passage], path: Ints) -> Iterator[list[Passage]]:
    """Passages that are connected by common runs."""
    if not passages:
        return
    number = np.repeat(np.arange(len(passages)), [p.last - p.first + 1 for p in passages])
    runs = np.concatenate([path[p.row, p.first : p.last + 1] for p in passages])
    size = len(passages) + int(runs.max()) + 1
    links = coo_matrix((np.ones(len(runs)), (number, len(passages) + runs)), shape=(size, size))
    labels = connected_components(links, directed=False)[1][: len(passages)]
    for label in np.unique(labels):
        yield [passages[k] for k in np.flatnonzero(labels == label).tolist()]


class _Crossing:
    """The common ink of some passages, and what of it each of them draws."""

    def __init__(self, passages: list[Passage], path: Ints, runs: Runs, pen_px: float) -> None:
        self._passages, self._pen_px = passages, pen_px
        self._x0 = min(p.first for p in passages)
        columns = max(p.last for p in passages) + 1 - self._x0
        own = [path[p.row, p.first : p.last + 1] for p in passages]
        self._y0 = int(min(runs.top_px[run].min() for run in own)) - 2
        self._y = np.arange(self._y0, int(max(runs.bottom_px[run].max() for run in own)) + 3)
        self._ink = np.zeros((columns, len(self._y)), bool)
        for p, run in zip(passages, own, strict=True):
            self._ink[self._part(p)] |= self._between(runs.top_px[run], runs.bottom_px[run])
        self._paper_above = _sums(~self._ink)
        self._drawn = [self._mask(p) for p in passages]

    def settle(self) -> None:
        """Choose where each passage starts and ends, so that all together explain the most."""
        for _ in range(_SWEEPS):
            for k, p in enumerate(self._passages):
                others = np.zeros_like(self._ink)
                for mask in self._drawn[:k] + self._drawn[k + 1 :]:
                    others |= mask
                left_above = _sums(self._ink & ~others)
                ways = [(start, end) for start in p.entries for end in p.exits]
                costs = [self._cost(p, start, end, left_above) for start, end in ways]
                p.start, p.end = ways[int(np.argmin(costs))]
                self._drawn[k] = self._mask(p)

    def explained(self) -> float:
        """The share of the ink that is drawn, less what is drawn on paper."""
        drawn = np.logical_or.reduce(self._drawn)
        return 1 - float((drawn ^ self._ink).sum() / self._ink.sum())

    def _cost(self, p: Passage, start: Point, end: Point, left_above: Ints) -> float:
        """Paper drawn on, less the ink explained that no other passage draws, and the way."""
        top, bottom = _extents(p, start, end, self._pen_px)
        column = p.columns - self._x0
        i = np.clip(np.ceil(top - self._y0).astype(int), 0, len(self._y))
        j = np.clip(np.floor(bottom - self._y0).astype(int) + 1, i, len(self._y))
        explained = (left_above[column, j] - left_above[column, i]).sum()
        paper = (self._paper_above[column, j] - self._paper_above[column, i]).sum()
        return float(paper - explained + _TRAVEL * abs(end[1] - start[1]))

    def _mask(self, p: Passage) -> Mask:
        mask = np.zeros_like(self._ink)
        mask[self._part(p)] = self._between(*_extents(p, p.start, p.end, self._pen_px))
        return mask

    def _part(self, p: Passage) -> slice:
        return slice(p.first - self._x0, p.last + 1 - self._x0)

    def _between(self, top: Floats, bottom: Floats) -> Mask:
        return (self._y >= top[:, None]) & (self._y <= bottom[:, None])


def _sums(mask: Mask) -> Ints:
    """How many pixels of each column are True above each row, `(columns, rows + 1)`."""
    return np.concatenate([np.zeros((len(mask), 1), np.int64), np.cumsum(mask, axis=1)], axis=1)


def _extents(p: Passage, start: Point, end: Point, pen_px: float) -> tuple[Floats, Floats]:
    """Edges of the ink that a straight line leaves in each column of a passage."""
    beside = p.columns[:, None] + np.array([-0.5, 0.5]) * pen_px
    line = np.interp(beside, [start[0], end[0]], [start[1], end[1]])
    return line.min(axis=1) - pen_px / 2, line.max(axis=1) + pen_px / 2
