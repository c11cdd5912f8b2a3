"""`extract_traces`: from ink and layout to the line of every lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.candidates import Candidates, Floats, Ints, columns_of, find_bands, find_candidates
from ecg_core.digitization.pen_line import SAMPLES_PER_PX, pen_line
from ecg_core.digitization.runs import find_runs
from ecg_core.digitization.types import Anchor, InkMap, Layout, LeadBox, Trace
from ecg_core.digitization.viterbi import decode

TYPICAL_PX_PER_MM = 8.0  # of a flat page
LONGEST_BRIDGE_MM = 3.0  # 0.12 s at 25 mm/s; a longer stretch without ink is left out
_LONGEST_ANCHORED_BRIDGE_MM = 25.0  # towards a point where the user says that the line runs
_PEN_PERCENTILE = 3  # of the heights of all runs: sloping lines are taller than the pen is wide
_NEGLIGIBLE_PX = 0.05


@dataclass(frozen=True, eq=False)
class _Line:
    """The path of one row, all `(columns,)`; edges and centre are NaN where no ink was seen."""

    top_px: Floats
    bottom_px: Floats
    centre_px: Floats
    ink: Floats
    anchored: NDArray[np.bool_]


def extract_traces(
    ink: InkMap, layout: Layout, anchors: Sequence[Anchor] = (), px_per_mm: float = TYPICAL_PX_PER_MM
) -> tuple[Trace, ...]:
    """Follow the line of every lead box of the layout, in its order.

    Rows are followed as a whole, since their leads are drawn in one go, and cut at the borders of their boxes. A short
    stretch without ink is bridged by a straight line and marked; successive points of a `Trace` that lie more than one
    pixel apart enclose a longer one, where the line is not known.
    """
    if not layout.boxes:
        return ()
    runs = find_runs(ink.trace)
    if not len(runs.column):
        return tuple(_unseen(box) for box in layout.boxes)
    pen_px = float(np.percentile(runs.height_px, _PEN_PERCENTILE))
    bands = find_bands(layout, anchors, ink.trace.shape[1])
    candidates = find_candidates(runs, bands, pen_px, px_per_mm)
    path = decode(candidates, pen_px, px_per_mm)
    lines = {row: _line(candidates, path[k], k) for k, row in enumerate(bands.rows)}
    return tuple(_cut(box, lines[box.row], pen_px, px_per_mm) for box in layout.boxes)


def _unseen(box: LeadBox) -> Trace:
    return Trace(box, np.zeros(0), np.zeros(0), np.zeros(0, bool), 0.0)


def _line(c: Candidates, path: Ints, row: int) -> _Line:
    column = np.arange(len(path))

    def along(values: Floats) -> Floats:
        return np.where(path >= 0, values[column, row, path], np.nan)

    return _Line(
        along(c.top_px),
        along(c.bottom_px),
        along(c.centre_px),
        np.nan_to_num(along(c.ink)),
        c.required[:, row],
    )


def _cut(box: LeadBox, line: _Line, pen_px: float, px_per_mm: float) -> Trace:
    """The part of a row's line that belongs to one lead."""
    first, last = columns_of(box.box.x0_px, box.box.x1_px, len(line.ink))
    part = slice(first, last + 1)
    inside = _Line(
        line.top_px[part], line.bottom_px[part], line.centre_px[part], line.ink[part], line.anchored[part]
    )
    stretches = [
        _stretch(inside, start, stop, pen_px, first) for start, stop in _known_stretches(inside, px_per_mm)
    ]
    if not stretches:
        return _unseen(box)
    x, y, bridged = (np.concatenate(parts) for parts in zip(*stretches, strict=True))
    within = (x >= box.box.x0_px) & (x <= box.box.x1_px)
    return Trace(box, x[within], y[within], bridged[within], float(inside.ink.mean()))


def _known_stretches(line: _Line, px_per_mm: float) -> list[tuple[int, int]]:
    """Stretches (first and last column) of a line in which no gap is too long to be bridged."""
    seen = np.flatnonzero(~np.isnan(line.centre_px))
    if not len(seen):
        return []
    missing = np.diff(seen) - 1
    helped = line.anchored[seen[1:]] | line.anchored[seen[:-1]]
    longest = np.where(helped, _LONGEST_ANCHORED_BRIDGE_MM, LONGEST_BRIDGE_MM) * px_per_mm
    breaks = np.flatnonzero(missing > longest)
    starts, stops = seen[np.append(0, breaks + 1)], seen[np.append(breaks, len(seen) - 1)]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _stretch(
    line: _Line, start: int, stop: int, pen_px: float, offset: int
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """x, y and bridged of one stretch without long gaps."""
    part = slice(start, stop + 1)
    top, bottom, centre = (_filled(edge[part]) for edge in (line.top_px, line.bottom_px, line.centre_px))
    x, y = pen_line(top, bottom, centre, pen_px)
    column = np.minimum(np.round(x).astype(int), stop - start)
    bridged = np.isnan(line.centre_px[part])[column]
    needed = _needed(y)
    return x[needed] + start + offset, y[needed], bridged[needed]


def _filled(values: Floats) -> Floats:
    column = np.arange(len(values))
    known = ~np.isnan(values)
    return np.interp(column, column[known], values[known])


def _needed(y: Floats) -> NDArray[np.bool_]:
    """Which points are needed: those at whole columns, and all in columns where the line is not straight."""
    needed = np.zeros(len(y), bool)
    needed[::SAMPLES_PER_PX] = True
    if len(y) > SAMPLES_PER_PX:
        whole = y[::SAMPLES_PER_PX]
        share = np.arange(1, SAMPLES_PER_PX) / SAMPLES_PER_PX
        chord = whole[:-1, None] + share * np.diff(whole)[:, None]
        between = y[:-1].reshape(-1, SAMPLES_PER_PX)[:, 1:]
        bent = np.abs(between - chord).max(axis=1) > _NEGLIGIBLE_PX
        needed[:-1].reshape(-1, SAMPLES_PER_PX)[bent] = True
    return needed
