"""Calibration pulses: rectangles of 1 mV beside the rows of trace, measured to a fraction of a pixel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.rows import Row
from ecg_core.digitization.types import Box, Pulse

Ink = tuple[NDArray[np.float32], NDArray[np.float32]]  # probability of pulse and of trace
Area = tuple[slice, slice]  # of a page: pixel rows, pixel columns

_STEP_PX = 2  # pulses are looked for at half the resolution
_INK = 0.5  # probability of pulse from which a pixel counts
_BREAK_MM = 1.0  # a line may be broken this far, where a trace or a grid line crosses it
_HEIGHT_MM = (2.0, 45.0)  # 2.5 to 40 mm/mV
_WIDTH_MM = (0.8, 16.0)
_UPRIGHT = 0.6  # of the pulse's height: what an upright stroke covers at least
_PLATEAU = 0.6  # of the columns between the strokes that have ink at the top
_LEVEL_MM = 0.4  # how level its top is
_EMPTY = 1.6  # of a line's thickness: what ink the columns between the strokes hold at most
_BESIDE_MM = 20.0  # from the end of a row: where a pulse that was taken for trace is looked for


def find_pulses(
    pulse: NDArray[np.float32], trace: NDArray[np.float32], rows: Sequence[Row], px_per_mm: float
) -> tuple[Pulse, ...]:
    """The pulses of a page from its probabilities of pulse and of trace `(height, width)`, from the top.

    Rows that have none in the first are looked at in both: where the other rows have theirs, else at their ends.
    """
    ink = (pulse, trace)
    pulses: dict[int, Pulse] = {}
    for area in _pieces(pulse, rows, px_per_mm):
        found = _measure(ink, area, px_per_mm)
        number = _row_of(found, rows) if found else None
        if found and number is not None:
            pulses[number] = found
    for number, row in enumerate(rows):
        if number not in pulses:
            found = _first(ink, _places(row, list(pulses.values()), px_per_mm), px_per_mm)
            if found is not None:
                pulses[number] = found
    return tuple(replace(pulses[number], row=number) for number in sorted(pulses))


def _pieces(pulse: NDArray[np.float32], rows: Sequence[Row], px_per_mm: float) -> Iterator[Area]:
    """The areas of connected ink, down to the baseline that is next below their upper half."""
    side = 2 * round(_BREAK_MM * px_per_mm / (2 * _STEP_PX)) + 1
    seen = (pulse[::_STEP_PX, ::_STEP_PX] > _INK).astype(np.uint8)
    mask = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    beyond = round(px_per_mm)
    for x, y, width, height, _ in _STEP_PX * cv2.connectedComponentsWithStats(mask)[2][1:]:
        if height >= _HEIGHT_MM[0] * px_per_mm:
            below = [row.baseline_px for row in rows if row.baseline_px > y + height / 2]
            lowest = y + height if not below or min(below) > y + 2 * height else max(y + height, min(below))
            band = slice(max(y - beyond, 0), round(lowest) + beyond)
            yield band, slice(max(x - beyond, 0), x + width + beyond)


def _places(row: Row, others: Sequence[Pulse], px_per_mm: float) -> list[Area]:
    """Where the pulse of a row may stand, given those of other rows."""
    reach = _BESIDE_MM * px_per_mm
    if others:
        spans = [(others[0].box.x0_px - px_per_mm, others[0].box.x1_px + px_per_mm)]
        tallest = max(other.height_px for other in others)
    else:
        margin = 3 * px_per_mm
        spans = [(row.x0_px - margin, row.x0_px + reach), (row.x1_px - reach, row.x1_px + margin)]
        tallest = reach
    band = slice(max(0, round(row.baseline_px - tallest - px_per_mm)), round(row.baseline_px + 2 * px_per_mm))
    return [(band, slice(max(0, round(x0)), round(x1) + 1)) for x0, x1 in spans]


def _first(ink: Ink, areas: Iterable[Area], px_per_mm: float) -> Pulse | None:
    return next((found for area in areas if (found := _measure(ink, area, px_per_mm))), None)


def _measure(ink: Ink, area: Area, px_per_mm: float) -> Pulse | None:
    """The pulse in an area, None where there is none; its row is not known yet."""
    crop = np.maximum(*(kind[area] for kind in ink)).astype(np.float64)
    line = np.where(crop >= 0.2, crop, 0.0)
    pairs = pairwise(_upright_strokes(line, px_per_mm))
    found = (_between(line, rise, fall, px_per_mm) for rise, fall in pairs)
    box = next((box for box in found if box is not None), None)
    if box is None:
        return None
    x0, y0 = area[1].start, area[0].start
    placed = Box(x0 + box.x0_px, y0 + box.y0_px, x0 + box.x1_px, y0 + box.y1_px)
    return Pulse(placed, height_px=box.y1_px - box.y0_px, width_px=box.x1_px - box.x0_px, row=-1)


def _between(line: NDArray[np.float64], rise: _Stroke, fall: _Stroke, px_per_mm: float) -> Box | None:
    """The pulse between two upright strokes, None where its flat top or the void below it are missing."""
    thick = min(rise.thick_px, fall.thick_px)
    inner = slice(round(rise.x_px + 1.5 * thick), round(fall.x_px - 1.5 * thick) + 1)
    band = slice(max(0, round(rise.top_px - thick)), round(rise.top_px + 3 * thick) + 1)
    plateau = line[band, inner]
    if plateau.size == 0 or abs(rise.top_px - fall.top_px) > _LEVEL_MM * px_per_mm:
        return None
    inked = plateau.max(0) > _INK
    height = (plateau * np.arange(len(plateau))[:, None]).sum(0)[inked] / plateau.sum(0)[inked]
    if inked.mean() < _PLATEAU or np.ptp(np.quantile(height, (0.1, 0.9))) > _LEVEL_MM * px_per_mm:
        return None
    if np.median(line[:, inner].sum(0)) > _EMPTY * max(thick, plateau.sum(0).mean()):
        return None
    top_px = band.start + _centroid(plateau.sum(1))
    foot_px = _foot(line, rise, fall)
    low, high = (limit * px_per_mm for limit in _HEIGHT_MM)
    narrow, wide = (limit * px_per_mm for limit in _WIDTH_MM)
    if not (low <= foot_px - top_px <= high and narrow <= fall.x_px - rise.x_px <= wide):
        return None
    return Box(rise.x_px, top_px, fall.x_px, foot_px)


@dataclass(frozen=True)
class _Stroke:
    """An upright stroke: its place, its ends, its thickness."""

    x_px: float
    top_px: float
    bottom_px: float
    thick_px: float


def _upright_strokes(line: NDArray[np.float64], px_per_mm: float) -> list[_Stroke]:
    """Upright strokes from left to right."""
    ink = line.sum(0)
    tall = ink >= max(_UPRIGHT * ink.max(), _HEIGHT_MM[0] * px_per_mm * 0.8)
    edges = np.flatnonzero(np.diff(np.r_[False, tall, False]))
    strokes = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        part = line[:, start:stop]
        held = np.flatnonzero(part.max(1) > _INK)
        if held.size:
            thick = max(1.0, float(part[held].sum() / held.size))
            strokes.append(
                _Stroke(start + _centroid(ink[start:stop]), float(held[0]), float(held[-1]), thick)
            )
    return strokes


def _foot(line: NDArray[np.float64], rise: _Stroke, fall: _Stroke) -> float:
    """The height of the line that the pulse stands on.

    Its own feet tell it; without any, the strokes end half a line's thickness below it.
    """
    thick, bottom = min(rise.thick_px, fall.thick_px), rise.bottom_px
    band = slice(max(0, round(bottom - 3 * thick)), round(bottom + thick) + 2)
    left = slice(0, max(0, round(rise.x_px - 1.5 * thick)))
    right = slice(round(fall.x_px + 1.5 * thick) + 1, None)
    feet = np.concatenate([line[band, left], line[band, right]], axis=1)
    feet = feet[:, feet.max(0, initial=0.0) > _INK]
    if feet.shape[1] >= 2:
        return band.start + _centroid(feet.sum(1))
    stroke = line[:, round(rise.x_px)]
    full = float(np.median(stroke[stroke > _INK]))
    beyond = stroke[round(bottom) + 1] if bottom + 1 < len(stroke) else 0.0
    return bottom + beyond / full - thick / 2


def _centroid(weight: NDArray[np.float64]) -> float:
    return float((weight * np.arange(weight.size)).sum() / max(weight.sum(), 1e-12))


def _row_of(pulse: Pulse, rows: Sequence[Row]) -> int | None:
    """The row whose baseline is nearest to the pulse's foot; None where none is near."""
    away = [abs(row.baseline_px - pulse.box.y1_px) for row in rows]
    return int(np.argmin(away)) if away and min(away) < pulse.height_px else None
