"""Where rows of leads run into each other: which part of their common ink is whose.

In a column where two rows pass through the same run of ink only the ends of that run are seen. Each row is continued
into the common ink by straight strokes, as few and as short as explain all of it: first it is settled where each goes
in and out, then a corner is added where that explains the most, until nothing left is worth another (matching pursuit).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.runs import Runs, stretches

Mask = NDArray[np.bool_]
Point = tuple[float, float]

# Prices in pixels of ink left unexplained.
_TRAVEL = 0.2  # one pixel up or down
_CORNER = 3.0  # one more corner, times the square of the pen
_MOST_CORNERS = 3  # of one row in one crossing
_VISIBLE = (
    1.5  # pens between the end of a run and that of a line: it is the end of that line that is seen there
)


@dataclass(eq=False)
class Passage:
    """One row's way through common ink: whole columns `first` to `last`, and the corners of its line.

    The first and the last corner are where it is seen beside the common ink; `entries` and `exits` are where else in
    the ink that is its own there they may be.
    """

    row: int
    first: int
    last: int
    entries: list[Point]
    exits: list[Point]
    corners: list[Point]

    @property
    def columns(self) -> Ints:
        """Every column of it."""
        return np.arange(self.first, self.last + 1)


@dataclass(frozen=True, eq=False)
class OwnInk:
    """What of the ink is whose: edges `(rows, columns)`, NaN where hidden in another row's ink or where none is."""

    top_px: Floats
    bottom_px: Floats
    passages: tuple[Passage, ...]


def share_ink(path: Ints, runs: Runs, pen_px: float) -> OwnInk:
    """Divide the runs that several rows pass through. `path` numbers each row's run by column, -1 where none."""
    top = np.where(path >= 0, runs.top_px[path], np.nan)
    bottom = np.where(path >= 0, runs.bottom_px[path], np.nan)
    uses = np.bincount(path[path >= 0], minlength=len(runs.column))
    shared = (path >= 0) & (uses[path] > 1)
    if not shared.any():
        return OwnInk(top, bottom, ())
    top[shared] = bottom[shared] = np.nan
    passages = [
        _passage(row, first, last, top[row], bottom[row], pen_px)
        for row in range(len(path))
        for first, last in stretches(shared[row])
    ]
    for cluster in _clusters(passages, path):
        _explain(_Crossing(cluster, path, runs, pen_px))
    for p in passages:
        part = p.row, slice(p.first, p.last + 1)
        run = path[part]
        if not p.corners:  # it is nowhere seen by itself
            top[part], bottom[part] = runs.top_px[run], runs.bottom_px[run]
            continue
        drawn_top, drawn_bottom = _extents(p.columns, p.corners, pen_px)
        seen = _VISIBLE * pen_px
        top[part] = np.where(np.abs(drawn_top - runs.top_px[run]) < seen, runs.top_px[run], np.nan)
        bottom[part] = np.where(
            np.abs(drawn_bottom - runs.bottom_px[run]) < seen, runs.bottom_px[run], np.nan
        )
    return OwnInk(top, bottom, tuple(passages))


def _passage(row: int, first: int, last: int, top: Floats, bottom: Floats, pen_px: float) -> Passage:
    entries = _places(first - 1, top, bottom, pen_px)
    exits = _places(last + 1, top, bottom, pen_px)
    entries = entries or [(first - 1.0, y) for _, y in exits]
    exits = exits or [(last + 1.0, y) for _, y in entries]
    return Passage(row, first, last, entries, exits, [*entries[:1], *exits[:1]])


def _places(column: int, top: Floats, bottom: Floats, pen_px: float) -> list[Point]:
    """Where in a column the middle of a line may be, the middle of its ink first; empty where it isn't seen."""
    if not 0 <= column < len(top) or np.isnan(top[column]):
        return []
    highest, lowest = top[column] + pen_px / 2, bottom[column] - pen_px / 2
    middle = (column, (highest + lowest) / 2)
    return [middle, (column, highest), (column, lowest)] if lowest - highest > pen_px else [middle]


def _clusters(passages: Sequence[Passage], path: Ints) -> Iterator[list[Passage]]:
    """Passages that are connected by common runs and begin or end beside them."""
    number = np.repeat(np.arange(len(passages)), [p.last - p.first + 1 for p in passages])
    runs = np.concatenate([path[p.row, p.first : p.last + 1] for p in passages])
    size = len(passages) + int(runs.max()) + 1
    links = coo_matrix((np.ones(len(runs)), (number, len(passages) + runs)), shape=(size, size))
    labels = connected_components(links, directed=False)[1][: len(passages)]
    for label in np.unique(labels):
        cluster = [passages[k] for k in np.flatnonzero(labels == label).tolist()]
        if any(p.corners for p in cluster):
            yield [p for p in cluster if p.corners]


