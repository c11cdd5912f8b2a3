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
    for index in np.argwhere(missing.any(axis=-1)):
        row, gone = filled[tuple(index)], missing[tuple(index)]
        if gone.all():
            row[:] = 0.0
        else:
            row[gone] = np.interp(np.flatnonzero(gone), np.flatnonzero(~gone), row[~gone])
    return filled, missing


def runs(condition: NDArray[np.bool_]) -> NDArray[np.intp]:
    """`(n, 2)`: start and stop of every run of true values in `(samples,)`."""
    padded = np.concatenate([[False], condition, [False]])
    return np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)


def recorded_stretches(missing: NDArray[np.bool_], longest_bridge: int) -> list[tuple[int, int]]:
    """`(start, stop)` of the stretches of one lead `(samples,)` between gaps longer than `longest_bridge` samples.

    Shorter gaps stay inside a stretch; a stretch starts and ends with a recorded sample.
    """
    recorded = runs(~missing)
    if len(recorded) == 0:
        return []
    apart = recorded[1:, 0] - recorded[:-1, 1] > longest_bridge
    starts, stops = recorded[np.r_[True, apart], 0], recorded[np.r_[apart, True], 1]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def recorded_blocks(
    missing: NDArray[np.bool_], longest_bridge: int
) -> list[tuple[NDArray[np.intp], int, int]]:
    """`(rows, start, stop)`: each stretch of `(leads, samples)` once, with the leads that share it."""
    rows_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, lead_missing in enumerate(missing):
        for stretch in recorded_stretches(lead_missing, longest_bridge):
            rows_of[stretch].append(row)
    return [(np.array(rows), start, stop) for (start, stop), rows in rows_of.items()]
