"""How many pixels a second is long: from the grid, the print, the pulses and the length of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecg_core.digitization.types import Layout

USUAL_SPEED_MM_S = 25.0
USUAL_GAIN_MM_MV = 10.0
USUAL_ROW_S = 10.0
USUAL_PULSE_S = 0.2
_SPEEDS = {25.0: 0.0, 50.0: -2.5, 12.5: -4.0, 10.0: -5.0, 100.0: -6.0, 5.0: -6.0}  # log of how common
_ROW_SECONDS = {10.0: 2.0, 5.0: 0.7, 2.5: 0.3}  # what a row or a lead of such a length speaks for
_SAME = 0.03
_SAME_PAGE = 0.015  # how exactly the size of a scanned page gives its scale
_PLAUSIBLE_ROW_S = (1.5, 16.0)
_PRINTED = 6.0
_PULSE_WIDTH = 0.8
_PULSE_HEIGHT = {True: 2.0, False: 0.5}  # a pulse as tall as the printed gain asks for, or the usual one
_MISJUDGED = -3.0  # log of how rarely the lines of a grid are taken for others
_OTHER_LINES = (2.0, 0.5, 5.0, 0.2, 2.5, 0.4)  # so many times as far apart as they seem


@dataclass(frozen=True)
class Measures:
    """What can be measured on the page, in pixels; None where it is not there."""

    row_px: float  # the longest row
    column_px: float | None  # from one lead of a row to the next
    pulse_height_px: float | None
    pulse_width_px: float | None


@dataclass(frozen=True)
class TimeScale:
    """Pixels per second and what follows from it; `known` is False where it is a guess."""

    px_per_s: float
    speed_mm_s: float
    known: bool
    confidence: float
    evidence: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def px_per_mm(self) -> float:
        """The scale of the paper along time."""
        return self.px_per_s / self.speed_mm_s


def measure(layout: Layout) -> Measures:
    """Lengths of rows, leads and pulses of a layout."""
    rows = {box.row for box in layout.boxes}
    spans = [
        (min(box.box.x0_px for box in of_row), max(box.box.x1_px for box in of_row))
        for of_row in ([box for box in layout.boxes if box.row == row] for row in rows)
    ]
    starts = sorted({(box.column, box.box.x0_px) for box in layout.boxes if not box.rhythm})
    by_column = dict(starts)
    steps = [by_column[k + 1] - by_column[k] for k in by_column if k + 1 in by_column]
    heights = [pulse.height_px for pulse in layout.pulses]
    widths = [pulse.width_px for pulse in layout.pulses]
    return Measures(
        row_px=max((x1 - x0 for x0, x1 in spans), default=0.0),
        column_px=float(np.median(steps)) if steps else None,
        pulse_height_px=float(np.median(heights)) if heights else None,
        pulse_width_px=float(np.median(widths)) if widths else None,
    )


def time_scale_by_grid(
    measures: Measures,
    px_per_mm: float,
    printed_mm_s: Sequence[float],
    said_mm_s: float | None,
    gain_mm_mv: float | None = None,
    millimetres_said: bool = False,
) -> TimeScale:
    """The time scale where a grid gives millimetres; the speed is what the user says, else what evidence there is.

    Where rows, pulses and print agree on it, the grid's lines are others than they were taken for, unless the user
    said how long a millimetre is. `gain_mm_mv` is what is printed or said; None where it is neither.
    """
    if said_mm_s is not None:
        said = f"{said_mm_s:g} mm/s as the user says"
        return TimeScale(px_per_mm * said_mm_s, said_mm_s, True, 1.0, (said,))
    others = _OTHER_LINES if measures.pulse_height_px and not millimetres_said else ()
    scores = {
        (speed, lines): usual
        + (_MISJUDGED if lines != 1 else 0.0)
        + _support(speed, measures, px_per_mm / lines, printed_mm_s)
        + _pulse_support(measures, px_per_mm / lines, gain_mm_mv)
        for speed, usual in _SPEEDS.items()
        for lines in (1.0, *others)
    }
    best = max(scores, key=lambda pair: scores[pair])
    total = sum(np.exp(score - scores[best]) for score in scores.values())
    speed, lines = best
    evidence, warnings = _speed_in_words(speed, measures, px_per_mm / lines, printed_mm_s)
    if lines != 1:
        warnings += (
            f"rows and calibration pulses fit a grid whose lines are {lines:g} times as far apart: please check the scale",
        )
    confidence = float(1 / total) * (1.0 if not warnings else 0.8)
    return TimeScale(px_per_mm / lines * speed, speed, bool(evidence), confidence, evidence, warnings)


def _pulse_support(measures: Measures, px_per_mm: float, gain_mm_mv: float | None) -> float:
    """What the height of the pulse speaks for."""
    fits = _pulse_gain(measures, px_per_mm, (gain_mm_mv or USUAL_GAIN_MM_MV,)) is not None
    return _PULSE_HEIGHT[gain_mm_mv is not None] * fits


def _support(speed_mm_s: float, measures: Measures, px_per_mm: float, printed_mm_s: Sequence[float]) -> float:
    px_per_s = px_per_mm * speed_mm_s
    row_s = measures.row_px / px_per_s
    support = _PRINTED if speed_mm_s in printed_mm_s else 0.0
    support += max((worth for s, worth in _ROW_SECONDS.items() if _close(row_s, s)), default=0.0)
    if measures.column_px is not None:
        column_s = measures.column_px / px_per_s
        support += max((worth for s, worth in _ROW_SECONDS.items() if _close(column_s, s)), default=0.0)
    if measures.pulse_width_px is not None:
        support += _PULSE_WIDTH * _close(measures.pulse_width_px / px_per_s, USUAL_PULSE_S, 0.1)
    if not _PLAUSIBLE_ROW_S[0] <= row_s <= _PLAUSIBLE_ROW_S[1]:
        support -= 3.0
    return support


def _speed_in_words(
    speed_mm_s: float, measures: Measures, px_per_mm: float, printed_mm_s: Sequence[float]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What speaks for a speed, and what is to be warned of."""
    px_per_s = px_per_mm * speed_mm_s
    evidence = [f"{speed_mm_s:g} mm/s is printed"] if speed_mm_s in printed_mm_s else []
    lengths = {"rows": measures.row_px, "leads": measures.column_px}
    for what, length_px in lengths.items():
        fits = [s for s in _ROW_SECONDS if length_px and _close(length_px / px_per_s, s)]
        evidence += [f"the {what} are {s:g} s long at {speed_mm_s:g} mm/s" for s in fits]
    if measures.pulse_width_px and _close(measures.pulse_width_px / px_per_s, USUAL_PULSE_S, 0.1):
        evidence.append(f"the calibration pulse is {USUAL_PULSE_S:g} s wide at {speed_mm_s:g} mm/s")
    others = [f"{speed:g}" for speed in printed_mm_s if speed != speed_mm_s]
    if speed_mm_s not in printed_mm_s and others:
        return tuple(evidence), (
            f"{' and '.join(others)} mm/s is printed, but the page fits {speed_mm_s:g} mm/s better: please check",
        )
    if speed_mm_s not in printed_mm_s:
        return tuple(evidence), (f"no paper speed is printed: {speed_mm_s:g} mm/s is assumed",)
    return tuple(evidence), ()


