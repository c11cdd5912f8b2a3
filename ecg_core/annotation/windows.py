"""Cutting windows out of signals, for all leads and beats at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def gather(signal: Floats, index: NDArray[np.int64]) -> Floats:
    """Samples of `(leads, samples)` at `index` `(leads or 1, beats, width)`; the ends are repeated outwards."""
    index = np.clip(np.broadcast_to(index, (signal.shape[0], *index.shape[1:])), 0, signal.shape[1] - 1)
    taken: Floats = np.take_along_axis(signal, index.reshape(signal.shape[0], -1), axis=1).reshape(
        index.shape
    )
    return taken


def nanmean(values: Floats, axis: int | tuple[int, ...]) -> Floats:
    """`np.nanmean` that keeps its dimensions, without its complaint about slices that are all NaN: their mean is 0."""
    n = np.isfinite(values).sum(axis=axis, keepdims=True)
    return np.asarray(np.nansum(values, axis=axis, keepdims=True) / np.maximum(n, 1))


def nanmedian(values: Floats, axis: int) -> Floats:
    """`np.nanmedian` without its complaint about slices that are all NaN."""
    empty = ~np.isfinite(values).any(axis=axis, keepdims=True)
    median: Floats = np.nanmedian(np.where(empty, 0.0, values), axis=axis, keepdims=True)
    return np.squeeze(np.where(empty, np.nan, median), axis=axis)


def nanquantile(values: Floats, quantile: float) -> Floats:
    """`np.nanquantile` over the first axis, NaN where all are or none is there; numpy's own takes every column by itself."""
    if not len(values):
        return np.full(values.shape[1:], np.nan)
    ordered = np.sort(values, axis=0)  # NaN comes last
    position = quantile * (np.isfinite(ordered).sum(axis=0) - 1).clip(min=0)
    below = np.floor(position).astype(np.int64)
    low = np.take_along_axis(ordered, below[None], axis=0)[0]
    high = np.take_along_axis(ordered, np.ceil(position).astype(np.int64)[None], axis=0)[0]
    return low + (position - below) * (high - low)
