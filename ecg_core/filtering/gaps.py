"""Gaps: runs of missing samples (NaN), and the stretches recorded between them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray


def bridge_gaps(signal_mv: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Fill the gaps of `(..., samples)` by straight lines; return the filled copy and where samples were missing.

    A gap at an end takes the nearest recorded value, and a row without any sample becomes zero.
    """
    missing = ~np.isfinite(signal_mv)
    filled = np.array(signal_mv, dtype=np.float64)
    if missing.any():
        rows, row_missing = filled.reshape(-1, filled.shape[-1]), missing.reshape(-1, filled.shape[-1])
        for row, gone in zip(rows, row_missing, strict=True):
            if gone.all():
                row[:] = 0.0
            elif gone.any():
                row[gone] = np.interp(np.flatnonzero(gone), np.flatnonzero(~gone), row[~gone])
    return filled, missing


def recorded_segments(missing: NDArray[np.bool_], longest_bridge: int) -> list[tuple[int, int]]:
    """`(start, stop)` of the stretches of one lead `(samples,)` between gaps longer than `longest_bridge` samples.

    Shorter gaps stay inside a stretch; a stretch starts and ends with a recorded sample.
    """
    present = np.flatnonzero(~missing)
    if present.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(present) > longest_bridge + 1)
    starts = present[np.r_[0, breaks + 1]]
    stops = present[np.r_[breaks, present.size - 1]] + 1
    return [(int(start), int(stop)) for start, stop in zip(starts, stops, strict=True)]


def recorded_blocks(
    missing: NDArray[np.bool_], longest_bridge: int
) -> list[tuple[tuple[int, int], NDArray[np.intp]]]:
    """The stretches of all leads `(leads, samples)`, each with the indices of the leads that share it."""
    rows_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, lead_missing in enumerate(missing):
        for segment in recorded_segments(lead_missing, longest_bridge):
            rows_of[segment].append(row)
    return [(segment, np.array(rows)) for segment, rows in rows_of.items()]
