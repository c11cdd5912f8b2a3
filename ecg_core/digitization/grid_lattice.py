"""The square lattice of a printed grid, followed across the page in perspective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from ecg_core.digitization.grid_tiles import TileSpectra
from ecg_core.digitization.mapping import Matrix, scaling, shifting, transform
from ecg_core.digitization.types import Points

_LOWEST_BINS = 2.5  # slower than this is shading
_CANDIDATES = 40  # highest peaks looked at
_SKEW_DEG = 10.0  # from a right angle
_SQUEEZE = 1.28  # of one direction against the other
_LEAST_PROMINENCE = 2.2  # nepers; traces and text alone stay below
_WHOLE = 0.25  # how far from whole a measured multiple may be
_SQUARENESS = 3.0  # how little a squeezed or oblique lattice is believed beside a square one
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

    `harmonic` is the highest of its lines' that is clear, `seen` the part of the tiles in which it runs as said and
    `prominence` how far it stands out there (nepers).
    """

    plane_from_image: Matrix
    harmonic: int
    tiles: Points  # centres of the tiles in which it was seen
    seen: float
    prominence: float

    def seen_in(self, spectra: TileSpectra, least: float) -> NDArray[np.bool_]:
        """In which tiles `(tiles,)` the lattice runs as said and stands out by `least` nepers."""
        peaks = _peaks(spectra, self.plane_from_image, 1, _REACHES[-1])
        seen: NDArray[np.bool_] = peaks.agree(self.plane_from_image) & (peaks.prominence.min(axis=1) > least)
        return seen


def seed(spectra: TileSpectra) -> tuple[Points, float]:
    """The two frequencies `(2, 2)` of the page's lattice in cycles a pixel (right, down) and how they stand out.

    Without a lattice the frequencies are empty.
    """
    frequency, height = (part[:_CANDIDATES] for part in spectra.common_peaks(_LEAST_PROMINENCE, _LOWEST_BINS))
    first, second = np.triu_indices(len(height), k=1)
    pairs = np.stack([frequency[first], frequency[second]], axis=1)
    lengths = np.linalg.norm(pairs, axis=2)
    squeeze = lengths.max(axis=1) / lengths.min(axis=1)
    cosine = np.abs(np.sum(pairs[:, 0] * pairs[:, 1], axis=1)) / lengths.prod(axis=1)
    worth = np.minimum(height[first], height[second])
    worth[(squeeze > _SQUEEZE) | (cosine > np.sin(np.deg2rad(_SKEW_DEG)))] = 0.0
    if not worth.any():
        return np.empty((0, 2)), 0.0
    # The clearest pair may be of harmonics: it has to be made of whole numbers of the lines.
    multiples = pairs[int(worth.argmax())] @ np.linalg.pinv(pairs)
    likely = (worth > _NEARLY_AS_GOOD * worth.max()) & _whole(multiples).all(axis=(1, 2))
    # The area of the pair is twice as large for the diagonals of a lattice as for its sides; squeezed and oblique pairs
    # count as if larger: on square paper 4 lines one way are matched by 5 the other way, and a pair of one area by one
    # that goes a wide line askew for each of its fine ones.
    slowness = np.where(likely, lengths.prod(axis=1) * (squeeze * (1 + cosine)) ** _SQUARENESS, np.inf)
    return _right_and_down(pairs[int(slowness.argmin())]), float(worth.max())


