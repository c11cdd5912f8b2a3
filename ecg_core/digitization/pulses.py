"""Calibration pulses: rectangles of 1 mV beside the rows of trace, measured to a fraction of a pixel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.rows import Row
from ecg_core.digitization.runs import find_runs
from ecg_core.digitization.types import Box, FlatPage, InkMap, Pulse

Area = tuple[slice, slice]  # of a page: pixel rows, pixel columns

_STEP_PX = 2  # pulses are looked for at half the resolution
_INK = 0.4  # probability from which a pixel counts
_BREAK_MM = 1.0  # a line may be broken this far, where a trace or a grid line crosses it
_HEIGHT_MM = (4.0, 45.0)  # 5 to 40 mm/mV
_WIDTH_MM = (0.8, 16.0)
_LEVEL_MM = 0.4  # how level its top is
_TOP_DARK = 0.5  # of the strokes' darkness: what its top has
_TOP_WHOLE = 0.75  # of the columns between the strokes that have a dark top
_EMPTY = 0.2  # of the space below the top, between the strokes: what is inked at most
_NEAR_ROW_MM = 4.0  # of its foot from the baseline of its row
_BESIDE_MM = 30.0  # from the end of a row: where a pulse that was taken for trace is looked for
_CORRECTION_MM = 0.6  # at most between the two ways of measuring a height


def find_pulses(flat: FlatPage, ink: InkMap, rows: Sequence[Row]) -> tuple[Pulse, ...]:
    """The pulses of a page, at most one a row, from the top.

    Rows in which no pulse was recognised are looked at once more: where the other rows have theirs, else at both ends.
    """
    px_per_mm = flat.px_per_mm
    strokes = [stroke for area in _areas(ink.pulse, px_per_mm) for stroke in _strokes(ink, area, px_per_mm)]
    pulses = _by_row(_pulses(strokes, flat, ink), rows, px_per_mm)
    places = [pulse.box for pulse in pulses.values()]
    again = [
        stroke
        for number, row in enumerate(rows)
        if number not in pulses
        for area in _ends(row, places, px_per_mm)
        for stroke in _strokes(ink, area, px_per_mm)
    ]
    taken_for_trace = _alike(_pulses(again, flat, ink, whole=True), list(pulses.values()), px_per_mm)
    pulses = _by_row(taken_for_trace, rows, px_per_mm) | pulses
    return tuple(replace(_refined(pulses[number], flat), row=number) for number in sorted(pulses))


def _areas(pulse: NDArray[np.float32], px_per_mm: float) -> Iterator[Area]:
    """The surroundings of each connected piece of ink that may be part of a pulse."""
    side = 2 * round(_BREAK_MM * px_per_mm / (2 * _STEP_PX)) + 1
    seen = (pulse[::_STEP_PX, ::_STEP_PX] > _INK).astype(np.uint8)
    mask = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    around = round(2 * px_per_mm)
    for x, y, width, height, _ in (_STEP_PX * cv2.connectedComponentsWithStats(mask)[2][1:]).tolist():
        if height >= px_per_mm * _HEIGHT_MM[0] / 2:
            yield (
                slice(max(y - around, 0), y + height + around),
                slice(max(x - around, 0), x + width + around),
            )


def _ends(row: Row, places: Sequence[Box], px_per_mm: float) -> list[Area]:
    """Where the pulse of a row may stand, given those of other rows."""
    reach, margin = _BESIDE_MM * px_per_mm, 2 * px_per_mm
    if places:
        spans = [(places[0].x0_px - margin, places[0].x1_px + margin)]
        tallest = max(place.y1_px - place.y0_px for place in places)
    else:
        spans = [(row.x0_px - margin, row.x0_px + reach), (row.x1_px - reach, row.x1_px + margin)]
        tallest = reach
    band = slice(max(0, round(row.baseline_px - 1.2 * tallest)), round(row.baseline_px + 0.2 * tallest))
    return [(band, slice(max(0, round(x0)), round(x1) + 1)) for x0, x1 in spans]


def _by_row(pulses: Sequence[Pulse], rows: Sequence[Row], px_per_mm: float) -> dict[int, Pulse]:
    """Each pulse at the row whose baseline is nearest to its foot; the nearest one where a row has several."""
    found: dict[int, tuple[float, Pulse]] = {}
    for pulse in pulses:
        away = [abs(row.baseline_px - pulse.box.y1_px) for row in rows]
        number = int(np.argmin(away)) if away else -1
        if away and away[number] < found.get(number, (_NEAR_ROW_MM * px_per_mm, None))[0]:
            found[number] = away[number], pulse
    return {number: pulse for number, (_, pulse) in found.items()}


def _alike(pulses: Sequence[Pulse], sure: Sequence[Pulse], px_per_mm: float) -> list[Pulse]:
    """Those that stand where another one stands and are as wide: no chance likeness of a trace to a pulse."""

    def same(a: Pulse, b: Pulse) -> bool:
        edges = abs(a.box.x0_px - b.box.x0_px), abs(a.box.x1_px - b.box.x1_px)
        apart = abs(a.box.y1_px - b.box.y1_px)
        return apart > px_per_mm and max(edges) < px_per_mm and 0.45 < a.height_px / b.height_px < 2.2

    return [pulse for pulse in pulses if any(same(pulse, other) for other in (*pulses, *sure))]


@dataclass(frozen=True)
class _Stroke:
    """An upright stroke on the page: its place, its ends, its thickness."""

    x_px: float
    top_px: float
    bottom_px: float
    thick_px: float


def _strokes(ink: InkMap, area: Area, px_per_mm: float) -> list[_Stroke]:
    """Upright strokes in an area: tall runs of neighbouring columns with about the same upper end."""
    upright = np.ones((2 * round(_BREAK_MM * px_per_mm / 2) + 1, 1), np.uint8)
    crop = cv2.morphologyEx(ink.pulse[area] + ink.trace[area], cv2.MORPH_CLOSE, upright)
    runs = find_runs(np.asarray(crop, np.float32))
    tall = runs.height_px >= _HEIGHT_MM[0] * px_per_mm
    x_px, y_px = runs.column[tall] + area[1].start, area[0].start
    groups: list[list[tuple[float, float, float]]] = []
    for run in zip(x_px.tolist(), runs.top_px[tall] + y_px, runs.bottom_px[tall] + y_px, strict=True):
        beside = [
            group
            for group in groups
            if run[0] - group[-1][0] == 1 and abs(run[1] - group[-1][1]) < 2 * _LEVEL_MM * px_per_mm
        ]
        if beside:
            beside[0].append(run)
        else:
            groups.append([run])
    return [_stroke(np.array(group)) for group in groups]


def _stroke(runs: NDArray[np.float64]) -> _Stroke:
    """One stroke from its runs `(n, 3)`: column, top, bottom. The tallest columns are its core."""
    height = runs[:, 2] - runs[:, 1]
    core = runs[height > 0.9 * height.max()]
    x_px, top_px, bottom_px = core[:, 0].mean(), np.median(core[:, 1]), np.median(core[:, 2])
    return _Stroke(float(x_px), float(top_px), float(bottom_px), float(len(core)))


def _pulses(strokes: Sequence[_Stroke], flat: FlatPage, ink: InkMap, whole: bool = False) -> list[Pulse]:
    """The pulses between any two strokes, if `whole` only those whose top is ink; their rows are not known yet."""
    return [
        Pulse(box, height_px=box.y1_px - box.y0_px, width_px=box.x1_px - box.x0_px, row=-1)
        for rise, fall in _pairs(strokes, flat.px_per_mm)
        if (box := _between(rise, fall, flat, ink, whole)) is not None
    ]


def _pairs(strokes: Sequence[_Stroke], px_per_mm: float) -> Iterator[tuple[_Stroke, _Stroke]]:
    """Strokes that stand as far apart as the sides of a pulse, with tops at one level and enough of their heights in common."""
    narrow, wide = (limit * px_per_mm for limit in _WIDTH_MM)
    x_px, top_px, bottom_px = np.array([(s.x_px, s.top_px, s.bottom_px) for s in strokes]).reshape(-1, 3).T
    for rise in strokes:
        apart = x_px - rise.x_px
        common = np.minimum(bottom_px, rise.bottom_px) - np.maximum(top_px, rise.top_px)
        fits = (narrow <= apart) & (apart <= wide) & (common >= _HEIGHT_MM[0] * px_per_mm)
        fits &= np.abs(top_px - rise.top_px) <= 2 * _LEVEL_MM * px_per_mm
        yield from ((rise, strokes[k]) for k in np.flatnonzero(fits).tolist())


def _between(rise: _Stroke, fall: _Stroke, flat: FlatPage, ink: InkMap, whole: bool) -> Box | None:
    """The outline of the pulse between two upright strokes, None where its top or the void below it are missing.

    Its top is looked for in the picture: where a line of the grid runs along it, it may not be recognised as ink.
    """
    level, px_per_mm = _LEVEL_MM * flat.px_per_mm, flat.px_per_mm
    bottom_px = min(rise.bottom_px, fall.bottom_px)
    top_px = max(rise.top_px, fall.top_px)
    left, right = round(rise.x_px + rise.thick_px), round(fall.x_px - fall.thick_px) + 1
    band = slice(max(0, round(rise.top_px - level)), round(rise.top_px + 2 * level) + 1)
    middle = slice(round(top_px + px_per_mm), round(bottom_px - px_per_mm))
    below = _ink(ink, middle, left, right)
    if right - left < 2 or below.size == 0 or (below > _INK).mean() > _EMPTY:
        return None
    if whole and (_ink(ink, band, left, right).max(0) > _INK).mean() < _TOP_WHOLE:
        return None
    top = _darkness(flat.rgb[band, left:right])
    void, stroke = (_darkness(flat.rgb[middle, x0:x1]) for x0, x1 in ((left, right), _core(rise)))
    enough = np.median(void) + _TOP_DARK * (np.median(stroke) - np.median(void))
    if (top.max(0) > enough).mean() < _TOP_WHOLE or np.median(stroke) <= np.median(void):
        return None
    thick = max(1.0, float((top > enough).sum(0).mean()))
    return Box(rise.x_px, rise.top_px + thick / 2, fall.x_px, bottom_px - thick / 2)


def _ink(ink: InkMap, rows: slice, left: int, right: int) -> NDArray[np.float32]:
    probability: NDArray[np.float32] = ink.pulse[rows, left:right] + ink.trace[rows, left:right]
    return probability


def _core(stroke: _Stroke) -> tuple[int, int]:
    """The columns in the middle of a stroke."""
    return round(stroke.x_px), round(stroke.x_px) + 1


def _refined(pulse: Pulse, flat: FlatPage) -> Pulse:
    """The pulse with its height measured in the picture, which is finer than the probability of ink.

    The height is that from the middle of its top to the lower end of its first stroke, less half a line's thickness:
    so far down do strokes reach whether or not a line leads up to them.
    """
    box, px_per_mm = pulse.box, flat.px_per_mm
    inner = (box.x0_px + 0.25 * pulse.width_px, box.x1_px - 0.25 * pulse.width_px)
    start, top = _profile(flat, (box.y0_px - px_per_mm, box.y0_px + px_per_mm), inner)
    top = np.where(top > 0.3 * top.max(), top, 0.0)
    thick_px = top.sum() / max(top.max(), 1.0)
    top_px = start + float((top * np.arange(top.size)).sum() / max(top.sum(), 1.0))
    start, stroke = _profile(flat, (box.y1_px - 2 * px_per_mm, box.y1_px + px_per_mm), (box.x0_px, box.x0_px))
    half = np.median(stroke[: stroke.size // 2]) / 2
    last = int(np.flatnonzero(stroke >= half)[-1])
    if last + 1 == stroke.size:
        return pulse
    end_px = start + last + (stroke[last] - half) / (stroke[last] - stroke[last + 1])
    height_px = float(end_px - thick_px / 2 - top_px)
    if abs(height_px - pulse.height_px) > _CORRECTION_MM * px_per_mm:
        return pulse
    return replace(pulse, box=replace(box, y0_px=top_px, y1_px=top_px + height_px), height_px=height_px)


def _profile(
    flat: FlatPage, y_px: tuple[float, float], x_px: tuple[float, float]
) -> tuple[int, NDArray[np.float64]]:
    """First pixel row and mean darkness over the lightest per pixel row of an area."""
    y0, y1, x0, x1 = (max(0, round(edge)) for edge in (*y_px, *x_px))
    darkness = _darkness(flat.rgb[y0 : y1 + 1, x0 : x1 + 1]).mean(1)
    return y0, darkness - darkness.min()


def _darkness(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    return 255 - rgb.mean(axis=2, dtype=np.float64)
