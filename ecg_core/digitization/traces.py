"""`extract_traces`: from ink and layout to the line of every lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.broken_strokes import whole_strokes
from ecg_core.digitization.candidates import Floats, Ints, columns_of, find_bands, find_candidates
from ecg_core.digitization.claims import settle_claims
from ecg_core.digitization.crossings import OwnInk, share_ink
from ecg_core.digitization.lost_strokes import lost_strokes
from ecg_core.digitization.pen_line import SAMPLES_PER_PX, pen_line
from ecg_core.digitization.runs import Runs, find_runs
from ecg_core.digitization.types import Anchor, InkMap, Layout, LeadBox, Points, Trace
from ecg_core.digitization.viterbi import decode

TYPICAL_PX_PER_MM = 8.0  # of a flat page
LONGEST_BRIDGE_MM = 3.0  # 0.12 s at 25 mm/s; a longer stretch without ink is left out
_LONGEST_ANCHORED_BRIDGE_MM = 25.0  # towards a point where the user says that the line runs
_LONGEST_HOLD_MM = 2.0
_PEN_PERCENTILE = 5  # of the heights of sure runs: sloping lines are taller than the pen is wide
_SURE_INK = 0.7
_NEGLIGIBLE_PX = 0.05


@dataclass(frozen=True, eq=False)
class _Line:
    """The path of one row, all `(columns,)`; centre is NaN where no ink was seen, edges also where they are hidden."""

    top_px: Floats
    bottom_px: Floats
    centre_px: Floats
    ink: Floats
    anchored: NDArray[np.bool_]
    shared: NDArray[np.bool_]  # with another row's
    passages: tuple[Points, ...]  # guesses of the line where edges are hidden


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
    runs = find_runs(ink.line)
    if not len(runs.column):
        return tuple(_unseen(box) for box in layout.boxes)
    pen_px = _pen_px(runs)
    bands = find_bands(layout, anchors, ink.trace.shape[1])
    runs, candidates = find_candidates(runs, bands, pen_px, px_per_mm)
    path = decode(runs, candidates, bands, px_per_mm)
    path = settle_claims(path, runs, bands.baseline_px, pen_px, px_per_mm)
    own = whole_strokes(share_ink(path, runs, pen_px), path, runs, pen_px)
    own = lost_strokes(own, path, runs, px_per_mm)
    lines = {row: _line(runs, path[k], own, candidates.required[:, k], k) for k, row in enumerate(bands.rows)}
    return tuple(_cut(box, lines[box.row], pen_px, px_per_mm) for box in layout.boxes)


def _pen_px(runs: Runs) -> float:
    """How wide the pen draws; faint runs are specks and ends of strokes rather than lines."""
    sure = runs.ink >= _SURE_INK
    return float(np.percentile(runs.height_px[sure] if sure.any() else runs.height_px, _PEN_PERCENTILE))


def _unseen(box: LeadBox) -> Trace:
    return Trace(box, np.zeros(0), np.zeros(0), np.zeros(0, bool), 0.0)


def _line(runs: Runs, path: Ints, own: OwnInk, anchored: NDArray[np.bool_], row: int) -> _Line:
    seen = path >= 0
    return _Line(
        own.top_px[row],
        own.bottom_px[row],
        np.where(seen, runs.centre_px[path], (own.top_px[row] + own.bottom_px[row]) / 2),
        np.where(seen, runs.ink[path], 0.0),
        anchored,
        own.shared[row],
        tuple(p.corners for p in own.passages if p.row == row),
    )


def _cut(box: LeadBox, line: _Line, pen_px: float, px_per_mm: float) -> Trace:
    """The part of a row's line that belongs to one lead."""
    first, last = columns_of(box.box.x0_px, box.box.x1_px, len(line.ink))
    known = _known_stretches(line, first, last, px_per_mm)
    stretches = [_stretch(line, start, stop, pen_px) for start, stop in known]
    if not stretches:
        return _unseen(box)
    x, y, bridged = (np.concatenate(parts) for parts in zip(*stretches, strict=True))
    x, y, bridged = _to_borders(x, y, bridged, box, _LONGEST_HOLD_MM * px_per_mm)
    within = (x >= box.box.x0_px) & (x <= box.box.x1_px)
    return Trace(
        box,
        x[within],
        y[within],
        bridged[within],
        float(line.ink[first : last + 1].mean()),
        float(line.shared[first : last + 1].sum()),
    )


def _to_borders(
    x: Floats, y: Floats, bridged: NDArray[np.bool_], box: LeadBox, longest_px: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The line carried on level, and marked, to borders of its lead that it nearly reaches: bars stand there."""
    before = np.arange(np.ceil(box.box.x0_px), x[0] - 0.5)
    after = np.arange(np.floor(box.box.x1_px), x[-1] + 0.5, -1)[::-1]
    before = before if len(before) <= longest_px else before[:0]
    after = after if len(after) <= longest_px else after[:0]
    parts = (len(before), len(x), len(after))
    return (
        np.concatenate([before, x, after]),
        np.concatenate([np.full(parts[0], y[0]), y, np.full(parts[2], y[-1])]),
        np.concatenate([np.ones(parts[0], bool), bridged, np.ones(parts[2], bool)]),
    )


def _known_stretches(line: _Line, first: int, last: int, px_per_mm: float) -> list[tuple[int, int]]:
    """Stretches (first and last column) between two columns in which no gap is too long to be bridged."""
    seen = first + np.flatnonzero(~np.isnan(line.centre_px[first : last + 1]))
    if not len(seen):
        return []
    missing = np.diff(seen) - 1
    helped = line.anchored[seen[1:]] | line.anchored[seen[:-1]]
    longest = np.where(helped, _LONGEST_ANCHORED_BRIDGE_MM, LONGEST_BRIDGE_MM) * px_per_mm
    breaks = np.flatnonzero(missing > longest)
    starts, stops = seen[np.append(0, breaks + 1)], seen[np.append(breaks, len(seen) - 1)]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _stretch(line: _Line, start: int, stop: int, pen_px: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """x, y and bridged of one stretch without long gaps."""
    part = slice(start, stop + 1)
    gap = np.isnan(line.centre_px[part])
    top, bottom, centre = (
        _bridged(edge[part], gap) for edge in (line.top_px, line.bottom_px, line.centre_px)
    )
    passages = [p - (start, 0) for p in line.passages if p[0, 0] <= stop and p[-1, 0] >= start]
    x, y = pen_line(top, bottom, centre, pen_px, passages)
    needed = _needed(y)
    return x[needed] + start, y[needed], gap[np.round(x).astype(int)][needed]


def _bridged(values: Floats, gap: NDArray[np.bool_]) -> Floats:
    """Values with the gaps filled by straight lines; what is hidden stays so."""
    column, known = np.arange(len(values)), ~np.isnan(values)
    return np.where(gap, np.interp(column, column[known], values[known]), values) if known.any() else values


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
