"""Bends and creases of the paper, from the phase of the grid's lines against a flat lattice."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ecg_core.digitization.grid_evidence import Evidence
from ecg_core.digitization.mapping import Bend, Matrix, PaperMap, dense_map, scaling, shifting, transform
from ecg_core.digitization.smooth_field import Observations, slopes, smooth_field

_NODES_ALONG = 40  # of the longer side
_PERIOD_PX = (
    8.0  # a line's period in the view in which phases are taken; 1 mm lines must not fold onto 5 mm ones
)
_LEAST_WINDOW = 2.5, 1.5  # either way: periods, node steps
_TOLERANCE = 0.06  # of a period: a phase further off is no line of the grid
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


def refine_bend(
    evidence: Evidence, plane_from_image: Matrix, bend: Bend, frequency: float, stiffness: float
) -> Bend:
    """`bend` put right by the grid lines of `frequency` (per unit of the plane) in both directions.

    `stiffness` is that of the paper (a thin plate) against what the lines of one node say.
    """
    view, px_per_unit = lattice_view(evidence, plane_from_image, bend, _PERIOD_PX * frequency)
    rows, columns = bend.shift.shape[:2]
    step_px = bend.step * px_per_unit
    period_px = px_per_unit / frequency
    reach_px = max(_LEAST_WINDOW[0] * period_px, _LEAST_WINDOW[1] * step_px)
    phases = line_phases(view, (np.arange(columns) * step_px, np.arange(rows) * step_px), reach_px, period_px)
    off = np.stack([_followed(one, stiffness) for one in phases], axis=-1) / frequency
    nodes = bend.nodes() + off.reshape(-1, 2)
    return replace(bend, shift=off + bend.at(nodes).reshape(off.shape))


def lattice_view(
    evidence: Evidence, plane_from_image: Matrix, bend: Bend, px_per_unit: float
) -> tuple[Evidence, float]:
    """The evidence as seen on flat paper, the first node of the bend at its upper left corner, and its px per unit."""
    rows, columns = bend.shift.shape[:2]
    native = np.sqrt(abs(np.linalg.det(plane_from_image[:2, :2])))  # units per pixel about the origin
    shrink = max(1, int(1 / (native * px_per_unit)))
    if shrink > 1:
        size = (evidence.shape[1] // shrink, evidence.shape[0] // shrink)
        evidence = cv2.resize(
            evidence[: size[1] * shrink, : size[0] * shrink], size, interpolation=cv2.INTER_AREA
        )
    image_from_plane = np.linalg.inv(plane_from_image)
    small_from_plane = (
        shifting(-0.5, -0.5) @ scaling(1 / shrink, 1 / shrink) @ shifting(0.5, 0.5) @ image_from_plane
    )
    view_to_plane = shifting(*bend.origin) @ scaling(1 / px_per_unit, 1 / px_per_unit)
    shape = tuple(int(np.ceil((n - 1) * bend.step * px_per_unit)) + 1 for n in (rows, columns))
    where = dense_map(PaperMap(view_to_plane, small_from_plane, bend), (shape[0], shape[1]))
    return cv2.remap(evidence, *where, cv2.INTER_LINEAR, borderValue=0.0), px_per_unit


def line_phases(
    view: Evidence,
    nodes_px: tuple[NDArray[np.float64], NDArray[np.float64]],
    reach_px: float,
    period_px: float,
) -> tuple[Phases, Phases]:
    """Complex amplitude about each node (at columns x rows) of the lines that cross x, and of those that cross y."""
    y, x = (np.arange(n) for n in view.shape)
    across, down = (_windows(nodes, at, reach_px) for nodes, at in zip(nodes_px, (x, y), strict=True))
    wave_x, wave_y = (np.exp(-2j * np.pi * at / period_px) for at in (x, y))
    return (down @ view) @ (across * wave_x).T, (down * wave_y) @ (view @ across.T)


def _windows(nodes: NDArray[np.float64], at: NDArray[np.integer], reach: float) -> NDArray[np.float32]:
    """A Hann window about each node, `(nodes, places)`."""
    off = np.clip((at - nodes[:, None]) / reach, -1, 1)
    return (0.5 + 0.5 * np.cos(np.pi * off)).astype(np.float32)


def _followed(phases: Phases, stiffness: float) -> NDArray[np.float64]:
    """How many periods the lines are shifted at each node: followed from node to node, then fitted to the phase."""
    shape = (phases.shape[0], phases.shape[1])
    amplitude = np.abs(phases)
    clear = float(np.quantile(amplitude, _CLEAR_QUANTILE)) + 1e-12
    weights = np.clip((amplitude / clear - _VISIBLE[0]) / (_VISIBLE[1] - _VISIBLE[0]), 0, 1)
    turns = -np.angle(phases) / (2 * np.pi)
    steps = [
        -np.angle(phases[:, 1:] * phases[:, :-1].conj()) / (2 * np.pi),
        -np.angle(phases[1:] * phases[:-1].conj()) / (2 * np.pi),
    ]
    pairs = [weights[:, 1:] * weights[:, :-1], weights[1:] * weights[:-1]]
    walked = smooth_field(
        shape,
        Observations(
            slopes(shape),
            np.concatenate([step.ravel() for step in steps]),
            np.concatenate([pair.ravel() for pair in pairs]),
        ),
        stiffness,
        _TOLERANCE,
    )
    walked += np.angle(np.sum(weights * np.exp(2j * np.pi * (turns - walked)))) / (2 * np.pi)
    unwrapped = walked + (turns - walked + 0.5) % 1.0 - 0.5
    everywhere = sparse.eye(amplitude.size, format="csr")
    return smooth_field(
        shape, Observations(everywhere, unwrapped.ravel(), weights.ravel()), stiffness, _TOLERANCE
    )
