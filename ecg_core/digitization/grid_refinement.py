"""Small bends that a stiff sheet leaves over, from the grid's lines where they stand out from noise."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ecg_core.digitization.grid_evidence import Evidence
from ecg_core.digitization.grid_phase import TOLERANCE, Phases, periods_off, phases_about_nodes
from ecg_core.digitization.mapping import Bend, Matrix
from ecg_core.digitization.smooth_field import Observations, smooth_field

_PASSES = 3  # at most
_NEARLY_ALL = 0.97  # of the nodes
_BESIDE = 0.5  # lines of the lattice: so much faster and slower no line of a grid repeats
_NOISE_NODES = 5  # over which noise is alike
_LEAST, _CLEAR = 2.0, 4.0  # times the noise: no line is taken to be seen below, full weight above
_STIFFNESS = 0.3  # of the paper (a thin plate) against what clear lines about one node say
_PULL = 0.03  # towards no change where no lines are clear
_TOLERANCE = 0.15  # of a period: a phase further off is not of this line


def refined(evidence: Evidence, plane_from_image: Matrix, bend: Bend, frequency: float) -> Bend:
    """`bend`, which follows the grid lines of `frequency` (per unit of the plane), brought closer to them.

    The lines found are within half a period of where they should be, so that they need not be followed from node to
    node and the sheet may be supple. What is seen half a line beside the frequency is noise (strokes, print, blocks
    of JPEG); lines count as far as they exceed it. A sheet that lies well everywhere is left as it is.
    """
    frequencies = [frequency, frequency - _BESIDE, frequency + _BESIDE]
    for _ in range(_PASSES):
        lines, slower, faster = phases_about_nodes(evidence, plane_from_image, bend, frequencies)
        weights = [_weights(*seen) for seen in zip(lines, slower, faster, strict=True)]
        shifts = [_shift(*seen) for seen in zip(lines, weights, strict=True)]
        if not any(map(_far, shifts, weights)):
            break
        off = np.stack(shifts, axis=-1) / frequency
        there = bend.at(bend.nodes() + off.reshape(-1, 2))
        bend = replace(bend, shift=off + there.reshape(off.shape))
    return bend


def _shift(lines: Phases, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many periods the lines are shifted at each node."""
    shape = (lines.shape[0], lines.shape[1])
    each = Observations(
        sparse.eye(lines.size, format="csr"), periods_off(lines, weights).ravel(), weights.ravel()
    )
    return smooth_field(shape, each, _STIFFNESS, _PULL, _TOLERANCE)


def _far(shift: NDArray[np.float64], weights: NDArray[np.float64]) -> bool:
    """Whether lines that are seen lie further from the sheet than following them allowed for."""
    seen = np.abs(shift)[weights > 0]
    return bool(seen.size) and bool(np.quantile(seen, _NEARLY_ALL) > TOLERANCE)


def _weights(lines: Phases, slower: Phases, faster: Phases) -> NDArray[np.float64]:
    """The inverse variance of a phase, `(amplitude / noise)^2`, in units of that of clear lines."""
    power = (np.abs(slower) ** 2 + np.abs(faster) ** 2) / 2
    noise_power = cv2.blur(power, (_NOISE_NODES, _NOISE_NODES)) + 1e-12
    excess = np.abs(lines) ** 2 / noise_power
    return np.where(excess > _LEAST**2, np.minimum(excess / _CLEAR**2, 1.0), 0.0)
