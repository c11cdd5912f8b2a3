"""The common ink of some rows, and what of it each of them draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, permutations

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.runs import Runs
from ecg_core.digitization.types import Points

Mask = NDArray[np.bool_]
Point = tuple[float, float]

_TRAVEL = 0.2  # price of one pixel up or down, in pixels of ink left unexplained
_VISIBLE = (
    1.5  # pens between the end of a run and that of a line: it is the end of that line that is seen there
)
_SWEEPS = 3  # over the rows of a crossing until each has taken the others into account
_ORDERS = 6  # in which they are swept
_NOWHERE = (np.nan, np.nan)


@dataclass(eq=False)
class Passage:
    """One row's way through common ink, whole columns `first` to `last`: from `start` straight to `end`, or by a tip.

    `entries` and `exits` are the places in the ink that is its own, just before and after, where these may be. A tip is
    where the row turns within the common ink.
    """

    row: int
    first: int
    last: int
    entries: list[Point]
    exits: list[Point]
    start: Point
    end: Point
    tip: Point | None = None

    @property
    def columns(self) -> Ints:
        """Every column of it."""
        return np.arange(self.first, self.last + 1)

    @property
    def part(self) -> tuple[int, slice]:
        """Where it lies in arrays `(rows, columns)`."""
        return self.row, slice(self.first, self.last + 1)

    @property
    def corners(self) -> Points:
        """The polyline that the row draws, `(2 or 3, 2)`."""
        return np.array([self.start, self.end] if self.tip is None else [self.start, self.tip, self.end])

    @property
    def is_level(self) -> bool:
        """Whether the row goes in and comes out as a line rather than as a stroke."""
        return len(self.entries) == len(self.exits) == 1

    def extents(self, pen_px: float) -> tuple[Floats, Floats]:
        """Edges of the ink that a pen leaves in each of its columns."""
        start, end = np.array([self.start]), np.array([self.end])
        top, bottom = _extents(
            self.columns, start, (start + end) / 2 if self.tip is None else np.array([self.tip]), end, pen_px
        )
        return top[0], bottom[0]


@dataclass(frozen=True, eq=False)
class _Ways:
    """All ways in which one row may pass: what each draws, `(ways, columns)`, and what that costs, `(ways,)`."""

    corners: list[tuple[Point, Point | None, Point]]
    top: Ints  # numbers of pixels, the lower end not included
    bottom: Ints
    price: Floats


class CommonInk:
    """All runs in the columns of some passages that are theirs, or nobody's and in touch with theirs."""

    def __init__(
        self, passages: Sequence[Passage], path: Ints, runs: Runs, free: Mask, pen_px: float
    ) -> None:
        self._passages, self._pen_px = passages, pen_px
        self._x0, x1 = min(p.first for p in passages), max(p.last for p in passages)
        own = np.unique(np.concatenate([path[p.part] for p in passages]))
        own = np.append(own, _in_touch(own, runs, free, self._x0, x1))
        self.column, self.top_px, self.bottom_px = runs.column[own], runs.top_px[own], runs.bottom_px[own]
        self._y0 = int(self.top_px.min()) - 2
        self._y = np.arange(self._y0, int(self.bottom_px.max()) + 3)
        self._ink = np.zeros((x1 + 1 - self._x0, len(self._y)), bool)
        for x, top, bottom in zip(self.column - self._x0, self.top_px, self.bottom_px, strict=True):
            self._ink[x] |= (self._y >= top) & (self._y <= bottom)

    def settle(self, with_tips: bool) -> float:
        """Choose where each passage starts, turns and ends, so that all together explain the most.

        Each row in turn takes what explains most of what the others leave. Which came first matters, so several orders
        are tried. Returns the share of the ink that is then drawn, less what is drawn on paper.
        """
        paper_above = _sums(~self._ink)
        ways = [self._ways(p, paper_above, with_tips) for p in self._passages]
        least, best, drawn = np.inf, np.zeros(len(ways), np.int64), self._ink
        for order in islice(permutations(range(len(ways))), _ORDERS):
            choice, ink = self._settled(ways, order)
            cost = float((self._ink & ~ink).sum()) + sum(
                float(w.price[c]) for w, c in zip(ways, choice, strict=True)
            )
            if cost < least:
                least, best, drawn = cost, choice, ink
        for p, w, k in zip(self._passages, ways, best.tolist(), strict=True):
            p.start, p.tip, p.end = w.corners[k]
        return 1 - float((drawn ^ self._ink).sum() / self._ink.sum())

    def _settled(self, ways: list[_Ways], order: Sequence[int]) -> tuple[Ints, Mask]:
        """The way that each row takes in the end when they choose in this order, and all that they draw."""
        choice = np.zeros(len(ways), np.int64)
        drawn = np.stack([self._drawn(p, w, 0) for p, w in zip(self._passages, ways, strict=True)])
        for _ in range(_SWEEPS):
            before = choice.copy()
            for k in order:
                drawn[k] = False
                left_above = _sums(self._ink & ~drawn.any(axis=0))
                column = self._passages[k].columns - self._x0
                explained = left_above[column, ways[k].bottom] - left_above[column, ways[k].top]
                choice[k] = best = int((ways[k].price - explained.sum(axis=1)).argmin())
                drawn[k] = self._drawn(self._passages[k], ways[k], best)
            if (choice == before).all():
                break
        return choice, np.logical_or.reduce(drawn)

    def _drawn(self, p: Passage, ways: _Ways, way: int) -> Mask:
        """What a passage draws on one of its ways."""
        pixel = np.arange(len(self._y))
        drawn = np.zeros_like(self._ink)
        drawn[p.columns - self._x0] = (pixel >= ways.top[way][:, None]) & (pixel < ways.bottom[way][:, None])
        return drawn

    def _ways(self, p: Passage, paper_above: Ints, with_tips: bool) -> _Ways:
        """The ways of one passage. They cost the paper that is drawn on, and travel."""
        tips = self._tips(p) if with_tips and not p.is_level else []
        corners = [(start, tip, end) for start in p.entries for end in p.exits for tip in (None, *tips)]
        start, end = (np.array([way[k] for way in corners], np.float64) for k in (0, 2))
        tip = np.array([way[1] or _NOWHERE for way in corners], np.float64)
        tip = np.where(np.isnan(tip), (start + end) / 2, tip)
        top_px, bottom_px = _extents(p.columns, start, tip, end, self._pen_px)
        top = np.clip(np.ceil(top_px - self._y0).astype(int), 0, len(self._y))
        bottom = np.clip(np.floor(bottom_px - self._y0).astype(int) + 1, top, len(self._y))
        column = p.columns - self._x0
        paper = (paper_above[column, bottom] - paper_above[column, top]).sum(axis=1)
        travel = np.abs(tip - start)[:, 1] + np.abs(end - tip)[:, 1]
        return _Ways(corners, top, bottom, paper + _TRAVEL * travel)

    def _tips(self, p: Passage) -> list[Point]:
        """Where a passage may turn: at any end of a run."""
        here = (
            (self.column >= p.first) & (self.column <= p.last) & (self.bottom_px - self.top_px > self._pen_px)
        )
        x, half = self.column[here], self._pen_px / 2
        highest, lowest = self.top_px[here] + half, self.bottom_px[here] - half
        return list(zip(np.tile(x, 2).tolist(), np.append(highest, lowest).tolist(), strict=True))

    def seen_edges(self, p: Passage) -> tuple[Floats, Floats]:
        """The ends of runs that are those of what a passage draws, by column; NaN where its own are hidden."""
        found = []
        for drawn, edge in zip(p.extents(self._pen_px), (self.top_px, self.bottom_px), strict=True):
            away = np.where(self.column == p.columns[:, None], np.abs(edge - drawn[:, None]), np.inf)
            nearest = away.argmin(axis=1)
            seen = away[np.arange(len(away)), nearest] < _VISIBLE * self._pen_px
            found.append(np.where(seen, edge[nearest], np.nan))
        return found[0], found[1]


