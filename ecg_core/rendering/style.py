"""How a printed ECG page looks, every choice explicit. Lengths are millimetres on paper."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ecg_core.rendering.page import Defect
from ecg_core.rendering.sheet import STANDARD_SHEET, Sheet

Colour = tuple[int, int, int]  # red, green, blue, 0 to 255
GridMark = Literal["lines", "dots", "none"]
LabelPlace = Literal["below", "above", "left"]
LabelSpelling = Literal["standard", "capitals", "small", "colon", "lead", "spaced", "german"]
PulsePlace = Literal["left", "right", "none"]
SeparatorKind = Literal["none", "bar", "ticks", "dashes", "line"]


@dataclass(frozen=True)
class GridStyle:
    """The printed paper grid: minor marks every 1 mm, major ones every 5 mm."""

    minor: GridMark = "lines"
    major: GridMark = "lines"
    minor_colour: Colour = (250, 215, 215)
    major_colour: Colour = (240, 150, 150)
    minor_width_mm: float = 0.1
    major_width_mm: float = 0.2
    offset_mm: tuple[float, float] = (0.0, 0.0)  # of the first line from the left and upper edge
    margin_mm: float = 0.0  # left blank along all four edges of the page
    top_mm: float = 0.0  # left blank besides at the upper edge, for a header
    minor_on_top: bool = False  # minor lines are drawn over the major ones
    heavy_colour: Colour | None = None  # of lines every 25 mm, as wide as the major ones; None: no such lines


@dataclass(frozen=True)
class InkStyle:
    """The pen of the printer."""

    trace_colour: Colour = (20, 20, 20)
    trace_width_mm: float = 0.25
    text_colour: Colour = (20, 20, 20)
    antialias: bool = True  # False: each pixel is either ink or paper
    fast_fade: float = 0.0  # share of its ink that the trace lacks where it is infinitely steep


@dataclass(frozen=True)
class LabelStyle:
    """How the leads are named."""

    place: LabelPlace = "above"
    size_mm: float = 3.0
    spelling: LabelSpelling = "standard"
    distance_mm: float = 5.0  # of the name from the baseline, where it stands above or below
    indent_mm: float = 0.5  # of the name from the start of its lead; may be negative


@dataclass(frozen=True)
class PulseStyle:
    """The calibration pulses of 1 mV."""

    place: PulsePlace = "left"
    width_mm: float = 5.0
    feet_mm: float = 1.0  # length of the baseline drawn on either side
    space_mm: float = 1.0  # between pulse and trace
    every_row: bool = True  # False: the first row only


@dataclass(frozen=True)
class SeparatorStyle:
    """What stands between two leads of a row."""

    kind: SeparatorKind = "none"
    height_mm: float = 8.0
    width_mm: float = 0.3


@dataclass(frozen=True)
class PageStyle:
    """A page. Where `page_mm` is None it is just as large as what is printed and its margins ask for.

    `header` holds blocks of lines, set side by side in the upper margin; `footer` strings stand in the lower one.
    `{speed}` and `{gain}` in them become the numbers in use. `defects` (see
    `ecg_core.rendering.defects`) happen in that order.
    """

    sheet: Sheet = STANDARD_SHEET
    speed_mm_s: float = 25.0
    gain_mm_mv: float = 10.0
    chest_gain_mm_mv: float | None = None  # None: as the limb leads
    px_per_mm: float = 8.0
    row_s: float = 10.0
    row_spacing_mm: float = 30.0
    page_mm: tuple[float, float] | None = None  # width, height
    margin_left_mm: float = 8.0
    margin_top_mm: float = 25.0
    margin_right_mm: float = 8.0
    margin_bottom_mm: float = 12.0
    gap_s: float = 0.0  # not printed at the end of each lead that another follows
    joined: bool = False  # leads of a row are joined by the pen
    paper_colour: Colour = (255, 253, 250)
    grid: GridStyle = GridStyle()
    ink: InkStyle = InkStyle()
    labels: LabelStyle = LabelStyle()
    pulses: PulseStyle = PulseStyle()
    separators: SeparatorStyle = SeparatorStyle()
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ("{speed} mm/s", "{gain} mm/mV")
    header_size_mm: float = 2.5
    border: bool = False
    font: Path | None = None  # None: the font that comes with Pillow
    defects: tuple[Defect, ...] = ()
