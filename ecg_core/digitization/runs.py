"""Vertical runs of ink in every column of a page: what a trace may pass through there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FAINTEST = 0.25  # probability below which a pixel is taken for paper
_HALF = 0.5  # of its darkest pixel: where the edge of a line is taken to be


@dataclass(frozen=True, eq=False)
class Runs:
    """All runs of a page, sorted by column and then from top to bottom; every field is `(n,)`.

    `top_px` and `bottom_px` are the edges of the ink (a full pixel at row 7 reaches from 6.5 to 7.5), `centre_px` is
    the centroid of its probability and `ink` the mean probability between the edges.
    """

    column: NDArray[np.int64]
    top_px: NDArray[np.float64]
    bottom_px: NDArray[np.float64]
    centre_px: NDArray[np.float64]
    ink: NDArray[np.float64]

    @property
    def height_px(self) -> NDArray[np.float64]:
        """How much of the column each run covers, `(n,)`."""
        return self.bottom_px - self.top_px

    def with_dots(self, dots: Sequence[tuple[int, float]], size_px: float) -> Runs:
        """These runs and, after them, a dot of this size without ink at each (column, y)."""
        column = np.array([x for x, _ in dots], np.int64)
        y = np.array([y for _, y in dots], np.float64)
        return Runs(
            np.concatenate([self.column, column]),
            np.concatenate([self.top_px, y - size_px / 2]),
            np.concatenate([self.bottom_px, y + size_px / 2]),
            np.concatenate([self.centre_px, y]),
            np.concatenate([self.ink, np.zeros(len(dots))]),
        )


def find_runs(ink: NDArray[np.float32]) -> Runs:
    """The runs of ink of a `(height, width)` map of probabilities.

    A run is where the ink has at least half the strength of the strongest pixel around, so that faint and bold lines
    are measured alike and two lines that nearly touch are told apart. Edges are where the probability crosses that
    half, interpolated between pixels.
    """
    height, width = ink.shape
    columns = np.zeros((width, height + 2), np.float32)  # one run never reaches into the next column
    columns[:, 1:-1] = ink.T
    values = columns.ravel()
    pixels = np.flatnonzero(values >= _FAINTEST)
    if not len(pixels):
        nothing = np.zeros(0)
        return Runs(np.zeros(0, np.int64), nothing, nothing, nothing, nothing)
    peak = _per_run(np.maximum, values[pixels], pixels)
    dark = values[pixels] >= _HALF * peak
    pixels, peak = pixels[dark], peak[dark]
    starts = _run_starts(pixels)
    first, last = pixels[starts], pixels[np.append(starts[1:], len(pixels)) - 1]
    half = np.maximum(_HALF * peak[starts], _FAINTEST)
    top = first - (values[first] - half) / (values[first] - values[first - 1])
    bottom = last + (values[last] - half) / (values[last] - values[last + 1])
    mass = np.add.reduceat(values[pixels], starts, dtype=np.float64)
    moment = np.add.reduceat(
        values[pixels] * (pixels - np.repeat(first, last - first + 1)), starts, dtype=np.float64
    )
    above, below = values[first - 1], values[last + 1]  # the partly covered pixels beyond the edges
    centre = first + (moment - above + below * (last - first + 1)) / (mass + above + below)
    column = first // (height + 2)
    offset = column * (height + 2) + 1
    return Runs(
        column=column,
        top_px=top - offset,
        bottom_px=bottom - offset,
        centre_px=centre - offset,
        ink=mass / (last - first + 1),
    )


def _run_starts(pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where in a sorted list of pixel numbers a new run of neighbours begins."""
    return np.flatnonzero(np.diff(pixels, prepend=pixels[0] - 2) > 1)


def _per_run(reduce: np.ufunc, values: NDArray[np.float32], pixels: NDArray[np.int64]) -> NDArray[np.float32]:
    """`reduce` over each run, given back to each of its pixels."""
    starts = _run_starts(pixels)
    return np.repeat(reduce.reduceat(values, starts), np.diff(np.append(starts, len(pixels))))


def stretches(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last index of each stretch of True."""
    change = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1) - 1
    yield from zip(starts.tolist(), ends.tolist(), strict=True)
