"""What the stages of digitization hand to each other.

Two coordinate systems, both with pixel centres at whole numbers, x to the right and y down, in pixels: **source**
is the picture as it came (upright by its EXIF tag), **flat** is the paper made upright, flat and evenly scaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ecg_core.leads import CHEST_LEADS
from ecg_core.record import ECGRecord

Points = NDArray[np.float64]  # (n, 2): x, y
_TEXT_AS_LINE = 0.35


@dataclass(frozen=True)
class Box:
    """An upright rectangle; the lower and right edges are included."""

    x0_px: float
    y0_px: float
    x1_px: float
    y1_px: float


@dataclass(frozen=True, eq=False)
class PageImage:
    """One page as it came.

    `rgb` is `(height, width, 3)` uint8; `dpi` is what the file says about itself, None where it says nothing.
    """

    rgb: NDArray[np.uint8]
    dpi: float | None = None
    number: int = 1  # of the page in its file, from 1


class PageMap(Protocol):
    """Where a point of the flat page lies in the source picture, and back; points are `(n, 2)`."""

    def to_source(self, flat: Points) -> Points:
        """Flat points in the source picture."""
        ...

    def to_flat(self, source: Points) -> Points:
        """Source points on the flat page."""
        ...


@dataclass(frozen=True)
class GridScale:
    """What the printed grid says about the scale; without a grid `found` is False and the rest is a guess."""

    found: bool
    source_px_per_mm_x: float  # along time, mean over the page, in the source picture
    source_px_per_mm_y: float
    rotation_deg: float  # how far the page was turned in the source, clockwise
    confidence: float  # 0 to 1
    evidence: tuple[str, ...] = ()  # in words, for the clinician


@dataclass(frozen=True, eq=False)
class FlatPage:
    """The paper, upright, flat and evenly scaled.

    `rgb` is `(height, width, 3)` uint8, white where the source holds nothing, which `inside` (height, width) says.
    `px_per_mm` is the same in both directions; where no grid was found it is provisional (`grid.found`).
    `paper_corners` are the corners of the paper in the source, clockwise from the upper left one.
    """

    rgb: NDArray[np.uint8]
    inside: NDArray[np.bool_]
    px_per_mm: float
    map: PageMap
    grid: GridScale
    paper_corners: Points


@dataclass(frozen=True, eq=False)
class InkMap:
    """Probability per flat pixel of each kind of print, each `(height, width)` float32 in 0 to 1."""

    trace: NDArray[np.float32]
    pulse: NDArray[np.float32]  # calibration pulses
    text: NDArray[np.float32]  # print and handwriting, lead names included

    @property
    def line(self) -> NDArray[np.float32]:
        """How probably a line of signal runs through a pixel where no pulse is expected.

        A flat stretch of trace may look like the foot of a pulse and a bend of it like a letter; print is followed
        only where nothing better is near.
        """
        line = _TEXT_AS_LINE * self.text
        line += self.trace
        line += self.pulse
        return np.minimum(line, 1, out=line)


@dataclass(frozen=True)
class PrintedText:
    """A piece of print. `lead_scores` is the probability of each lead name; what is missing to 1 is "not a name"."""

    box: Box
    text: str
    confidence: float
    lead_scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Pulse:
    """A calibration pulse: foot and top of its plateau, rise and fall, in flat pixels."""

    box: Box
    height_px: float
    width_px: float
    row: int


@dataclass(frozen=True)
class LeadBox:
    """One printed stretch of one lead.

    `x0_px` to `x1_px` is where its signal runs; `y0_px` to `y1_px` is the band in which its trace is looked for and
    may overlap its neighbours'. `inverted` is Cabrera's -aVR.
    """

    lead: str
    row: int
    column: int
    box: Box
    baseline_px: float
    rhythm: bool = False
    inverted: bool = False
    name_found: bool = False
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowDelay:
    """How far a row runs to the right of the others, on paper that lies bent or was fed askew.

    `start_px` at time zero, and `per_px` more for every pixel along the row.
    """

    start_px: float
    per_px: float = 0.0


@dataclass(frozen=True)
class Layout:
    """Which lead stands where. All rows begin at time zero, at `time_zero_px`, but for those in `row_delays`."""

    name: (
        str  # "3x4", "3x4+1", "3x4+3", "6x2", "12x1", "2x6", "6x1", "1x1" ..., with " Cabrera" in that order
    )
    boxes: tuple[LeadBox, ...]
    pulses: tuple[Pulse, ...]
    time_zero_px: float
    confidence: float
    reasons: tuple[str, ...] = ()
    row_delays: Mapping[int, RowDelay] = field(default_factory=dict)


@dataclass(frozen=True)
class Calibration:
    """From flat pixels to seconds and millivolts. `known` is False where the scale is a guess the user must confirm.

    Where `chest_gain_ratio` is not 1, `px_per_mv` and `gain_mm_mv` are those of limb leads in every row.
    """

    px_per_s: float
    px_per_mv: Mapping[int, float]  # by row
    speed_mm_s: float
    gain_mm_mv: Mapping[int, float]  # by row
    known: bool
    confidence: float
    evidence: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    chest_gain_ratio: float = 1.0  # of chest over limb leads: 0.5 where they are at half gain

    def px_per_mv_of(self, box: LeadBox) -> float:
        """How many flat pixels a millivolt of this lead is tall."""
        return self.px_per_mv[box.row] * self._ratio(box)

    def gain_mm_mv_of(self, box: LeadBox) -> float:
        """How many millimetres a millivolt of this lead is tall."""
        return self.gain_mm_mv[box.row] * self._ratio(box)

    def _ratio(self, box: LeadBox) -> float:
        return self.chest_gain_ratio if box.lead in CHEST_LEADS else 1.0


@dataclass(frozen=True, eq=False)
class Trace:
    """The line of one lead box as a polyline in flat pixels, x not falling; several points share an x on steep slopes.

    `x_px`, `y_px` are `(n,)` float64; `bridged` `(n,)` is True where no ink was seen and the line was carried across.
    Where it is not known there are no points: successive ones are then more than a pixel apart. `ink` is the mean
    probability under the line.
    """

    box: LeadBox
    x_px: NDArray[np.float64]
    y_px: NDArray[np.float64]
    bridged: NDArray[np.bool_]
    ink: float
    crossing_px: float = 0.0  # how far it runs in ink that another row shares


@dataclass(frozen=True)
class LeadConfidence:
    """How far one lead can be trusted, 0 to 1, and why, in words."""

    lead: str
    confidence: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Anchor:
    """The trace of box number `box` (in `Layout.boxes`) runs through this flat point."""

    box: int
    x_px: float
    y_px: float


@dataclass(frozen=True)
class BoxCorrection:
    """What the user says about box number `box`; None leaves it as it was found, `absent` removes it."""

    box: int
    lead: str | None = None
    area: Box | None = None
    absent: bool = False


@dataclass(frozen=True)
class Corrections:
    """Everything a user may put right; None or empty leaves what was found."""

    paper_corners: tuple[tuple[float, float], ...] | None = None  # source px, clockwise from the upper left
    quarter_turns: int | None = None  # clockwise turns that make the picture upright
    rotation_deg: float | None = None  # fine turn, clockwise, of the source
    px_per_mm: float | None = None  # in the source picture
    speed_mm_s: float | None = None
    gain_mm_mv: float | None = None
    chest_gain_mm_mv: float | None = None
    layout: str | None = None
    boxes: tuple[BoxCorrection, ...] = ()
    added: tuple[LeadBox, ...] = ()
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, eq=False)
class Digitization:
    """A digitized page: the record and everything that was found on the way to it."""

    page: PageImage
    flat: FlatPage
    ink: InkMap
    texts: tuple[PrintedText, ...]
    layout: Layout
    calibration: Calibration
    traces: tuple[Trace, ...]
    leads: tuple[LeadConfidence, ...]
    record: ECGRecord
    warnings: tuple[str, ...] = ()
    corrections: Corrections = Corrections()
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage
