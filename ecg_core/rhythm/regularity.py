"""How regular RR intervals are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import Annotation

STRETCH_S = 30.0  # longer recordings are looked at in stretches ...
STRETCHES_PERCENT = 10.0  # ... of which so many must be beyond a limit
LEAST_RR = 5  # in a stretch
_LAGS = (
    1,
    2,
    3,
)  # bigeminy and trigeminy repeat themselves after two and three beats, fibrillation never does

Floats = NDArray[np.float64]


def spread_percent(rr_s: Floats) -> float:
    """From the 10th to the 90th percentile of RR, as a share of the median."""
    low, middle, high = np.percentile(rr_s, [10, 50, 90])
    return float(100 * (high - low) / middle)


def chaos_percent(rr_s: Floats) -> float:
    """How much RR usually differs from the one, two or three beats later, whichever it resembles most."""
    changes = [np.median(np.abs(rr_s[lag:] - rr_s[:-lag])) for lag in _LAGS]
    return float(100 * min(changes) / np.median(rr_s))


def percent_of_stretches(
    annotation: Annotation,
    measure: Callable[[Floats], float],
    limit: float,
    kept: NDArray[np.bool_] | None = None,
) -> tuple[bool | None, float]:
    """Whether enough stretches are beyond the limit, and the median over the stretches (of those beyond, if found)."""
    values = np.array([measure(rr_s) for rr_s in _rr_of_stretches(annotation, kept)])
    if not values.size:
        return None, float("nan")
    beyond = values > limit
    found = bool(100 * beyond.mean() >= STRETCHES_PERCENT)
    return found, float(np.median(values[beyond] if found else values))


def _rr_of_stretches(annotation: Annotation, kept: NDArray[np.bool_] | None = None) -> Iterator[Floats]:
    """RR intervals (of those `kept`) of each stretch of the recording that has enough of them."""
    peaks_s = annotation.r_peaks / annotation.fs_hz
    rr_s = np.diff(peaks_s)
    kept = np.ones(rr_s.size, dtype=bool) if kept is None else kept
    n_stretches = max(1, int((peaks_s[-1] - peaks_s[0]) // STRETCH_S)) if peaks_s.size else 1
    edges = np.linspace(0, rr_s.size, n_stretches + 1).astype(np.int64)
    for start, stop in pairwise(edges.tolist()):
        own = rr_s[start:stop][kept[start:stop]]
        if own.size >= LEAST_RR:
            yield own
