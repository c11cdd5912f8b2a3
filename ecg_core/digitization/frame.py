"""How the paper lies in the picture: by its printed grid, or else by its edges and the rows of print."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.grid import MeasuredGrid, measure_grid
from ecg_core.digitization.grid_evidence import Mask, Picture
from ecg_core.digitization.mapping import Matrix, PaperMap, resizing, rotating, scaling, transform
from ecg_core.digitization.page_scale import guessed_px_per_mm, guessed_sheet_mm
from ecg_core.digitization.paper import paper_outline, reaching, sheet_corners
from ecg_core.digitization.print_strokes import Strokes, find_strokes, row_direction_deg, rowness
from ecg_core.digitization.types import PageImage, Points

_LONGER_SIDE_PX = 2048  # of the picture in which grid and print are measured
_CLEARLY = 2.0  # how much clearer rows have to be the other way to turn the page
_MOSTLY_SEEN = 0.6  # a grid followed on so much of the paper is certain


@dataclass(frozen=True, eq=False)
class Frame:
    """`in_mm` takes millimetres on the paper to the source; `quarter_turns` clockwise make it upright.

    `outline` is that of the paper in the source, None where the picture shows nothing else.
    """

    in_mm: PaperMap
    outline: Points | None
    quarter_turns: int
    found: bool
    confidence: float
    evidence: tuple[str, ...]


def find_frame(page: PageImage, corners: Points | None) -> Frame:
    """How the paper lies; `corners` are its corners in the source if given by hand."""
    small, small_from_source = _reduced(page.rgb)
    outline = paper_outline(page.rgb) if corners is None else corners
    paper = _mask(outline, small, small_from_source)
    strokes = find_strokes(small, paper)
    grid = measure_grid(small, paper, strokes)
    if grid is not None and corners is None and outline is not None and len(grid.beyond):
        # part of its edge was that of a shadow
        outline = reaching(outline, transform(np.linalg.inv(small_from_source), grid.beyond))
        grid = measure_grid(small, _mask(outline, small, small_from_source), strokes)
    if grid is not None:
        return _by_grid(grid, outline, np.linalg.inv(small_from_source), strokes)
    if corners is None and outline is not None:
        corners = sheet_corners(outline, page.rgb.shape)
    if corners is not None:
        return _by_sheet(corners, small_from_source, strokes)
    return _by_rows(page, outline, strokes)


def _reduced(rgb: Picture) -> tuple[Picture, Matrix]:
    """The picture not larger than needed, and the way there from the source."""
    scale = min(1.0, _LONGER_SIDE_PX / max(rgb.shape[:2]))
    if scale == 1:
        return rgb, np.eye(3)
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    small: Picture = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return small, resizing(size[0] / rgb.shape[1], size[1] / rgb.shape[0])


def _mask(outline: Points | None, small: Picture, small_from_source: Matrix) -> Mask:
    if outline is None:
        return np.ones(small.shape[:2], np.uint8)
    edge = np.round(transform(small_from_source, outline)).astype(np.int32)
    return cv2.fillPoly(np.zeros(small.shape[:2], np.uint8), [edge], 1).astype(np.uint8, copy=False)


def _by_grid(
    grid: MeasuredGrid, outline: Points | None, source_from_small: NDArray[np.floating], strokes: Strokes
) -> Frame:
    in_mm = PaperMap(np.eye(3), source_from_small @ grid.mm_to_picture, grid.bend)
    upright = transform(np.linalg.inv(grid.mm_to_picture), strokes.points_px)
    confidence = grid.spacing.confidence * min(1.0, grid.seen / _MOSTLY_SEEN)
    return Frame(in_mm, outline, _quarter_turns(upright), True, confidence, grid.spacing.evidence)


def _by_sheet(corners: Points, small_from_source: Matrix, strokes: Strokes) -> Frame:
    """By the four corners of the sheet, taken for a common size of paper if its sides are in that ratio."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    (width, height), words = guessed_sheet_mm((sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2)
    rectangle = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    source_from_mm = cv2.getPerspectiveTransform(rectangle.astype(np.float32), corners.astype(np.float32))
    mm_to_source = np.asarray(source_from_mm, np.float64)
    upright = transform(np.linalg.inv(small_from_source @ mm_to_source), strokes.points_px)
    evidence = ("no grid found: flattened by the edges of the sheet", words)
    return Frame(PaperMap(np.eye(3), mm_to_source), corners, _quarter_turns(upright), False, 0.0, evidence)


def _by_rows(page: PageImage, outline: Points | None, strokes: Strokes) -> Frame:
    px_per_mm, words = guessed_px_per_mm(max(page.rgb.shape[:2]), page.dpi)
    turn_deg = row_direction_deg(strokes.points_px)
    upright = transform(rotating(-turn_deg), strokes.points_px)
    in_mm = PaperMap(np.eye(3), rotating(turn_deg) @ scaling(px_per_mm, px_per_mm))
    evidence = ("no grid found: turned by the rows of print", words)
    return Frame(in_mm, outline, _quarter_turns(upright), False, 0.0, evidence)


def _quarter_turns(upright: Points) -> int:
    """1 where rows of print clearly run up and down; print on its head is not told from upright print."""
    if len(upright) < 2:
        return 0
    return int(rowness(upright, 90.0) > _CLEARLY * rowness(upright))
