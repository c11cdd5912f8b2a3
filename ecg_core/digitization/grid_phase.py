"""Bends and creases of the paper, from the phase of the grid's lines against a flat lattice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ecg_core.digitization.grid_evidence import Evidence
from ecg_core.digitization.mapping import (
    Bend,
    Matrix,
    PaperMap,
    dense_map,
    resizing,
    scaling,
    shifting,
    transform,
)
from ecg_core.digitization.smooth_field import Observations, slopes, smooth_field

_NODES_ALONG = 40  # of the longer side
_PERIOD_PX = (
    8.0  # a line's period in the view in which phases are taken; 1 mm lines must not fold onto 5 mm ones
)
_OVERSAMPLED = 2  # what the view is taken from, for the same reason
_LEAST_PERIOD_PX = 2.5  # the same where the picture has no more
_WIDE_PASSES = 12  # at most, by the widest lines, which are hardly taken for one another
_FINE_PASSES = 8  # at most, by others
_FREE = 1e-5
_COVERED = 0.75  # of a window, that has to lie on the paper
_SLIPPED = 0.12
_NEARLY_ALL, _LITTLE = 0.97, 0.02  # quantile of the changes of a pass, and of a period
_LEAST_WINDOW = 2.5, 1.5  # either way: periods, node steps
_STIFFNESS = 3.0  # of the paper (a thin plate) against what the lines about one node say
TOLERANCE = 0.06  # of a period: a phase further off is no line of the grid
_CLEAR_QUANTILE = 0.9  # of the amplitude is a clear grid's
_VISIBLE = 0.3, 0.7  # parts of that: no grid below, full weight above

Phases = NDArray[np.complex128]  # (rows, columns): amplitude and phase of the lines about each node


def flat_bend(plane_from_image: Matrix, shape: tuple[int, int]) -> Bend:
    """A bend of zero whose nodes cover a picture of `shape`."""
    low, high = covered(plane_from_image, shape)
    step = float((high - low).max()) / _NODES_ALONG
    columns, rows = np.ceil((high - low) / step).astype(int) + 1
    return Bend((float(low[0]), float(low[1])), step, np.zeros((rows, columns, 2)))


def covered(
    plane_from_image: Matrix, shape: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lowest and highest coordinates of a picture's corners in the plane."""
    right, bottom = shape[1] - 1.0, shape[0] - 1.0
    corners = transform(plane_from_image, np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]]))
    return corners.min(0), corners.max(0)


def follow_lines(
    evidence: Evidence, plane_from_image: Matrix, bend: Bend, frequency: float, pull: float = _FREE
) -> Bend:
    """`bend` put right by the grid lines of `frequency` (per unit of the plane) in both directions.

    Each pass sees the page as flat as the last one made it, so that lines too oblique to be seen at first come in
    from where they are less so, as those of a margin that is bent away. Passes end when little changes where lines
    are looked for. `pull` weighs what each pass was given against the lines about one node.
    """
    for _ in range(_WIDE_PASSES if frequency == 1 else _FINE_PASSES):
        (found,) = phases_about_nodes(evidence, plane_from_image, bend, [frequency])
        off = np.stack([_followed(phases, pull) for phases in found], axis=-1) / frequency
        nodes = bend.nodes() + off.reshape(-1, 2)
        seen = np.stack(found, axis=-1) != 0
        change = seen * np.abs(off - np.median(off, axis=(0, 1))) * frequency
        bend = replace(bend, shift=off + bend.at(nodes).reshape(off.shape))
        if np.quantile(change, _NEARLY_ALL) < _LITTLE:
            break
    return bend


def slipped(evidence: Evidence, plane_from_image: Matrix, bend: Bend) -> float:
    """On which part of the page the lines of the lattice are further from straight than half a fifth of a period."""
    parts = []
    ((across, down),) = phases_about_nodes(evidence, plane_from_image, bend, [1.0])
    for phases in (across, down):
        weights = _weights(phases)
        far = np.abs(periods_off(phases, weights)) > _SLIPPED
        parts.append(np.average(far, weights=weights + 1e-12))
    return float(max(parts))


