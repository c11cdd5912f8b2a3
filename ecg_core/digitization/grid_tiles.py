"""Spectra of overlapping tiles of a picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ecg_core.digitization.grid_evidence import Evidence, Mask
from ecg_core.digitization.types import Points

_STEP = 0.75  # of a tile
_COVERED = 0.5  # part of a tile that has to be paper
_MIRRORED = 12  # columns of negative frequency kept, so that peaks near the axis are whole
_FLOOR_BINS = 11  # a peak is measured against the mean of this neighbourhood


@dataclass(frozen=True, eq=False)
class TileSpectra:
    """Log power over its surroundings of each tile.

    `prominence` is `(tiles, size, columns)` in nepers; frequency zero stands at `origin` (column, row) and a bin is
    `1 / size` cycles a pixel.
    """

    centres_px: Points
    prominence: NDArray[np.float32]
    size: int

    @property
    def origin(self) -> Points:
        """Column and row of frequency zero."""
        return np.array([_MIRRORED, self.size // 2], float)

    def frequency(self, column: NDArray[np.floating], row: NDArray[np.floating]) -> Points:
        """Cycles a pixel `(n, 2)` at places in the spectrum."""
        return (np.column_stack([column, row]) - self.origin) / self.size

    def corners_px(self, which: NDArray[np.bool_]) -> Points:
        """The corners `(4 n, 2)` of some tiles."""
        half = (self.size - 1) / 2
        around = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        corners: Points = (self.centres_px[which][:, None] + around).reshape(-1, 2)
        return corners

    def common_peaks(self, least: float, slowest_bins: float) -> tuple[Points, NDArray[np.float64]]:
        """Frequencies `(n, 2)` to the right that stand out in the mean of the tiles, and how much, highest first.

        `slowest_bins` is the lowest frequency, in cycles a tile.
        """
        mean = self.prominence.mean(axis=0)
        row, column = np.nonzero((cv2.dilate(mean, np.ones((5, 5))) == mean) & (mean > least))
        inner = (row > 0) & (row < mean.shape[0] - 1) & (column > 0) & (column < mean.shape[1] - 1)
        row, column = row[inner], column[inner]
        found = self.frequency(
            column + _vertex(*(mean[row, column + i] for i in (-1, 0, 1))),
            row + _vertex(*(mean[row + i, column] for i in (-1, 0, 1))),
        )
        usable = (np.linalg.norm(found, axis=1) * self.size > slowest_bins) & (found[:, 0] * self.size > -1)
        order = np.argsort(-mean[row, column][usable])
        return found[usable][order], mean[row, column][usable][order].astype(float)

    def peaks_near(self, expected: Points, reach: float) -> tuple[Points, NDArray[np.float64]]:
        """The highest peak near an expected frequency, for each tile.

        `expected` is `(tiles, 2)` in cycles a pixel, `reach` a part of its length. Returns the frequencies
        `(tiles, 2)` between bins and their prominence `(tiles,)`.
        """
        sign = np.where(expected[:, :1] < 0, -1.0, 1.0)
        centre = np.round(sign * expected * self.size + self.origin).astype(int)
        bins = int(
            np.clip(np.ceil(reach * np.linalg.norm(expected, axis=1).max() * self.size), 1, _MIRRORED - 3)
        )
        rows, columns = self.prominence.shape[1:]
        centre = np.clip(centre, bins + 1, np.array([columns, rows]) - bins - 2)
        offset = np.arange(-bins, bins + 1)
        tile = np.arange(len(centre))
        patch = self.prominence[
            tile[:, None, None],
            centre[:, 1, None, None] + offset[:, None],
            centre[:, 0, None, None] + offset,
        ]
        best = patch.reshape(len(patch), -1).argmax(1)
        row = centre[:, 1] + best // len(offset) - bins
        column = centre[:, 0] + best % len(offset) - bins
        between_columns = _vertex(*(self.prominence[tile, row, column + i] for i in (-1, 0, 1)))
        between_rows = _vertex(*(self.prominence[tile, row + i, column] for i in (-1, 0, 1)))
        found = self.frequency(column + between_columns, row + between_rows)
        return sign * found, self.prominence[tile, row, column].astype(float)


def tile_spectra(evidence: Evidence, paper: Mask, size: int) -> TileSpectra:
    """Spectra of tiles of about `size` pixels, of all that lie on the paper."""
    size = fft.next_fast_len(min(size, *evidence.shape), real=True) & ~1
    size = min(size, min(evidence.shape) & ~1)
    corners = _corners(evidence.shape, size)
    covered = [float(paper[y : y + size : 4, x : x + size : 4].mean()) for x, y in corners]
    corners = [
        corner for corner, part in zip(corners, covered, strict=True) if part >= min(_COVERED, max(covered))
    ]
    hann = np.hanning(size).astype(np.float32)
    window = np.outer(hann, hann)
    # one by one: a tile stays in the processor's cache
    prominence = np.stack([_prominence(evidence[y : y + size, x : x + size] * window) for x, y in corners])
    return TileSpectra(np.array(corners) + (size - 1) / 2, prominence, size)


def _prominence(tile: Evidence) -> NDArray[np.float32]:
    """Log power of a tile over its surroundings, zero frequency in the middle row and some columns in."""
    spectrum = fft.rfft2(tile)
    power = np.log(spectrum.real**2 + spectrum.imag**2 + 1e-3)
    half = fft.fftshift(power, axes=0)
    mirrored = np.roll(half[::-1, _MIRRORED:0:-1], 1, axis=0)
    whole = np.concatenate([mirrored, half], axis=1)
    prominence: NDArray[np.float32] = whole - cv2.blur(whole, (_FLOOR_BINS, _FLOOR_BINS))
    return prominence


def _corners(shape: tuple[int, ...], size: int) -> list[tuple[int, int]]:
    y, x = (
        np.linspace(0, n - size, 1 + int(np.ceil((n - size) / (_STEP * size)))).astype(int) for n in shape
    )
    return [(int(i), int(j)) for j in y for i in x]


def _vertex(
    left: NDArray[np.floating], middle: NDArray[np.floating], right: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Where the parabola through three points is highest, from the middle one, at most half a step away."""
    bend = left - 2 * middle + right
    return np.clip(np.where(bend < 0, 0.5 * (left - right) / np.minimum(bend, -1e-9), 0.0), -0.5, 0.5)