def _in_touch(mine: Ints, runs: Runs, free: Mask, x0: int, x1: int) -> Ints:
    """Free runs of columns `x0` to `x1` that touch one of `mine` in a column beside."""
    first, end = np.searchsorted(runs.column, [x0, x1 + 1])
    others = first + np.flatnonzero(free[first:end])
    beside = np.abs(runs.column[others][:, None] - runs.column[mine]) == 1
    over = runs.top_px[others][:, None] <= runs.bottom_px[mine]
    under = runs.top_px[mine] <= runs.bottom_px[others][:, None]
    touching: Ints = others[(beside & over & under).any(axis=1)]
    return touching


def _sums(mask: Mask) -> Ints:
    """How many pixels of each column are True above each row, `(columns, rows + 1)`."""
    return np.concatenate([np.zeros((len(mask), 1), np.int64), np.cumsum(mask, axis=1)], axis=1)


def _extents(columns: Ints, start: Points, tip: Points, end: Points, pen_px: float) -> tuple[Floats, Floats]:
    """Edges of the ink that lines from `start` by `tip` to `end`, each `(n, 2)`, leave in columns, `(n, columns)`."""
    reach = []
    for beside in (-pen_px / 2, pen_px / 2):
        x = np.clip(columns + beside, start[:, :1], end[:, :1])
        to_tip = np.clip((x - start[:, :1]) / (tip - start)[:, :1], 0, 1)
        from_tip = np.clip((x - tip[:, :1]) / (end - tip)[:, :1], 0, 1)
        reach.append(start[:, 1:] + to_tip * (tip - start)[:, 1:] + from_tip * (end - tip)[:, 1:])
    passed = np.abs(columns - tip[:, :1]) <= pen_px / 2
    reach.append(np.where(passed, tip[:, 1:], reach[0]))
    return np.min(reach, axis=0) - pen_px / 2, np.max(reach, axis=0) + pen_px / 2
