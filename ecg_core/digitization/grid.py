"""Finding and measuring the printed grid in a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.digitization.grid_evidence import CHANNELS, Evidence, Mask, Picture, grid_evidence
from ecg_core.digitization.grid_lattice import Lattice, fit_lattice, seed
from ecg_core.digitization.grid_phase import flat_bend, follow_lines, lattice_view, slipped, units_per_px
from ecg_core.digitization.grid_refinement import refined
from ecg_core.digitization.grid_scale import LineSpacing, has_fifths, line_spacing, line_spectrum
from ecg_core.digitization.grid_tiles import tile_spectra
from ecg_core.digitization.mapping import Bend, Matrix, scaling
from ecg_core.digitization.paper import whole_picture
from ecg_core.digitization.print_strokes import Strokes
from ecg_core.digitization.types import Points

_TILES_ALONG = 8
_LEAST_TILE_PX = 96
_WINDOWS_ALONG = 80  # local means are taken over this part of the longer side
_LEAST_PROMINENCE = 3.3  # nepers; what looks like a lattice in traces and noise stays below
_LEAST_SEEN = 0.25  # of the tiles
_LEAST_DEPTH = 0.4  # of the picture's corners, the middle's being 1: stronger perspective is no page
_FINEST = 0.4  # lines a pixel that can be followed
_LEAST_LINES_DB = 10.0  # lines followed over the page stand out by more; strokes that happen to repeat do not
_FEW = 0.01  # part of the page on which a line may be lost
_PULL = 0.03  # towards the wide lines where fine ones are faint
_VIEW_PX = 48.0  # per line at most


@dataclass(frozen=True, eq=False)
class MeasuredGrid:
    """The grid of a picture: `mm_to_picture` after `bend` takes millimetres on paper to its pixels.

    `seen` is the part of the paper on which the grid was followed, `beyond` `(n, 2)` the corners of those pieces of what
    was taken for desk on which it plainly goes on.
    """

    mm_to_picture: Matrix
    bend: Bend
    spacing: LineSpacing
    seen: float
    beyond: Points


def measure_grid(rgb: Picture, paper: Mask, strokes: Strokes) -> MeasuredGrid | None:
    """The printed grid, upright up to quarter turns; None where there is none to be seen.

    `paper` is 1 where the paper is, `strokes` the print on it.
    """
    channel = _best_channel(rgb, paper)
    evidence = grid_evidence(channel, paper, _window_px(rgb.shape))
    spectra = tile_spectra(evidence, paper, _tile_px(rgb.shape))
    frequencies, prominence = seed(spectra)
    if prominence < _LEAST_PROMINENCE:
        return None
    lattice = fit_lattice(spectra, frequencies)
    depth = lattice.plane_from_image[2] @ np.vstack([whole_picture(rgb.shape).T, np.ones(4)])
    if min(prominence, lattice.prominence) < _LEAST_PROMINENCE or lattice.seen < _LEAST_SEEN:
        return None
    if depth.min() < _LEAST_DEPTH:
        return None
    settled = _settled(evidence, lattice, strokes.width_px)
    if settled is None:
        return None
    plane_from_image, bend, spacing = settled
    to_lines = scaling(1 / spacing.mm, 1 / spacing.mm)
    return MeasuredGrid(
        mm_to_picture=np.linalg.inv(plane_from_image) @ to_lines,
        bend=bend.scaled(spacing.mm),
        spacing=spacing,
        seen=lattice.seen,
        beyond=_beyond(lattice, channel, 1 - paper),
    )


def _beyond(lattice: Lattice, channel: Evidence, desk: Mask) -> Points:
    if not desk.any():
        return np.empty((0, 2))
    evidence = grid_evidence(channel, desk, _window_px(desk.shape))
    spectra = tile_spectra(evidence, desk, _tile_px(desk.shape))
    return spectra.corners_px(lattice.seen_in(spectra, _LEAST_PROMINENCE))


def _best_channel(rgb: Picture, paper: Mask) -> Evidence:
    """The channel that shows a lattice best in the middle of the picture."""
    height, width = paper.shape
    middle = (slice(height // 4, -(height // 4)), slice(width // 4, -(width // 4)))
    trials = [
        grid_evidence(channel(rgb[middle]), paper[middle], _window_px(rgb.shape)) for channel in CHANNELS
    ]
    clearness = [seed(tile_spectra(trial, paper[middle], _tile_px(rgb.shape)))[1] for trial in trials]
    return CHANNELS[int(np.argmax(clearness))](rgb)


def _window_px(shape: tuple[int, ...]) -> int:
    return 2 * (max(shape) // _WINDOWS_ALONG) + 1


def _tile_px(shape: tuple[int, ...]) -> int:
    return max(_LEAST_TILE_PX, max(shape) // _TILES_ALONG)


def _settled(
    evidence: Evidence, lattice: Lattice, stroke_px: float
) -> tuple[Matrix, Bend, LineSpacing] | None:
    """The lattice counted in its widest period, how it bends, and what that period is; None if it has no lines."""
    plane_from_image = lattice.plane_from_image
    bend = _bend(evidence, lattice)
    line_px = 1 / units_per_px(plane_from_image)
    view_px = min(line_px, _VIEW_PX)
    view = lattice_view(evidence, plane_from_image, bend, view_px)
    spectrum = line_spectrum(view, view_px)
    if spectrum.seen(1) < _LEAST_LINES_DB:
        return None
    fifths = has_fifths(spectrum)
    if fifths:
        plane_from_image = scaling(1 / 5, 1 / 5) @ plane_from_image
        bend = bend.scaled(1 / 5)
        spectrum = line_spectrum(view, view_px * 5)
        line_px *= 5
    lines = max(np.ptp(lattice.tiles, axis=0)) / line_px
    spacing = line_spacing(spectrum, fifths, lines, stroke_px / line_px)
    return plane_from_image, bend, spacing


def _bend(evidence: Evidence, lattice: Lattice) -> Bend:
    """How the lattice departs from the plane."""
    plane = lattice.plane_from_image
    fine = max(n for n in range(1, lattice.harmonic + 1) if n * units_per_px(plane) < _FINEST)
    return refined(evidence, plane, _followed_bend(evidence, plane, fine), fine)


def _followed_bend(evidence: Evidence, plane: Matrix, fine: int) -> Bend:
    """By the fine lines, which are exact, or if following those slipped somewhere, by the wide ones first."""
    flat = flat_bend(plane, evidence.shape)
    by_fine = follow_lines(evidence, plane, flat, fine)
    lost = slipped(evidence, plane, by_fine)
    if fine == 1 or lost < _FEW:
        return by_fine
    by_wide = follow_lines(evidence, plane, follow_lines(evidence, plane, flat, 1.0), fine, _PULL)
    return by_wide if slipped(evidence, plane, by_wide) < lost / 3 else by_fine
