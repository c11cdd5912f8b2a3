"""How the paper lies in the picture: by its printed grid, or else by its edges and the rows of print."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.digitization.grid import MeasuredGrid, measure_grid
from ecg_core.digitization.mapping import Matrix, PaperMap, rotating, scaling, transform
from ecg_core.digitization.paper import sheet_corners
from ecg_core.digitization.print_strokes import Strokes, find_strokes, row_direction_deg, rowness
from ecg_core.digitization.types import PageImage, Points

_LONGER_SIDE_PX = 2048  # of the picture in which grid and print are measured
_CLEARLY = 1.5  # how much clearer rows have to be the other way to turn the page
_MOSTLY_SEEN = 0.6  # a grid followed on so much of the paper is certain
_SHEETS_MM = (279.4, 215.9), (297.0, 210.0)
_SHEET_LIKE = 0.05  # how far a sheet's sides may be from such a ratio, as a natural logarithm
_SCANNER_DPI = 100, 150, 200, 240, 300, 400, 600
_TO_THE_DOT = 0.004
_PAGE_MM = 130.0, 450.0  # longer sides that ECG pages have
_USUAL_PAGE_MM = 280.0
_MM_PER_INCH = 25.4


@dataclass(frozen=True, eq=False)
class Frame:
    """`in_mm` takes millimetres on the paper to the source; `quarter_turns` clockwise make it upright."""

    in_mm: PaperMap
    quarter_turns: int
    found: bool
    confidence: float
    evidence: tuple[str, ...]


def find_frame(page: PageImage, outline: Points | None, corners_given: bool) -> Frame:
    """How the paper within `outline` (source pixels) lies; `corners_given` if that is four corners by hand."""
    scale = min(1.0, _LONGER_SIDE_PX / max(page.rgb.shape[:2]))
    small = (
        page.rgb
        if scale == 1
        else cv2.resize(page.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    )
    middle = (scale - 1) / 2  # pixel centres stand at whole numbers
    small_from_source = np.array([[scale, 0.0, middle], [0.0, scale, middle], [0.0, 0.0, 1.0]])
    paper = np.ones(small.shape[:2], np.uint8)
    if outline is not None:
        edge = np.round(transform(small_from_source, outline)).astype(np.int32)
        paper = cv2.fillPoly(np.zeros_like(paper), [edge], 1)
    strokes = find_strokes(small, paper)
    source_from_small = np.linalg.inv(small_from_source)
    grid = measure_grid(small, paper, strokes)
    if grid is not None:
        return _by_grid(grid, source_from_small, strokes)
    corners = outline if outline is None or corners_given else sheet_corners(outline, page.rgb.shape)
    if corners is not None:
        return _by_sheet(corners, small_from_source, strokes)
    return _by_rows(page, source_from_small, strokes)


def _by_grid(grid: MeasuredGrid, source_from_small: Matrix, strokes: Strokes) -> Frame:
    in_mm = PaperMap(np.eye(3), source_from_small @ grid.mm_to_picture, grid.bend)
    upright = transform(np.linalg.inv(grid.mm_to_picture), strokes.points_px)
    confidence = grid.spacing.confidence * min(1.0, grid.seen / _MOSTLY_SEEN)
    return Frame(in_mm, _quarter_turns(upright), True, confidence, grid.spacing.evidence)


def _by_sheet(corners: Points, small_from_source: Matrix, strokes: Strokes) -> Frame:
    """By the four corners of the sheet, taken for a common size of paper if its sides are in that ratio."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    size, words = _sheet_mm(width, height)
    rectangle = np.array([[0, 0], [size[0], 0], size, [0, size[1]]])
    mm_to_source = cv2.getPerspectiveTransform(rectangle.astype(np.float32), corners.astype(np.float32))
    upright = transform(np.linalg.inv(small_from_source @ mm_to_source), strokes.points_px)
    evidence = ("no grid found: flattened by the edges of the sheet", words)
    return Frame(PaperMap(np.eye(3), mm_to_source), _quarter_turns(upright), False, 0.0, evidence)


def _by_rows(page: PageImage, source_from_small: Matrix, strokes: Strokes) -> Frame:
    px_per_mm, words = _guessed_px_per_mm(max(page.rgb.shape[:2]), page.dpi)
    turn_deg = row_direction_deg(strokes.points_px)
    upright = transform(rotating(-turn_deg), strokes.points_px)
    in_mm = PaperMap(np.eye(3), rotating(turn_deg) @ scaling(px_per_mm, px_per_mm))
    return Frame(
        in_mm, _quarter_turns(upright), False, 0.0, ("no grid found: turned by the rows of print", words)
    )


def _quarter_turns(upright: Points) -> int:
    """1 where rows of print clearly run up and down; print on its head is not told from upright print."""
    if len(upright) < 2:
        return 0
    return int(rowness(upright, 90.0) > _CLEARLY * rowness(upright))


def _sheet_mm(width_px: float, height_px: float) -> tuple[tuple[float, float], str]:
    long, short = max(width_px, height_px), min(width_px, height_px)
    ratio = np.log(long / short)
    size = min(_SHEETS_MM, key=lambda one: abs(np.log(one[0] / one[1]) - ratio))
    if abs(np.log(size[0] / size[1]) - ratio) > _SHEET_LIKE:
        size = (_USUAL_PAGE_MM, _USUAL_PAGE_MM * short / long)
    words = f"scale guessed: as if the sheet were {size[0]:.0f} x {size[1]:.0f} mm"
    return (size if width_px >= height_px else size[::-1]), words


def _guessed_px_per_mm(longer_side_px: int, dpi: float | None) -> tuple[float, str]:
    if dpi and _PAGE_MM[0] < longer_side_px / dpi * _MM_PER_INCH < _PAGE_MM[1]:
        return dpi / _MM_PER_INCH, f"scale guessed: from the file's own {dpi:.0f} dpi"
    for side_mm, _ in _SHEETS_MM:
        for dots in _SCANNER_DPI:
            if abs(longer_side_px / (side_mm / _MM_PER_INCH * dots) - 1) < _TO_THE_DOT:
                return (
                    dots / _MM_PER_INCH,
                    f"scale guessed: as if a page {side_mm:.0f} mm long were scanned at {dots} dpi",
                )
    return longer_side_px / _USUAL_PAGE_MM, f"scale guessed: as if the page were {_USUAL_PAGE_MM:.0f} mm long"
