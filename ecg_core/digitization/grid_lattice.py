"""The square lattice of a printed grid, followed across the page in perspective."""

from __future__ import annotations

from dataclasses import dataclass

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
_SQUARENESS = 3.0  # how little a squeezed lattice is believed beside a square one
_NEARLY_AS_GOOD = 0.6  # a slower lattice is preferred: its lines cannot be taken for one another
_REACHES = (0.15, 0.08, 0.05)  # in which peaks are looked for, pass by pass, as parts of the frequency
_HARMONICS = 5, 4, 3, 2  # of the lines, looked at in this order
_NYQUIST = 0.45  # cycles a pixel: above, peaks fold
_CLEAR = 0.8  # part of the tiles in which a harmonic has to be seen
_TOLERANCE_BINS = 0.5
_PERSPECTIVE = 0.3  # how strong it may be at the picture's edge before the evidence has to be good


@dataclass(frozen=True, eq=False)
class Lattice:
    """A lattice in a picture: `plane_from_image` takes pixels to counts of lines in both directions.

    `harmonic` is the highest of its lines' that is clear, `seen` the part of the tiles in which it runs as said, `prominence` how far its peaks stand out (nepers).
    """

    plane_from_image: Matrix
    harmonic: int
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
    first, second = (order[i] for i in np.triu_indices(len(order), k=1))
    pairs = np.stack([frequency[first], frequency[second]], axis=1)
    lengths = np.linalg.norm(pairs, axis=2)
    squeeze = lengths.max(axis=1) / lengths.min(axis=1)
    cosine = np.abs(np.sum(pairs[:, 0] * pairs[:, 1], axis=1)) / lengths.prod(axis=1)
    worth = np.minimum(height[first], height[second])
    worth[(squeeze > _SQUEEZE) | (cosine > np.sin(np.deg2rad(_SKEW_DEG)))] = 0.0
    if not worth.any():
        return np.empty((0, 2)), 0.0
    # The area of the pair is twice as large for the diagonals of a lattice as for its sides; squeezed pairs count as
    # if larger, as 4 lines one way are matched by 5 the other way on square paper.
    slowness = np.where(
        worth < _NEARLY_AS_GOOD * worth.max(), np.inf, lengths.prod(axis=1) * squeeze**_SQUARENESS
    )
    return _right_and_down(pairs[int(slowness.argmin())]), float(worth.max())


def fit_lattice(spectra: TileSpectra, frequencies: Points) -> Lattice:
    """The homography whose local frequencies are those of the tiles, near the two given ones.

    Fitted to the lines themselves, then to the highest of their harmonics that is clear: it is so many times as exact.
    """
    middle = spectra.centres_px.mean(0)
    half = max(float(np.abs(spectra.centres_px - middle).max()), spectra.size / 2)
    at = (spectra.centres_px - middle) / half
    shape = np.concatenate([(frequencies * half).ravel(), [0.0, 0.0]])
    for reach in _REACHES:
        peaks = _peaks(spectra, shape, half, 1, reach)
        shape = _fitted(shape, at, peaks)
    clear = 1
    for harmonic in _HARMONICS:
        if harmonic * np.abs(frequencies).max() > _NYQUIST:
            continue
        higher = _peaks(spectra, shape, half, harmonic, _REACHES[-1] * 2 / harmonic)
        if np.mean(higher.weight.min(axis=1) > 0) > _CLEAR:
            shape, clear = _fitted(shape, at, higher), harmonic
            break
    good = peaks.agree(_local_frequencies(shape, at))
    return Lattice(
        plane_from_image=_homography(shape) @ scaling(1 / half, 1 / half) @ shifting(*-middle),
        harmonic=clear,
        tiles=spectra.centres_px[good],
        seen=float(good.mean()),
        prominence=float(np.median(peaks.prominence[good])) if good.any() else 0.0,
    )


@dataclass(frozen=True, eq=False)
class _Peaks:
    """What the tiles say about the lattice: `frequency` `(tiles, 2, 2)`, `prominence` and `weight` `(tiles, 2)`."""

    frequency: NDArray[np.float64]
    prominence: NDArray[np.float64]
    bins: float  # of a tile's spectrum in a unit of frequency

    @property
    def weight(self) -> NDArray[np.float64]:
        return np.clip(self.prominence / _LEAST_PROMINENCE - 0.5, 0.0, 1.0)

    def agree(self, expected: NDArray[np.float64]) -> NDArray[np.bool_]:
        off = np.linalg.norm(self.frequency - expected, axis=2) * self.bins
        return ((off < 2 * _TOLERANCE_BINS) & (self.weight > 0)).all(axis=1)


def _peaks(
    spectra: TileSpectra, shape: NDArray[np.float64], half: float, harmonic: int, reach: float
) -> _Peaks:
    """Peaks of the tiles near a harmonic of the lattice of `shape`, as frequencies of its lines."""
    at = (spectra.centres_px - spectra.centres_px.mean(0)) / half
    expected = _local_frequencies(shape, at) * harmonic / half
    near = [spectra.peaks_near(expected[:, i], reach) for i in (0, 1)]
    frequency = np.stack([found * half / harmonic for found, _ in near], axis=1)
    return _Peaks(frequency, np.column_stack([height for _, height in near]), spectra.size * harmonic / half)


def _fitted(shape: NDArray[np.float64], at: Points, peaks: _Peaks) -> NDArray[np.float64]:
    fit = optimize.least_squares(
        _residuals, shape, args=(at, peaks), loss="cauchy", f_scale=_TOLERANCE_BINS / 2,
        x_scale=np.array([np.linalg.norm(shape[:2])] * 4 + [1.0, 1.0]),
    )  # fmt: skip
    fitted: NDArray[np.float64] = fit.x
    return fitted


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


def _residuals(shape: NDArray[np.float64], at: Points, peaks: _Peaks) -> NDArray[np.float64]:
    off = (_local_frequencies(shape, at) - peaks.frequency) * peaks.bins * peaks.weight[:, :, None]
    return np.concatenate([off.ravel(), shape[4:] / _PERSPECTIVE])
