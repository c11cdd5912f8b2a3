"""Where the traces of a page may run: its ink without what was recognised as something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.types import Box, InkMap, Layout, LeadBox, PrintedText

_REACH_MM = 1.5  # of a bar from the border between two leads
_BAND_MM = 10.0  # in which a bar is looked for, above and below the baseline
_SHORTEST_MM = 2.0
_ALIKE_MM = 0.6  # bars of one print differ less in height; QRS complexes of several leads differ more
_FRINGE_PX = 2  # around a bar, where it fades into the paper
_INK, _FAINT = 0.5, 0.05
_READ = 0.5  # probability of being a lead's name, or confidence in a text


Ink = NDArray[np.float32]


@dataclass(frozen=True)
class _Stroke:
    """The tallest run of ink in one column near one border."""

    column: int
    top: int
    height: int


def signal_ink(ink: InkMap, texts: Sequence[PrintedText], layout: Layout, px_per_mm: float) -> InkMap:
    """The ink without legible print and without the bars that some devices print between the leads of a row.

    A bar is as tall in every row; where a border lies in one row only, nothing tells a bar from a QRS but that it
    fills several columns from the same height to the same depth.
    """
    trace, pulse, text = ink.trace.copy(), ink.pulse.copy(), ink.text.copy()
    line = ink.trace > _INK  # without the print that may touch a bar
    for border in _borders(layout, px_per_mm):
        for bar in _bars([_strokes(line, box, px_per_mm) for box in border], px_per_mm):
            rows = slice(max(bar.top - _FRINGE_PX, 0), bar.top + bar.height + _FRINGE_PX)
            columns = slice(max(bar.column - _FRINGE_PX, 0), bar.column + _FRINGE_PX + 1)
            for kind in (trace, pulse, text):
                kind[rows, columns] = 0
    for read in texts:
        if max(read.confidence, *read.lead_scores.values(), 0.0) >= _READ:
            _clear_print(trace, pulse, text, _around(read.box))
    return replace(ink, trace=trace, pulse=pulse, text=text)


def _around(box: Box) -> tuple[slice, slice]:
    """The pixels of a box and its fringe."""
    y0, x0 = max(round(box.y0_px) - _FRINGE_PX, 0), max(round(box.x0_px) - _FRINGE_PX, 0)
    return slice(y0, round(box.y1_px) + _FRINGE_PX + 1), slice(x0, round(box.x1_px) + _FRINGE_PX + 1)


def _clear_print(trace: Ink, pulse: Ink, text: Ink, area: tuple[slice, slice]) -> None:
    """Take letters out of an area, but not where a line that comes from above or below runs through them."""
    stray = _stray(trace[area] + pulse[area])
    trace[area][stray] = 0
    pulse[area][stray] = 0
    entered = (trace[area][[0, -1]] > _INK).any(axis=0)
    through = np.convolve(entered, np.ones(2 * _FRINGE_PX + 1), "same") > 0
    trace[area][:, through] = np.maximum(trace[area], text[area])[:, through]
    text[area] = 0


def _stray(line: Ink) -> NDArray[np.bool_]:
    """Bits of letters that were taken for a line: those that do not lead out of the letters' box."""
    count, parts = cv2.connectedComponents((line > _FAINT).astype(np.uint8))
    edge = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    return np.isin(parts, np.setdiff1d(np.arange(1, count), edge))


def _borders(layout: Layout, px_per_mm: float) -> Iterator[list[LeadBox]]:
    """The lead boxes that begin at the same border, for every border inside the rows."""
    inner = sorted((box for box in layout.boxes if box.column > 0), key=lambda box: box.box.x0_px)
    while inner:
        together = [box for box in inner if box.box.x0_px <= inner[0].box.x0_px + _REACH_MM * px_per_mm]
        inner = inner[len(together) :]
        yield together


def _strokes(line: NDArray[np.bool_], box: LeadBox, px_per_mm: float) -> dict[int, _Stroke]:
    """The tall strokes around the left border of a box by their column."""
    reach, band = round(_REACH_MM * px_per_mm), round(_BAND_MM * px_per_mm)
    first = max(round(box.box.x0_px) - reach, 0)
    top = max(round(box.baseline_px) - band, 0)
    part = line[top : round(box.baseline_px) + band, first : first + 2 * reach + 1]
    found = {}
    for offset, column in enumerate(part.T):
        edges = np.flatnonzero(np.diff(np.r_[False, column, False].astype(np.int8)))
        heights = edges[1::2] - edges[::2]
        if len(heights) and heights.max() >= _SHORTEST_MM * px_per_mm:
            tallest = int(np.argmax(heights))
            stroke = _Stroke(first + offset, top + int(edges[2 * tallest]), int(heights[tallest]))
            found[stroke.column] = stroke
    return found


def _bars(strokes: Sequence[dict[int, _Stroke]], px_per_mm: float) -> list[_Stroke]:
    """Those strokes that are bars."""
    alike_px = _ALIKE_MM * px_per_mm
    every = [stroke for of_row in strokes for stroke in of_row.values()]
    if not every:
        return []
    usual = float(np.median([stroke.height for stroke in every]))
    bars = [
        [stroke for stroke in of_row.values() if abs(stroke.height - usual) <= alike_px] for of_row in strokes
    ]
    with_bar = [of_row for of_row in bars if len(of_row) >= (1 if len(strokes) > 1 else 3)]
    # One row's QRS may stand at the border by chance, but not one of the same height in most rows.
    return [stroke for of_row in with_bar for stroke in of_row] if 2 * len(with_bar) > len(strokes) else []
