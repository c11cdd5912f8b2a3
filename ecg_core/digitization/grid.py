"""Finding and measuring the printed grid in a picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.grid_evidence import Evidence, grid_channels, grid_evidence
from ecg_core.digitization.grid_lattice import Lattice, fit_lattice, seed
from ecg_core.digitization.grid_phase import flat_bend, lattice_view, refine_bend
from ecg_core.digitization.grid_scale import (
    LineSpacing,
    line_spacing,
    line_spectrum,
    stroke_width_px,
    subdivision,
)
from ecg_core.digitization.grid_tiles import TileSpectra, tile_spectra
from ecg_core.digitization.mapping import Bend, Matrix, scaling

_LONGER_SIDE_PX = 2048  # of the picture in which the grid is measured
_TILES_ALONG = 8
_LEAST_TILE_PX = 96
_TRIAL_TILES = 16  # by which channels are compared
_LEAST_SEEN = 0.25  # of the tiles
_STIFF, _PLIANT = 10.0, 1.0  # how far paper is held flat against wide and against fine lines
_VIEW_PX = 48.0  # per line at most


@dataclass(frozen=True, eq=False)
class MeasuredGrid:
    """The grid of a picture: `mm_to_source` after `bend` takes millimetres on paper to source pixels."""

    mm_to_source: Matrix
    bend: Bend
    spacing: LineSpacing
    lattice: Lattice


def measure_grid(rgb: NDArray[np.uint8]) -> MeasuredGrid | None:
    """The printed grid, upright up to quarter turns; None where there is none to be seen."""
    shrink = min(1.0, _LONGER_SIDE_PX / max(rgb.shape[:2]))
    small = rgb if shrink == 1 else cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    evidence = max(
        map(grid_evidence, grid_channels(small)), key=lambda one: seed(_spectra(one, _TRIAL_TILES))[1]
    )
    spectra = _spectra(evidence)
    frequencies, _ = seed(spectra)
    if not len(frequencies):
        return None
    lattice = fit_lattice(spectra, frequencies)
    if lattice.seen < _LEAST_SEEN:
        return None
    plane_from_image, bend, spacing = _settled(evidence, small, lattice)
    source_from_small = np.linalg.inv(
        np.array([[shrink, 0, (shrink - 1) / 2], [0, shrink, (shrink - 1) / 2], [0, 0, 1]])
    )
    to_lines = scaling(1 / spacing.mm, 1 / spacing.mm)
    return MeasuredGrid(
        mm_to_source=source_from_small @ np.linalg.inv(plane_from_image) @ to_lines,
        bend=bend.scaled(spacing.mm),
        spacing=spacing,
        lattice=lattice,
    )


def _spectra(evidence: Evidence, at_most: int | None = None) -> TileSpectra:
    return tile_spectra(evidence, max(_LEAST_TILE_PX, max(evidence.shape) // _TILES_ALONG), at_most)


def _settled(
    evidence: Evidence, rgb: NDArray[np.uint8], lattice: Lattice
) -> tuple[Matrix, Bend, LineSpacing]:
    """The lattice counted in its widest period, how it bends, and what that period is."""
    plane_from_image = lattice.plane_from_image
    bend = flat_bend(plane_from_image, evidence.shape)
    for _ in range(2):
        bend = refine_bend(evidence, plane_from_image, bend, 1.0, _STIFF)
    line_px = 1 / np.sqrt(abs(np.linalg.det(plane_from_image[:2, :2])))
    view, view_px = lattice_view(evidence, plane_from_image, bend, min(line_px, _VIEW_PX))
    spectrum = line_spectrum(view, view_px)
    period = subdivision(spectrum)
    if period > 1:
        plane_from_image = scaling(1 / period, 1 / period) @ plane_from_image
        bend = bend.scaled(1 / period)
        spectrum = line_spectrum(view, view_px * period)
    lines = max(np.ptp(lattice.tiles, axis=0)) / (line_px * period)
    spacing = line_spacing(
        spectrum,
        period == 5,
        lines,
        stroke_width_px(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)) / (line_px * period),
    )
    if spacing.fine_lines and spacing.mm > 1:
        bend = refine_bend(evidence, plane_from_image, bend, spacing.mm, _PLIANT)
    return plane_from_image, bend, spacing
