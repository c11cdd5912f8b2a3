"""Marks that devices print between the leads of a row: bars across the baseline, dotted and dashed lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.types import InkMap, Layout, LeadBox

_TOGETHER_MM = 1.5  # borders of different rows no further apart are one
_REACH_MM = 4.0  # of a mark from the border between two leads
_BAND_MM = 15.0  # in which a mark is looked for, above and below the baseline
_SHORTEST_MM, _LONGEST_MM = 2.0, 15.0  # of bars
_STRAIGHT_MM = 0.3  # neighbouring columns of a bar begin and end alike; those of a steep wave do not
_ALIKE_MM = 0.6  # bars of one print lie alike about their baselines
_FILLED = 0.8  # of a bar's height where it stands, whatever runs through it
_FRINGE_FILLED = 0.6  # of its height beside it
_FRINGE_PX = 2  # around a bar, where it fades into the paper
_DOTS = 4  # at least in one line
_DOT_MM = 1.0  # wide at most, and how far dots of a line stand from its middle
_INK, _FAINT = 0.5, 0.05

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Site:
    """Where a mark may stand: the surroundings of one row's baseline at one border."""

    border: int
    left: int
    top: int
    baseline: int
    line: Mask
    faint: Mask


@dataclass(frozen=True)
class _Stroke:
    """A vertical run of ink in one column of a site; top and bottom (excluded) count from the baseline."""

    site: int
    column: int
    top: int
    bottom: int


def separators(ink: InkMap, layout: Layout, px_per_mm: float) -> Mask:
    """Where the marks between leads are on the page, `(height, width)`.

    Bars of one print begin and end at the same heights about the baselines of all rows, and they are straight. No
    QRS complexes do that at more than half of all places between leads.
    """
    found = np.zeros(ink.trace.shape, bool)
    sites = list(_sites(ink, layout, px_per_mm))
    for site, bar, dots in zip(sites, _bars(sites, px_per_mm), _dots(sites, px_per_mm), strict=True):
        height, width = bar.shape
        found[site.top : site.top + height, site.left : site.left + width] |= bar | dots
    return found


def _sites(ink: InkMap, layout: Layout, px_per_mm: float) -> Iterator[_Site]:
    """All places between leads, from left to right."""
    reach, band = round(_REACH_MM * px_per_mm), round(_BAND_MM * px_per_mm)
    for number, border in enumerate(_borders(layout, px_per_mm)):
        for box in border:
            baseline = round(_row_baseline(layout, box.row))
            left, top = max(round(box.box.x0_px) - reach, 0), max(baseline - band, 0)
            part = (slice(top, baseline + band), slice(left, round(box.box.x0_px) + reach + 1))
            near = InkMap(ink.trace[part], ink.pulse[part], ink.text[part])
            line, faint = near.trace + near.pulse > _INK, near.line > _FAINT
            yield _Site(number, left, top, baseline - top, line, faint)


def _row_baseline(layout: Layout, row: int) -> float:
    return float(np.median([box.baseline_px for box in layout.boxes if box.row == row]))


def _borders(layout: Layout, px_per_mm: float) -> Iterator[list[LeadBox]]:
    """The lead boxes that begin at the same border, for every border inside the rows."""
    inner = sorted((box for box in layout.boxes if box.column > 0), key=lambda box: box.box.x0_px)
    while inner:
        together = [box for box in inner if box.box.x0_px <= inner[0].box.x0_px + _TOGETHER_MM * px_per_mm]
        inner = inner[len(together) :]
        yield together


def _bars(sites: Sequence[_Site], px_per_mm: float) -> list[Mask]:
    """The pixels of bars in each site, which may stand in pieces above and below the baseline."""
    marks = [np.zeros_like(site.line) for site in sites]
    strokes = [stroke for number, site in enumerate(sites) for stroke in _straight(number, site, px_per_mm)]
    for bars in _of_one_print(strokes, sites, _ALIKE_MM * px_per_mm):
        for number, mark in enumerate(marks):
            mark |= _bar(number, sites, bars)
    return marks


def _of_one_print(
    strokes: Sequence[_Stroke], sites: Sequence[_Site], alike_px: float
) -> Iterator[list[_Stroke]]:
    """Strokes that begin and end alike at more than half of the sites, and stand above each other."""
    while strokes:
        ends = np.array([(stroke.top, stroke.bottom) for stroke in strokes])
        alike = (np.abs(ends[:, None] - ends) <= alike_px).all(axis=2)
        chosen = [[stroke for stroke, like in zip(strokes, row, strict=True) if like] for row in alike]
        best = max(chosen, key=lambda some: len({stroke.site for stroke in some}))
        bars = _above_each_other(best, sites, alike_px)
        if 2 * len({bar.site for bar in bars}) <= len(sites):
            return
        yield bars
        strokes = [stroke for stroke in strokes if stroke not in best]


