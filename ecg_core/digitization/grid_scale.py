"""How many millimetres a grid's lines are apart: 1 or 5, from which lines are there and what is plausible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.grid_evidence import Evidence

_STRETCH = 40  # periods over which lines are told apart
_BANDS = 8  # across the page, so that strokes and noise average out
_PER_CYCLE = 20  # frequencies looked at
_HIGHEST = 7  # harmonic
_FLOOR_BINS = 12  # to either side
_SEEN_DB = 6.0  # over the floor: lines of that spacing are there
_RAISED_DB = 3.0  # over its neighbours: every fifth line is of another kind
_USUAL_PAGE_MM = 260.0, 0.55  # longer side of what carries the grid; spread as a natural logarithm
_USUAL_STROKE_MM = 0.35, 0.5
_WIDE_GRID = 0.05  # how much rarer 5 mm lines in 25 mm ones are than 1 mm lines in 5 mm ones


@dataclass(frozen=True, eq=False)
class LineSpectrum:
    """Power and power over the floor (dB), both directions together, at multiples of 1 / 20 of a line frequency."""

    power_db: NDArray[np.float64]
    over_floor_db: NDArray[np.float64]

    def seen(self, harmonic: float) -> float:
        """How far lines of a frequency stand out."""
        return float(self.over_floor_db[round(harmonic * _PER_CYCLE) - 1])

    def raised(self, harmonic: int) -> float:
        """How much stronger a harmonic is than its two neighbours."""
        before, own, after = (self.power_db[(harmonic + i) * _PER_CYCLE - 1] for i in (-1, 0, 1))
        return float(own - (before + after) / 2)


@dataclass(frozen=True)
class LineSpacing:
    """The lines of a lattice are `mm` apart; how sure that is, and why."""

    mm: float
    confidence: float
    evidence: tuple[str, ...]


def line_spectrum(view: Evidence, px_per_line: float) -> LineSpectrum:
    """Spectrum of the lines that cross x and y in an evenly scaled view of the lattice."""
    power = np.mean([_across(one, px_per_line) for one in (view, view.T)], axis=0)
    floor = [np.median(power[max(0, i - _FLOOR_BINS) : i + _FLOOR_BINS + 1]) for i in range(len(power))]
    return LineSpectrum(10 * np.log10(power / power.max()), 10 * np.log10(power / np.array(floor)))


def has_fifths(spectrum: LineSpectrum) -> bool:
    """Whether every fifth of the lattice's lines is of another kind.

    Other parts are not looked for: where lines are printed on whole pixels, their distances alternate, and what is
    made of two or three of them seems to repeat.
    """
    between = [spectrum.seen(i / 5) for i in range(1, 10) if i != 5]
    return bool(np.mean(between) > _SEEN_DB and max(between) > 2 * _SEEN_DB)


def line_spacing(spectrum: LineSpectrum, fifths: bool, lines: float, stroke: float) -> LineSpacing:
    """Millimetres between the lines of a lattice.

    `spectrum` is that of the widest period that is printed and `fifths` says that its fifths were found on the way;
    `lines` are counted along the longer side and `stroke` is the width of print in parts of a period.
    """
    fifths = fifths or (spectrum.seen(5) > _SEEN_DB and spectrum.raised(5) > _RAISED_DB)
    prior = {5.0: 1.0, 25.0: _WIDE_GRID} if fifths else {1.0: 1.0, 5.0: 1.0}
    worth = {mm: share * _plausible(lines * mm, stroke * mm) for mm, share in prior.items()}
    mm = max(worth, key=lambda one: worth[one])
    kind = f"{mm:g} mm lines" + (f" with {mm / 5:g} mm lines between them" if fifths else ", all alike")
    why = f"so the grid is about {lines * mm:.0f} mm long and the trace {stroke * mm:.1f} mm wide"
    return LineSpacing(mm, worth[mm] / max(sum(worth.values()), 1e-300), (kind, why))


def _across(view: Evidence, px_per_line: float) -> NDArray[np.float64]:
    """Power per frequency of the lines that cross x, averaged over bands and stretches."""
    height = view.shape[0] // _BANDS
    length = min(view.shape[1], int(_STRETCH * px_per_line))
    bands = view[: height * _BANDS].reshape(_BANDS, height, -1).mean(1)
    starts = np.linspace(0, view.shape[1] - length, int(np.ceil(1.5 * view.shape[1] / length))).astype(int)
    pieces = np.concatenate([bands[:, start : start + length] for start in starts]) * np.hanning(length)
    frequencies = np.arange(1, _HIGHEST * _PER_CYCLE + 1) / _PER_CYCLE / px_per_line
    waves = np.exp(-2j * np.pi * np.outer(np.arange(length), frequencies))
    power = (np.abs(pieces @ waves) ** 2).mean(0)
    return np.where(frequencies < 0.5, power, power[frequencies < 0.5].min()) + 1e-12


def _plausible(page_mm: float, stroke_mm: float) -> float:
    off = [
        np.log(value / usual) / spread
        for value, (usual, spread) in ((page_mm, _USUAL_PAGE_MM), (stroke_mm, _USUAL_STROKE_MM))
    ]
    return float(np.exp(-0.5 * np.sum(np.square(off))))