class _Crossing:
    """The common ink of some passages, and what of it each of them draws so far."""

    def __init__(self, passages: list[Passage], path: Ints, runs: Runs, pen_px: float) -> None:
        self.passages, self.pen_px = passages, pen_px
        self.x0 = min(p.first for p in passages)
        columns = max(p.last for p in passages) + 1 - self.x0
        own = [path[p.row, p.first : p.last + 1] for p in passages]
        self.y0 = int(min(runs.top_px[run].min() for run in own)) - 2
        self.y = np.arange(self.y0, int(max(runs.bottom_px[run].max() for run in own)) + 3)
        self.ink = np.zeros((columns, len(self.y)), bool)
        for p, run in zip(passages, own, strict=True):
            top, bottom = runs.top_px[run][:, None], runs.bottom_px[run][:, None]
            self.ink[self._part(p)] |= (self.y >= top) & (self.y <= bottom)
        self.paper_above = _sums(~self.ink)
        self.drawn = [self._drawn(p, p.corners) for p in passages]

    def _part(self, p: Passage) -> slice:
        return slice(p.first - self.x0, p.last + 1 - self.x0)

    def _drawn(self, p: Passage, corners: Sequence[Point]) -> Mask:
        mask = np.zeros_like(self.ink)
        top, bottom = _extents(p.columns, corners, self.pen_px)
        mask[self._part(p)] = (self.y >= top[:, None]) & (self.y <= bottom[:, None])
        return mask

    def redraw(self, k: int, corners: list[Point]) -> None:
        """Give a passage other corners."""
        self.passages[k].corners = corners
        self.drawn[k] = self._drawn(self.passages[k], corners)

    def left_to(self, k: int) -> Mask:
        """The ink that no other passage draws."""
        others = np.zeros_like(self.ink)
        for mask in self.drawn[:k] + self.drawn[k + 1 :]:
            others |= mask
        return self.ink & ~others

    def cost(self, k: int, corners: Sequence[Point], left_above: Ints) -> float:
        """What it costs to draw a passage so: paper drawn on, less the ink explained, and the way."""
        top, bottom = _extents(self.passages[k].columns, corners, self.pen_px)
        column = self.passages[k].columns - self.x0
        i = np.clip(np.ceil(top - self.y0).astype(int), 0, len(self.y))
        j = np.clip(np.floor(bottom - self.y0).astype(int) + 1, i, len(self.y))
        explained = (left_above[column, j] - left_above[column, i]).sum()
        paper = (self.paper_above[column, j] - self.paper_above[column, i]).sum()
        way = sum(abs(b[1] - a[1]) for a, b in pairwise(corners))
        return float(paper - explained + _TRAVEL * way)

    def turning_points(self, k: int) -> Iterator[Point]:
        """Where a passage may turn: ends of ink that nobody explains, half a pen inside."""
        p, missing = self.passages[k], self.left_to(k) & ~self.drawn[k]
        for column in range(p.first, p.last + 1):
            if min(abs(column - x) for x, _ in p.corners) > 0.5:
                for first, last in stretches(missing[column - self.x0]):
                    if last - first + 1 >= self.pen_px:
                        yield column, self.y0 + first + self.pen_px / 2
                        yield column, self.y0 + last - self.pen_px / 2


def _explain(crossing: _Crossing) -> None:
    _settle_ends(crossing)
    while _add_corner(crossing):
        _settle_ends(crossing)


def _settle_ends(crossing: _Crossing) -> None:
    """Choose where each passage begins and ends, so that all together explain the most."""
    for _ in range(2):
        for k, p in enumerate(crossing.passages):
            left_above = _sums(crossing.left_to(k))
            choices = [[a, *p.corners[1:-1], b] for a in p.entries for b in p.exits]
            crossing.redraw(k, min(choices, key=lambda c: crossing.cost(k, c, left_above)))


def _add_corner(crossing: _Crossing) -> bool:
    """Give one passage one more corner, the one that pays most; False where none pays."""
    price = _CORNER * crossing.pen_px**2
    best, where, corners = 0.0, -1, list[Point]()
    for k, p in enumerate(crossing.passages):
        if len(p.corners) - 2 < _MOST_CORNERS:
            left_above = _sums(crossing.left_to(k))
            now = crossing.cost(k, p.corners, left_above)
            for point in crossing.turning_points(k):
                turned = sorted([*p.corners, point])
                gain = now - crossing.cost(k, turned, left_above) - price
                if gain > best:
                    best, where, corners = gain, k, turned
    if where >= 0:
        crossing.redraw(where, corners)
    return where >= 0


def _sums(mask: Mask) -> Ints:
    """How many pixels of each column are True above each row, `(columns, rows + 1)`."""
    return np.concatenate([np.zeros((len(mask), 1), np.int64), np.cumsum(mask, axis=1)], axis=1)


def _extents(columns: Ints, corners: Sequence[Point], pen_px: float) -> tuple[Floats, Floats]:
    """Edges of the ink that a line with these corners leaves in each column."""
    x, y = np.array(corners).T
    line = np.interp(columns[:, None] + np.array([-0.5, 0.0, 0.5]) * pen_px, x, y)
    top, bottom = line.min(axis=1), line.max(axis=1)
    for corner_x, corner_y in corners[1:-1]:
        near = np.abs(columns - corner_x) <= pen_px / 2
        top[near], bottom[near] = np.minimum(top[near], corner_y), np.maximum(bottom[near], corner_y)
    return top - pen_px / 2, bottom + pen_px / 2
