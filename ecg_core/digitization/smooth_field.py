"""The smoothest field on a mesh that agrees with scattered, partly wrong observations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

_ROUNDS = 2  # of reweighting
_KEPT = 4  # matrices of meshes


@dataclass(frozen=True, eq=False)
class Observations:
    """`operator` `(n, nodes)` takes a field to what `values` `(n,)` were observed, with `weights` `(n,)`."""

    operator: sparse.csr_matrix
    values: NDArray[np.float64]
    weights: NDArray[np.float64]


@lru_cache(maxsize=_KEPT)
def slopes(shape: tuple[int, int]) -> sparse.csr_matrix:
    """Differences between neighbouring nodes: first all those to the right, then all those downward."""
    rows, columns = shape
    right = sparse.kron(sparse.eye(rows), _difference(columns))
    down = sparse.kron(_difference(rows), sparse.eye(columns))
    return sparse.vstack([right, down], format="csr")


def smooth_field(
    shape: tuple[int, int], observations: Observations, stiffness: float, pull: float, tolerance: float
) -> NDArray[np.float64]:
    """The field `(rows, columns)` with the least bending energy (a thin plate's) plus squared misfit.

    `stiffness` weighs bending against misfit, and `pull` (above 0) the distance from zero; observations further off
    than `tolerance` lose weight (Cauchy).
    """
    plate = _plate(shape, stiffness, pull)
    operator, values = observations.operator, observations.values
    weights = observations.weights
    for _ in range(_ROUNDS):
        weighted = (operator.T @ sparse.diags(weights)).tocsr()
        field = _solved(plate + weighted @ operator, weighted @ values, shape)
        weights = observations.weights / (1 + ((operator @ field - values) / tolerance) ** 2)
    return field.reshape(shape)


def _solved(
    matrix: sparse.csr_matrix, right_side: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """The field `(nodes,)` that solves a symmetric positive definite system of neighbours on the mesh.

    Nodes are counted along the mesh's shorter side, so that neighbours stay close to the diagonal.
    """
    mesh = np.arange(len(right_side)).reshape(shape)
    order = (mesh if shape[1] <= shape[0] else mesh.T).ravel()
    place = np.argsort(order)
    width = 2 * min(shape)
    entries = matrix.tocoo()
    row, column = place[entries.row], place[entries.col]
    upper = row <= column
    banded = np.zeros((width + 1, len(right_side)))
    banded[(width + row - column)[upper], column[upper]] = entries.data[upper]
    field = np.empty(len(right_side))
    field[order] = linalg.solveh_banded(banded, right_side[order], overwrite_ab=True, check_finite=False)
    return field


def _difference(nodes: int) -> sparse.csr_matrix:
    return sparse.diags([-1.0, 1.0], [0, 1], shape=(nodes - 1, nodes), format="csr")


@lru_cache(maxsize=_KEPT)
def _plate(shape: tuple[int, int], stiffness: float, pull: float) -> sparse.csr_matrix:
    """The matrix of the energy that bending and distance from zero cost."""
    rows, columns = shape
    second = [_difference(n - 1) @ _difference(n) for n in shape]
    across = sparse.kron(sparse.eye(rows), second[1].T @ second[1])
    down = sparse.kron(second[0].T @ second[0], sparse.eye(columns))
    twist = sparse.kron(_difference(rows), _difference(columns))
    return (stiffness * (across + down + 2 * twist.T @ twist) + pull * sparse.eye(rows * columns)).tocsr()