def _whole(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.abs(numbers - np.round(numbers)) < _WHOLE


def fit_lattice(spectra: TileSpectra, frequencies: Points) -> Lattice:
    """The homography whose local frequencies are those of the tiles, near the two given ones.

    Fitted to the lines themselves, then to the highest of their harmonics that is clear: it is so many times as exact.
    """
    place = _Placing.of(spectra)
    plane = place.plane(np.concatenate([(frequencies * place.half).ravel(), [0.0, 0.0]]))
    for reach in _REACHES:
        plane = _fitted(plane, place, _peaks(spectra, plane, 1, reach))
    clear = 1
    for harmonic in _HARMONICS:
        if harmonic * np.abs(frequencies).max() > _NYQUIST:
            continue
        higher = _peaks(spectra, plane, harmonic, _REACHES[-1] * 2 / harmonic)
        if np.mean(higher.weight.min(axis=1) > 0) > _CLEAR:
            plane, clear = _fitted(plane, place, higher), harmonic
            break
    peaks = _peaks(spectra, plane, 1, _REACHES[-1])
    seen = peaks.agree(plane)
    prominence = float(np.median(peaks.prominence[seen])) if seen.any() else 0.0
    return Lattice(plane, clear, spectra.centres_px[seen], float(seen.mean()), prominence)


@dataclass(frozen=True, eq=False)
class _Placing:
    """Six numbers say how a lattice lies: linear part and perspective about the middle, in half pictures."""

    middle: Points
    half: float

    @classmethod
    def of(cls, spectra: TileSpectra) -> _Placing:
        middle = spectra.centres_px.mean(axis=0)
        return cls(middle, max(float(np.abs(spectra.centres_px - middle).max()), spectra.size / 2))

    def plane(self, numbers: NDArray[np.float64]) -> Matrix:
        a, b, c, d, g, h = numbers
        about_middle = np.array([[a, b, 0.0], [c, d, 0.0], [g, h, 1.0]])
        return about_middle @ scaling(1 / self.half, 1 / self.half) @ shifting(*-self.middle)

    def numbers(self, plane: Matrix) -> NDArray[np.float64]:
        about_middle = plane @ shifting(*self.middle) @ scaling(self.half, self.half)
        return np.concatenate([about_middle[:2, :2].ravel(), about_middle[2, :2]])


@dataclass(frozen=True, eq=False)
class _Peaks:
    """What tiles at `at` say about a lattice: `frequency` `(tiles, 2, 2)` of its lines, `prominence` `(tiles, 2)`."""

    at: Points
    frequency: NDArray[np.float64]
    prominence: NDArray[np.float64]
    bins: float  # of a tile's spectrum in a unit of frequency

    @property
    def weight(self) -> NDArray[np.float64]:
        return np.clip(self.prominence / _LEAST_PROMINENCE - 0.5, 0.0, 1.0)

    def off_bins(self, plane: Matrix) -> NDArray[np.float64]:
        """How far the peaks are from where `plane` says, `(tiles, 2, 2)`."""
        return (_local_frequencies(plane, self.at) - self.frequency) * self.bins

    def agree(self, plane: Matrix) -> NDArray[np.bool_]:
        near = np.linalg.norm(self.off_bins(plane), axis=2) < 2 * _TOLERANCE_BINS
        agree: NDArray[np.bool_] = (near & (self.weight > 0)).all(axis=1)
        return agree


def _peaks(spectra: TileSpectra, plane: Matrix, harmonic: int, reach: float) -> _Peaks:
    """Peaks of the tiles near a harmonic of a lattice, as frequencies of its lines."""
    expected = _local_frequencies(plane, spectra.centres_px) * harmonic
    near = [spectra.peaks_near(expected[:, i], reach) for i in (0, 1)]
    frequency = np.stack([found / harmonic for found, _ in near], axis=1)
    prominence = np.column_stack([height for _, height in near])
    return _Peaks(spectra.centres_px, frequency, prominence, float(spectra.size * harmonic))


def _fitted(plane: Matrix, place: _Placing, peaks: _Peaks) -> Matrix:
    def residuals(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        off = peaks.off_bins(place.plane(numbers)) * peaks.weight[:, :, None]
        return np.concatenate([off.ravel(), numbers[4:] / _PERSPECTIVE])

    first = place.numbers(plane)
    scale = np.array([np.linalg.norm(first[:2])] * 4 + [1.0, 1.0])
    fit = optimize.least_squares(residuals, first, loss="cauchy", f_scale=_TOLERANCE_BINS / 2, x_scale=scale)
    return place.plane(fit.x)


def _right_and_down(frequencies: Points) -> Points:
    """The pair ordered and signed so that it turns the page by at most 45 degrees."""
    across, along = frequencies[np.argsort(-np.abs(frequencies[:, 0]))]
    across = across * np.sign(across[0])
    return np.stack([across, along * np.sign(across[0] * along[1] - across[1] * along[0])])


def _local_frequencies(plane: Matrix, at: Points) -> NDArray[np.float64]:
    """Gradients `(n, 2, 2)` of the two lattice coordinates at `(n, 2)` points."""
    depth = at @ plane[2, :2] + plane[2, 2]
    lines = transform(plane, at)
    return (plane[:2, :2] - lines[:, :, None] * plane[2, :2]) / depth[:, None, None]
