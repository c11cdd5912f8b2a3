"""From a picture of paper to the paper: upright, flat and evenly scaled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from ecg_core.digitization.frame import Frame, find_frame
from ecg_core.digitization.mapping import PaperMap, rotating, scaling, shifting
from ecg_core.digitization.paper import whole_picture
from ecg_core.digitization.resample import resample
from ecg_core.digitization.types import Corrections, FlatPage, GridScale, PageImage, Points

_PX_PER_MM = 7.5, 8.0  # of the flat page: the source's own within these; sharp waves lose height with less
_MOST_PIXELS = 1.2e7  # of the flat page, which has fewer pixels per millimetre if it is larger
_EDGE_POINTS = 16  # by which each edge of an outline is followed over bent paper


def flatten(page: PageImage, corrections: Corrections | None = None) -> FlatPage:
    """The page upright, flat and evenly scaled, resampled once from the source.

    Rotation, perspective and bends are measured on the printed grid. Without one the page is turned so that its rows
    run level, its perspective is taken from the edges of the sheet if all four are seen, and its scale is a guess
    (`grid.found`). Whether it stands on its head is not decided here: see `turned`. What `corrections` say about
    corners, turns, rotation and scale replaces what was found.
    """
    corrections = corrections or Corrections()
    given = None if corrections.paper_corners is None else np.array(corrections.paper_corners, float)
    with threadpool_limits(limits=1, user_api="blas"):
        # The products are small, and threads that share one wait for each other: seconds, where the machine is busy.
        frame = find_frame(page, given)
    paper = whole_picture(page.rgb.shape) if frame.outline is None else frame.outline
    frame = _corrected(frame, paper, corrections)
    edges_mm = frame.in_mm.to_flat(_followed(paper))
    low, high = edges_mm.min(axis=0), edges_mm.max(axis=0)
    across, down = _axes(frame.in_mm, low, high)
    px_per_mm = _flat_px_per_mm(_mean_length(across, down), high - low)
    page_map = frame.in_mm.after(shifting(*low) @ scaling(1 / px_per_mm, 1 / px_per_mm))
    width, height = np.ceil((high - low) * px_per_mm).astype(int) + 1
    paper_px = None if frame.outline is None else (edges_mm - low) * px_per_mm
    rgb, inside = resample(page.rgb, page_map, (int(height), int(width)), paper_px)
    return FlatPage(
        rgb=rgb,
        inside=inside,
        px_per_mm=px_per_mm,
        map=page_map,
        grid=GridScale(
            found=frame.found,
            source_px_per_mm_x=float(np.linalg.norm(across)),
            source_px_per_mm_y=float(np.linalg.norm(down)),
            rotation_deg=_rotation_deg(across, down),
            confidence=frame.confidence,
            evidence=frame.evidence,
        ),
        paper_corners=page_map.to_source(whole_picture(rgb.shape))
        if given is None
        else np.array(given, float),
    )


def turned(page: FlatPage, quarter_turns: int) -> FlatPage:
    """The flat page after clockwise quarter turns; nothing is resampled."""
    turns = quarter_turns % 4
    height, width = page.rgb.shape[:2]
    corner = ((0, 0), (0, height - 1), (width - 1, height - 1), (width - 1, 0))[turns]
    back = shifting(*corner) @ rotating(-90.0 * turns)
    if not isinstance(page.map, PaperMap):
        raise TypeError("only pages that flatten() made can be turned")
    grid = replace(page.grid, rotation_deg=_half_turn(page.grid.rotation_deg - 90.0 * turns))
    if turns % 2:
        across, down = grid.source_px_per_mm_y, grid.source_px_per_mm_x
        grid = replace(grid, source_px_per_mm_x=across, source_px_per_mm_y=down)
    return replace(
        page,
        rgb=np.ascontiguousarray(np.rot90(page.rgb, -turns)),
        inside=np.ascontiguousarray(np.rot90(page.inside, -turns)),
        map=page.map.after(back),
        grid=grid,
        paper_corners=np.roll(page.paper_corners, turns, axis=0),
    )


def _corrected(frame: Frame, paper: Points, corrections: Corrections) -> Frame:
    """The frame turned as it should stand, with turns, rotation and scale as the user says."""
    in_mm, evidence = frame.in_mm, frame.evidence
    edges_mm = in_mm.to_flat(_followed(paper))
    across, down = _axes(in_mm, edges_mm.min(axis=0), edges_mm.max(axis=0))
    if corrections.rotation_deg is not None:
        in_mm = in_mm.after(rotating(corrections.rotation_deg - _rotation_deg(across, down)))
        evidence = (*evidence, f"turned by {corrections.rotation_deg:g} degrees as you say")
    if corrections.px_per_mm is not None:
        ratio = corrections.px_per_mm / _mean_length(across, down)
        in_mm = in_mm.after(scaling(ratio, ratio))
        evidence = (*evidence, f"{corrections.px_per_mm:g} px per mm as you say")
    turns = frame.quarter_turns if corrections.quarter_turns is None else corrections.quarter_turns
    return replace(frame, in_mm=in_mm.after(rotating(-90.0 * turns)), evidence=evidence)


def _flat_px_per_mm(source_px_per_mm: float, size_mm: Points) -> float:
    return min(float(np.clip(source_px_per_mm, *_PX_PER_MM)), float(np.sqrt(_MOST_PIXELS / np.prod(size_mm))))


def _followed(corners: Points) -> Points:
    """Points all along the edges between corners."""
    part = np.linspace(0, 1, _EDGE_POINTS, endpoint=False)[:, None]
    ends = np.roll(corners, -1, axis=0)
    return np.concatenate([a + part * (b - a) for a, b in zip(corners, ends, strict=True)])


def _axes(in_mm: PaperMap, low: Points, high: Points) -> tuple[Points, Points]:
    """Source pixels per millimetre across and down the paper, as vectors, mean over a box of it."""
    places = np.linspace(low, high, _EDGE_POINTS + 2)[1:-1]
    at = np.column_stack([axis.ravel() for axis in np.meshgrid(*places.T)])
    here = in_mm.to_source(at)
    return tuple((in_mm.to_source(at + step) - here).mean(axis=0) for step in np.eye(2))


def _mean_length(across: Points, down: Points) -> float:
    return float(np.sqrt(np.linalg.norm(across) * np.linalg.norm(down)))


def _rotation_deg(across: Points, down: Points) -> float:
    """How far the page is turned in the source, clockwise."""
    return float(np.rad2deg(np.arctan2(across[1] - down[0], across[0] + down[1])))


def _half_turn(degrees: float) -> float:
    """An angle within (-180, 180]."""
    return 180.0 - (180.0 - degrees) % 360.0