def time_scale_without_grid(
    measures: Measures,
    guess_px_per_mm: float,
    printed_mm_s: Sequence[float],
    said_mm_s: float | None,
    gain_mm_mv: float | None,
) -> TimeScale:
    """The time scale of a page without a grid, from what agrees among rows of 10 s, pulses and the page's size.

    `gain_mm_mv` is what is printed or said; None where it is neither.
    """
    speed = said_mm_s or (printed_mm_s[0] if len(printed_mm_s) == 1 else None)
    speed_mm_s = speed or USUAL_SPEED_MM_S
    by_page = guess_px_per_mm * speed_mm_s
    ask = "no grid was found, so the time scale is a guess: please enter the pixels per millimetre or the paper speed"
    if not measures.row_px:
        return TimeScale(by_page, speed_mm_s, False, 0.1, ("no row of trace was found",), (ask,))
    assumed = () if speed else (f"no paper speed is printed: {speed_mm_s:g} mm/s is assumed",)
    for row_s, gains_mm_mv in _agreements(gain_mm_mv):
        px_per_s = measures.row_px / row_s
        page_agrees = _close(by_page, px_per_s, _SAME_PAGE)
        gain = _pulse_gain(measures, px_per_s / speed_mm_s, gains_mm_mv)
        if gain is not None and (page_agrees or gain in (gain_mm_mv, USUAL_GAIN_MM_MV)):
            evidence = (f"rows of {row_s:g} s and a calibration pulse of 1 mV at {gain:g} mm/mV agree",)
            return TimeScale(by_page if page_agrees else px_per_s, speed_mm_s, True, 0.85, evidence, assumed)
        if page_agrees:
            evidence = (f"rows of {row_s:g} s agree with the size of the page",)
            return TimeScale(by_page, speed_mm_s, True, 0.7, evidence, assumed)
    if measures.pulse_height_px and gain_mm_mv and speed:
        px_per_s = measures.pulse_height_px / gain_mm_mv * speed_mm_s
        evidence = ("the calibration pulse and what is printed",)
        return TimeScale(px_per_s, speed_mm_s, True, 0.6, evidence)
    evidence = (f"rows of {USUAL_ROW_S:g} s assumed",)
    return TimeScale(measures.row_px / USUAL_ROW_S, speed_mm_s, False, 0.2, evidence, (ask,))


def _agreements(gain_mm_mv: float | None) -> Iterator[tuple[float, tuple[float, ...]]]:
    """Lengths of rows and the gains they may go with, the likeliest first."""
    gains = (gain_mm_mv,) if gain_mm_mv else (USUAL_GAIN_MM_MV, 5.0, 20.0)
    yield USUAL_ROW_S, gains
    yield USUAL_ROW_S / 2, gains[:1]
    yield USUAL_ROW_S / 4, gains[:1]


def _pulse_gain(measures: Measures, px_per_mm: float, gains_mm_mv: Sequence[float]) -> float | None:
    """The gain that the height of the pulse stands for at a scale, None where it is none of them."""
    if measures.pulse_height_px is None:
        return None
    height_mm = measures.pulse_height_px / px_per_mm
    return next((gain for gain in gains_mm_mv if _close(height_mm, gain)), None)


def _close(value: float, to: float, within: float = _SAME) -> bool:
    return abs(value / to - 1) <= within