def _above_each_other(strokes: Sequence[_Stroke], sites: Sequence[_Site], alike_px: float) -> list[_Stroke]:
    """Those strokes that stand in the middle of all of their border."""
    x = np.array([sites[stroke.site].left + stroke.column for stroke in strokes])
    border = np.array([sites[stroke.site].border for stroke in strokes])
    return [
        stroke
        for stroke, where, number in zip(strokes, x, border, strict=True)
        if abs(where - np.median(x[border == number])) <= alike_px
    ]


def _straight(number: int, site: _Site, px_per_mm: float) -> Iterator[_Stroke]:
    """The tall strokes of a site beside which the next column holds one that begins and ends alike."""
    limit = _STRAIGHT_MM * px_per_mm
    before: list[_Stroke] = []
    for column, of_column in groupby(_tall(number, site, px_per_mm), key=lambda stroke: stroke.column):
        here = list(of_column)
        beside = before if before and before[0].column == column - 1 else []
        for one, other in product(beside, here):
            if abs(one.top - other.top) <= limit and abs(one.bottom - other.bottom) <= limit:
                yield from (one, other)
        before = here


def _tall(number: int, site: _Site, px_per_mm: float) -> list[_Stroke]:
    """The vertical runs of a site that are as tall as bars, by columns."""
    columns = np.pad(site.line.T.astype(np.int8), ((0, 0), (1, 1)))
    column, edge = np.nonzero(np.diff(columns, axis=1))
    top, bottom = (edge - site.baseline).reshape(-1, 2).T
    tall = (bottom - top >= _SHORTEST_MM * px_per_mm) & (bottom - top <= _LONGEST_MM * px_per_mm)
    runs = zip(column[::2][tall].tolist(), top[tall].tolist(), bottom[tall].tolist(), strict=True)
    return [_Stroke(number, *run) for run in runs]


def _bar(number: int, sites: Sequence[_Site], bars: Sequence[_Stroke]) -> Mask:
    """The pixels of a site's bar and its fringe.

    It stands in the columns in which bars were seen in any row, as tall as it was seen here; where it has merged with
    a wave or a letter, as tall as in other rows.
    """
    site = sites[number]
    marks = np.zeros_like(site.line)
    at_border = [bar for bar in bars if sites[bar.site].border == site.border]
    if not at_border:
        return marks
    own = [bar for bar in at_border if bar.site == number] or at_border
    top, bottom = (
        np.median([(bar.top, bar.bottom) for bar in own], axis=0).round().astype(int) + site.baseline
    )
    core = np.zeros(site.line.shape[1], bool)
    columns = np.unique([bar.column + sites[bar.site].left - site.left for bar in at_border])
    core[columns[(columns >= 0) & (columns < len(core))]] = True
    core &= site.line[max(top, 0) : bottom].mean(axis=0) >= _FILLED
    fringed = cv2.dilate(core.astype(np.uint8)[None], np.ones((1, 2 * _FRINGE_PX + 1), np.uint8))[0] > 0
    fringed &= site.faint[max(top, 0) : bottom].mean(axis=0) >= _FRINGE_FILLED
    marks[max(top - _FRINGE_PX, 0) : bottom + _FRINGE_PX, fringed] = True
    return marks


def _dots(sites: Sequence[_Site], px_per_mm: float) -> list[Mask]:
    """The pixels of dotted and dashed lines in each site; those at a border stand in most rows."""
    found = [_dotted(site, px_per_mm) for site in sites]
    marks = []
    for site, dots in zip(sites, found, strict=True):
        at_border = [
            other.any() for row, other in zip(sites, found, strict=True) if row.border == site.border
        ]
        marks.append(dots if 2 * sum(at_border) > len(at_border) else np.zeros_like(dots))
    return marks


def _dotted(site: _Site, px_per_mm: float) -> Mask:
    """The line of dots or dashes that stand above each other, each apart from everything else."""
    _, parts, stats, centres = cv2.connectedComponentsWithStats(site.faint.astype(np.uint8))
    dot_px = _DOT_MM * px_per_mm
    left, width = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    small = (width <= dot_px) & (left > 0) & (left + width < site.line.shape[1])
    small[0] = False
    if np.count_nonzero(small) < _DOTS:
        return np.zeros_like(site.line)
    x = centres[:, 0]
    aligned = np.abs(x[:, None] - x[small]) <= dot_px / 2
    aligned &= small[:, None]
    best = aligned.sum(axis=0).argmax()
    line = np.flatnonzero(aligned[:, best])
    if len(line) < _DOTS:
        return np.zeros_like(site.line)
    return np.isin(parts, line)