def periods_off(phases: Phases, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """By which part of a period, at most half, the lines about each node are shifted against those of the page."""
    level = np.angle(np.sum(weights * phases / np.maximum(np.abs(phases), 1e-12)))
    off: NDArray[np.float64] = -np.angle(phases * np.exp(-1j * level)) / (2 * np.pi)
    return off


def phases_about_nodes(
    evidence: Evidence, plane_from_image: Matrix, bend: Bend, frequencies: Sequence[float]
) -> list[tuple[Phases, Phases]]:
    """`line_phases` at the nodes of `bend` for each frequency, in one view that suits the first."""
    line_px = 1 / (units_per_px(plane_from_image) * frequencies[0])
    period_px = float(np.clip(line_px, _LEAST_PERIOD_PX, _PERIOD_PX))
    px_per_unit = period_px * frequencies[0]
    view = lattice_view(evidence, plane_from_image, bend, px_per_unit)
    step_px = bend.step * px_per_unit
    reach_px = max(_LEAST_WINDOW[0] * period_px, _LEAST_WINDOW[1] * step_px)
    rows, columns = bend.shift.shape[:2]
    nodes_px = np.arange(columns) * step_px, np.arange(rows) * step_px
    return line_phases(view, nodes_px, reach_px, [px_per_unit / frequency for frequency in frequencies])


def units_per_px(plane_from_image: Matrix) -> float:
    """Units of the plane in a pixel of the picture, about the middle of the page."""
    return float(np.sqrt(abs(np.linalg.det(plane_from_image[:2, :2]))))


def lattice_view(evidence: Evidence, plane_from_image: Matrix, bend: Bend, px_per_unit: float) -> Evidence:
    """The evidence as seen on flat paper, the first node of the bend at its upper left corner."""
    rows, columns = bend.shift.shape[:2]
    shrink = max(1, int(1 / (units_per_px(plane_from_image) * px_per_unit * _OVERSAMPLED)))
    if shrink > 1:
        size = (evidence.shape[1] // shrink, evidence.shape[0] // shrink)
        evidence = cv2.resize(
            evidence[: size[1] * shrink, : size[0] * shrink], size, interpolation=cv2.INTER_AREA
        )
    small_from_plane = resizing(1 / shrink, 1 / shrink) @ np.linalg.inv(plane_from_image)
    view_to_plane = shifting(*bend.origin) @ scaling(1 / px_per_unit, 1 / px_per_unit)
    shape = tuple(int(np.ceil((n - 1) * bend.step * px_per_unit)) + 1 for n in (rows, columns))
    where = dense_map(PaperMap(view_to_plane, small_from_plane, bend), (shape[0], shape[1]))
    view: Evidence = cv2.remap(evidence, *where, cv2.INTER_LINEAR, borderValue=0.0)
    return view


def line_phases(
    view: Evidence,
    nodes_px: tuple[NDArray[np.floating], NDArray[np.floating]],
    reach_px: float,
    periods_px: Sequence[float],
) -> list[tuple[Phases, Phases]]:
    """For each period, complex amplitude about each node (at columns x rows) of lines that cross x, and that cross y.

    0 where too much of the window about a node lies off the paper: what is left would not tell lines from steps.
    """
    y, x = (np.arange(n) for n in view.shape)
    across, down = (_windows(nodes, at, reach_px) for nodes, at in zip(nodes_px, (x, y), strict=True))
    seen_down, seen_across = down @ view, view @ across.T
    covered = down @ (view != 0).astype(np.float32) @ across.T > _COVERED * reach_px**2
    found = []
    for period_px in periods_px:
        wave_x, wave_y = (np.exp(-2j * np.pi * at / period_px).astype(np.complex64) for at in (x, y))
        found.append((covered * (seen_down @ (across * wave_x).T), covered * ((down * wave_y) @ seen_across)))
    return found


def _windows(nodes: NDArray[np.floating], at: NDArray[np.integer], reach: float) -> NDArray[np.float32]:
    """A Hann window about each node, `(nodes, places)`."""
    off = np.clip((at - nodes[:, None]) / reach, -1, 1)
    return (0.5 + 0.5 * np.cos(np.pi * off)).astype(np.float32)


def _followed(phases: Phases, pull: float) -> NDArray[np.float64]:
    """How many periods the lines are shifted at each node: followed from node to node, then fitted to the phase."""
    shape = (phases.shape[0], phases.shape[1])
    weights = _weights(phases)
    turns = -np.angle(phases) / (2 * np.pi)
    steps = [
        -np.angle(phases[:, 1:] * phases[:, :-1].conj()) / (2 * np.pi),
        -np.angle(phases[1:] * phases[:-1].conj()) / (2 * np.pi),
    ]
    pairs = [weights[:, 1:] * weights[:, :-1], weights[1:] * weights[:-1]]
    walk = Observations(slopes(shape), _joined(steps), _joined(pairs))
    walked = smooth_field(shape, walk, _STIFFNESS, pull, TOLERANCE)
    walked += np.angle(np.sum(weights * np.exp(2j * np.pi * (turns - walked)))) / (2 * np.pi)
    unwrapped = walked + (turns - walked + 0.5) % 1.0 - 0.5
    level = float(np.average(unwrapped, weights=weights + 1e-12))
    each = Observations(sparse.eye(phases.size, format="csr"), unwrapped.ravel() - level, weights.ravel())
    return smooth_field(shape, each, _STIFFNESS, pull, TOLERANCE) + level


def _weights(phases: Phases) -> NDArray[np.float64]:
    """0 where no lines are seen, 1 where they are clear."""
    amplitude = np.abs(phases)
    clear = float(np.quantile(amplitude, _CLEAR_QUANTILE)) + 1e-12
    return np.clip((amplitude / clear - _VISIBLE[0]) / (_VISIBLE[1] - _VISIBLE[0]), 0, 1)


def _joined(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([part.ravel() for part in parts])
