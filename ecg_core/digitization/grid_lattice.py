"""The square lattice of a printed grid, followed across the page in perspective."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from ecg_core.digitization.grid_tiles import TileSpectra
from ecg_core.digitization.mapping import Matrix, scaling, shifting
from ecg_core.digitization.types import Points

_LOWEST_BINS = 2.5  # slower than this is shading
_CANDIDATES = 40  # highest peaks looked at
_SKEW_DEG = 10.0  # from a right angle
_SQUEEZE = 1.28  # of one direction against the other
_LEAST_PROMINENCE = 2.2  # nepers; traces and text alone stay below
_NEARLY_AS_GOOD = 0.6  # a slower lattice is preferred: its lines cannot be taken for one another
_REACHES = (0.15, 0.08, 0.05)  # in which peaks are looked for, pass by pass, as parts of the frequency
_TOLERANCE_BINS = 0.5
_PERSPECTIVE = 0.3  # how strong it may be at the picture's edge before the evidence has to be good


@dataclass(frozen=True, eq=False)
class Lattice:
    """A lattice in a picture: `plane_from_image` takes pixels to counts of lines in both directions.

    `seen` is the part of the tiles in which it runs as said, `prominence` how far its peaks stand out (nepers).
    """

    plane_from_image: Matrix
    tiles: Points  # centres of the tiles in which it was seen
    seen: float
    prominence: float


def seed(spectra: TileSpectra) -> tuple[Points, float]:
    """The two frequencies `(2, 2)` of the page's lattice in cycles a pixel (to the right, downward) and their prominence.

    Without a lattice the frequencies are empty.
    """
    mean = spectra.prominence.mean(0)
    row, column = np.nonzero((cv2.dilate(mean, np.ones((5, 5))) == mean) & (mean > _LEAST_PROMINENCE))
    frequency = spectra.frequency(column, row)
    height = mean[row, column]
    usable = (np.linalg.norm(frequency, axis=1) * spectra.size > _LOWEST_BINS) & (
        frequency[:, 0] > -0.5 / spectra.size
    )
    order = np.flatnonzero(usable)[np.argsort(-height[usable])][:_CANDIDATES]
    pairs = [(a, b) for a, b in combinations(order, 2) if _square(frequency[a], frequency[b])]
    if not pairs:
        return np.empty((0, 2)), 0.0
    worth = np.array([min(height[a], height[b]) for a, b in pairs])
    slow = np.array([np.linalg.norm(frequency[a]) + np.linalg.norm(frequency[b]) for a, b in pairs])
    slow[worth < _NEARLY_AS_GOOD * worth.max()] = np.inf
    chosen = frequency[list(pairs[int(slow.argmin())])]
    return _right_and_down(chosen), float(worth.max())


def fit_lattice(spectra: TileSpectra, frequencies: Points) -> Lattice:
    """The homography whose local frequencies are those of the tiles, near the two given ones."""
    middle = spectra.centres_px.mean(0)
    half = max(float(np.abs(spectra.centres_px - middle).max()), spectra.size / 2)
    at = (spectra.centres_px - middle) / half
    shape = np.concatenate([(frequencies * half).ravel(), [0.0, 0.0]])
    bins = spectra.size / half
    for reach in _REACHES:
        expected = _local_frequencies(shape, at)
        near = [spectra.peaks_near(expected[:, i] / half, reach) for i in (0, 1)]
        found = np.stack([frequency * half for frequency, _ in near], axis=1)
        prominence = np.column_stack([height for _, height in near])
        weight = np.clip(prominence / _LEAST_PROMINENCE - 0.5, 0.0, 1.0)
        fit = optimize.least_squares(
            _residuals, shape, args=(at, found, weight, bins), loss="cauchy", f_scale=_TOLERANCE_BINS / 2,
            x_scale=np.array([half * np.linalg.norm(frequencies[0])] * 4 + [1.0, 1.0]),
        )  # fmt: skip
        shape = fit.x
    off = np.linalg.norm(_local_frequencies(shape, at) - found, axis=2) * bins
    good = ((off < 2 * _TOLERANCE_BINS) & (weight > 0)).all(axis=1)
    return Lattice(
        plane_from_image=_homography(shape) @ scaling(1 / half, 1 / half) @ shifting(*-middle),
        tiles=spectra.centres_px[good],
        seen=float(good.mean()),
        prominence=float(np.median(prominence[good])) if good.any() else 0.0,
    )


def _square(one: Points, other: Points) -> bool:
    lengths = np.linalg.norm(one), np.linalg.norm(other)
    cosine = abs(one @ other) / (lengths[0] * lengths[1])
    return bool(max(lengths) < _SQUEEZE * min(lengths) and cosine < np.sin(np.deg2rad(_SKEW_DEG)))


def _right_and_down(frequencies: Points) -> Points:
    """The pair ordered and signed so that it turns the page by at most 45 degrees."""
    across, along = frequencies[np.argsort(-np.abs(frequencies[:, 0]))]
    across = across * np.sign(across[0])
    return np.stack([across, along * np.sign(across[0] * along[1] - across[1] * along[0])])


def _homography(shape: NDArray[np.float64]) -> Matrix:
    a, b, c, d, g, h = shape
    return np.array([[a, b, 0.0], [c, d, 0.0], [g, h, 1.0]])


def _local_frequencies(shape: NDArray[np.float64], at: Points) -> NDArray[np.float64]:
    """Gradients `(n, 2, 2)` of the two lattice coordinates at `(n, 2)` points."""
    linear, perspective = shape[:4].reshape(2, 2), shape[4:]
    depth = 1 + at @ perspective
    place = at @ linear.T / depth[:, None]
    return (linear - place[:, :, None] * perspective) / depth[:, None, None]


def _residuals(
    shape: NDArray[np.float64],
    at: Points,
    found: NDArray[np.float64],
    weight: NDArray[np.float64],
    bins: float,
) -> NDArray[np.float64]:
    off = (_local_frequencies(shape, at) - found) * bins * weight[:, :, None]
    return np.concatenate([off.ravel(), shape[4:] / _PERSPECTIVE])
