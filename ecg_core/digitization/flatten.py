"""From a picture of paper to the paper: upright, flat and evenly scaled."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.grid import MeasuredGrid, measure_grid
from ecg_core.digitization.mapping import Matrix, PaperMap, dense_map, rotating, scaling, shifting
from ecg_core.digitization.types import Corrections, FlatPage, GridScale, PageImage, Points

_PX_PER_MM = 6.0, 8.0  # of the flat page: the source's own within these
_BLUR_PER_OCTAVE = 0.5  # Gaussian sigma in source pixels that keeps a halved picture free of aliases


def flatten(page: PageImage, corrections: Corrections = Corrections()) -> FlatPage:
    """The page upright, flat and evenly scaled, resampled once from the source."""
    grid = measure_grid(page.rgb)
    if grid is None:
        return _by_paper(page)
    return _by_grid(page, grid)


def turned(page: FlatPage, quarter_turns: int) -> FlatPage:
    """The same page after clockwise quarter turns."""
    turns = quarter_turns % 4
    if turns == 0:
        return page
    height, width = page.rgb.shape[:2]
    ends = {1: (0, height - 1), 2: (width - 1, height - 1), 3: (width - 1, 0)}[turns]
    back = shifting(*map(float, ends)) @ rotating(-90.0 * turns)
    assert isinstance(page.map, PaperMap)
    grid = page.grid
    if turns % 2:
        grid = replace(
            grid,
            source_px_per_mm_x=grid.source_px_per_mm_y,
            source_px_per_mm_y=grid.source_px_per_mm_x,
        )
    return replace(
        page,
        rgb=np.ascontiguousarray(np.rot90(page.rgb, -turns)),
        inside=np.ascontiguousarray(np.rot90(page.inside, -turns)),
        map=page.map.after(back),
        grid=replace(grid, rotation_deg=_half_turn(grid.rotation_deg - 90.0 * turns)),
        paper_corners=np.roll(page.paper_corners, turns, axis=0),
    )


def _by_grid(page: PageImage, grid: MeasuredGrid) -> FlatPage:
    paper = _picture_corners(page.rgb)
    in_mm = PaperMap(np.eye(3), grid.mm_to_source, grid.bend)
    outline = in_mm.to_flat(_along(paper))
    x_axis, y_axis = _axes(in_mm, outline)
    across, down = float(np.linalg.norm(x_axis)), float(np.linalg.norm(y_axis))
    scale = GridScale(
        found=True,
        source_px_per_mm_x=across,
        source_px_per_mm_y=down,
        rotation_deg=float(np.rad2deg(np.arctan2(x_axis[1] - y_axis[0], x_axis[0] + y_axis[1]))),
        confidence=grid.spacing.confidence * grid.lattice.seen,
        evidence=grid.spacing.evidence,
    )
    return _resampled(page, in_mm, outline, scale, paper)


def _by_paper(page: PageImage) -> FlatPage:
    px_per_mm = _guessed_px_per_mm(page)
    in_mm = PaperMap(np.eye(3), scaling(px_per_mm, px_per_mm))
    paper = _picture_corners(page.rgb)
    scale = GridScale(False, px_per_mm, px_per_mm, 0.0, 0.0, ("no grid found",))
    return _resampled(page, in_mm, in_mm.to_flat(paper), scale, paper)


def _guessed_px_per_mm(page: PageImage) -> float:
    return (page.dpi or max(page.rgb.shape[:2]) / 11.0) / 25.4


def _resampled(
    page: PageImage, in_mm: PaperMap, outline_mm: Points, grid: GridScale, paper: Points
) -> FlatPage:
    native = float(np.sqrt(grid.source_px_per_mm_x * grid.source_px_per_mm_y))
    px_per_mm = float(np.clip(native, *_PX_PER_MM))
    low, high = outline_mm.min(0), outline_mm.max(0)
    width, height = np.ceil((high - low) * px_per_mm).astype(int) + 1
    page_map = in_mm.after(shifting(*low) @ scaling(1 / px_per_mm, 1 / px_per_mm))
    x, y = dense_map(page_map, (int(height), int(width)))
    source = _without_aliases(page.rgb, native / px_per_mm)
    white = (255, 255, 255)
    rgb = cv2.remap(source, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=white)
    rows, columns = page.rgb.shape[:2]
    inside = (x > -0.5) & (x < columns - 0.5) & (y > -0.5) & (y < rows - 0.5)
    return FlatPage(rgb, inside, px_per_mm, page_map, grid, paper)


def _without_aliases(rgb: NDArray[np.uint8], shrinking: float) -> NDArray[np.uint8]:
    sigma = _BLUR_PER_OCTAVE * np.sqrt(max(0.0, shrinking**2 - 1))
    return cv2.GaussianBlur(rgb, (0, 0), sigma) if sigma > 0.3 else rgb


def _picture_corners(rgb: NDArray[np.uint8]) -> Points:
    bottom, right = rgb.shape[0] - 1.0, rgb.shape[1] - 1.0
    return np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]])


def _along(corners: Points, steps: int = 16) -> Points:
    """Points all along the edges between corners."""
    part = np.linspace(0, 1, steps, endpoint=False)[:, None]
    return np.concatenate(
        [a + part * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    )


def _axes(in_mm: PaperMap, outline: Points) -> tuple[Points, Points]:
    """Source pixels per millimetre across and down the paper, as vectors, mean over the page."""
    low, high = outline.min(0), outline.max(0)
    at = np.column_stack([axis.ravel() for axis in np.meshgrid(*np.linspace(low, high, 9)[1:-1].T)])
    here = in_mm.to_source(at)
    return (in_mm.to_source(at + [1.0, 0.0]) - here).mean(0), (in_mm.to_source(at + [0.0, 1.0]) - here).mean(
        0
    )


def _half_turn(degrees: float) -> float:
    """An angle within (-180, 180]."""
    return 180.0 - (180.0 - degrees) % 360.0
