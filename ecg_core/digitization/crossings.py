"""Where rows of leads run into each other: which part of their common ink is whose.

In a column where two rows pass through the same run of ink only the ends of that run are seen. Each row is carried
through the common ink, from one of the places where it may have gone in to one where it may have come out, straight or
by a tip at one of those ends, so that all of them together explain as much of the ink as they can.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_closing
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.common_ink import CommonInk, Mask, Passage, Point
from ecg_core.digitization.runs import Runs, stretches

_STRAIGHT = 0.9  # share of the common ink that straight lines must explain; else they are not what is drawn
_TURNING = (
    0.75  # share that lines with tips must explain, less: the strokes beside a tip are not quite straight
)
_APART = 3.0  # pens between two shared stretches of one crossing
_SURE_INK = 0.5


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

    Tips that cross come first: between the two places where their strokes cross each row may have been given a run of
    its own, even the other's tip. Where no lines explain the ink, each row keeps all of it: what is not its own is
    then narrow and disappears when the width of the pen is taken off.
    """
    uses = np.bincount(path[path >= 0], minlength=len(runs.column))
    shared = (path >= 0) & (uses[path] > 1)
    top = np.where(path >= 0, runs.top_px[path], np.nan)
    bottom = np.where(path >= 0, runs.bottom_px[path], np.nan)
    nobodys = (uses == 0) & (runs.ink >= _SURE_INK) & (runs.height_px >= pen_px)
    solved: list[Passage] = []
    left = shared.copy()
    whole = _joined(shared, round(_APART * pen_px)) & (path >= 0)
    for cluster in _clusters(_passages(whole, top, bottom, pen_px), path):
        ink = CommonInk(cluster, path, runs, nobodys, pen_px)
        if ink.settle(with_tips=True) >= _TURNING:
            solved += cluster
            for p in cluster:
                left[p.part] = False
                top[p.part], bottom[p.part] = ink.seen_edges(p)
    for cluster in _clusters(_passages(left, top, bottom, pen_px), path):
        ink = CommonInk(cluster, path, runs, np.zeros_like(nobodys), pen_px)
        explained = ink.settle(with_tips=False) >= _STRAIGHT
        for p in cluster:
            if explained or p.is_level:
                solved.append(p)
                top[p.part], bottom[p.part] = ink.seen_edges(p)
    return OwnInk(top, bottom, tuple(solved), shared)


def _joined(shared: Mask, longest: int) -> Mask:
    """Stretches of each row with gaps of at most so many columns between them filled."""
    padded = np.pad(shared, ((0, 0), (longest + 1, longest + 1)))
    closed: Mask = binary_closing(padded, np.ones((1, longest + 1)))
    return closed[:, longest + 1 : -longest - 1]


def _passages(within: Mask, top: Floats, bottom: Floats, pen_px: float) -> list[Passage]:
    """Those of each row, one for each stretch of columns; none for a row that is nowhere seen by itself."""
    own_top, own_bottom = np.where(within, np.nan, top), np.where(within, np.nan, bottom)
    found = (
        _passage(row, first, last, own_top[row], own_bottom[row], pen_px)
        for row in range(len(within))
        for first, last in stretches(within[row])
    )
    return [p for p in found if p is not None]


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
