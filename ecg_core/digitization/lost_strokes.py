"""Strokes that no row took because their ink is broken at both ends, as where they cross a heavy line of the grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.crossings import OwnInk
from ecg_core.digitization.runs import Runs

_SURE_INK = 0.6
_SHORTEST_MM = 3.0  # from top to bottom; letters are smaller
_WIDEST_MM = 3.0  # along time
_NEAR_MM, _FAR_MM = 1.0, 2.0  # between it and the ink of its row, at the nearer and the farther end
_GAP_SHARE = 0.3  # of its height, at most


def lost_strokes(own: OwnInk, path: Ints, runs: Runs, px_per_mm: float) -> OwnInk:
    """Add to each row the tall pieces of ink that no row took and that begin and end near its own ink.

    `path` numbers the run of each row and column, -1 where none.
    """
    top, bottom = own.top_px.copy(), own.bottom_px.copy()
    for piece in _free_pieces(path, runs):
        column = runs.column[piece]
        height = float(runs.bottom_px[piece].max() - runs.top_px[piece].min())
        if height < _SHORTEST_MM * px_per_mm or column[-1] - column[0] > _WIDEST_MM * px_per_mm:
            continue
        gaps = np.stack([_gaps(piece, runs, top, bottom, side) for side in (0, -1)])
        row = int(gaps.max(axis=0).argmin())
        near, far = np.sort(gaps[:, row])
        if near > _NEAR_MM * px_per_mm or far > min(_FAR_MM * px_per_mm, _GAP_SHARE * height):
            continue
        np.fmin.at(top[row], column, runs.top_px[piece])
        np.fmax.at(bottom[row], column, runs.bottom_px[piece])
    return replace(own, top_px=top, bottom_px=bottom)


def _gaps(piece: Ints, runs: Runs, top_px: Floats, bottom_px: Floats, side: int) -> Floats:
    """How far one side of a piece, 0 or -1, is from each row's ink there and in the column beside, `(rows,)`."""
    x = runs.column[piece[side]]
    ends = piece[runs.column[piece] == x]
    beside = slice(max(x - 1, 0), x + 1) if side == 0 else slice(x, x + 2)
    under = runs.top_px[ends] - bottom_px[:, beside, None]
    over = top_px[:, beside, None] - runs.bottom_px[ends]
    gaps = np.maximum(np.maximum(under, over), 0)
    nearest: Floats = np.where(np.isnan(gaps), np.inf, gaps).min(axis=(1, 2))
    return nearest


def _free_pieces(path: Ints, runs: Runs) -> Iterator[Ints]:
    """The numbers of the sure runs that no row passes through, by piece: those that touch belong together."""
    free = runs.ink >= _SURE_INK
    free[path[path >= 0]] = False
    of_piece = np.flatnonzero(free)
    if not len(of_piece):
        return
    column, top, bottom = runs.column[of_piece], runs.top_px[of_piece], runs.bottom_px[of_piece]
    below_page = 2 * float(bottom.max()) + 1  # so that places sort by column first
    first = np.searchsorted(column * below_page + bottom, (column + 1) * below_page + top)
    end = np.searchsorted(column * below_page + top, (column + 1) * below_page + bottom, side="right")
    touching = np.maximum(end - first, 0)
    one = np.repeat(np.arange(len(of_piece)), touching)
    other = np.arange(touching.sum()) + np.repeat(first - (touching.cumsum() - touching), touching)
    links = coo_matrix((np.ones(len(one)), (one, other)), shape=(len(of_piece), len(of_piece)))
    count, label = connected_components(links, directed=False)
    by_piece = of_piece[np.argsort(label, kind="stable")]
    yield from np.split(by_piece, np.bincount(label, minlength=count).cumsum()[:-1])
