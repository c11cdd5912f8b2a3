"""The potassium ranges and classes that results are reported in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L


@dataclass(frozen=True)
class KRange:
    """A range of potassium in mEq/L; the lower bound belongs to it, the upper one does not."""

    label: str
    low_meq_l: float
    high_meq_l: float


# The last range is "more than 8": a potassium of 8.0 counts in the one before.
_ABOVE_EIGHT = float(np.nextafter(8.0, np.inf))

K_RANGES = (
    KRange("<4", -np.inf, 4.0),
    KRange("4–5", 4.0, 5.0),
    KRange("5–6", 5.0, 6.0),
    KRange("6–7", 6.0, 7.0),
    KRange("7–8", 7.0, _ABOVE_EIGHT),
    KRange(">8", _ABOVE_EIGHT, np.inf),
)

# Where decisions change: hypokalemia, normal, hyperkalemia and severe hyperkalemia (K = 3.5 counts as normal here).
CLINICAL_RANGES = (
    KRange("<3.5", -np.inf, 3.5),
    KRange("3.5–5.5", 3.5, 5.5),
    KRange("5.5–6.5", 5.5, 6.5),
    KRange("≥6.5", 6.5, np.inf),
)

CLASS_LABELS = ("hypo", "normal", "hyper")


def range_index(k_meq_l: NDArray[np.floating], ranges: Sequence[KRange] = K_RANGES) -> NDArray[np.intp]:
    """Index into `ranges`, which follow one another, of each value. Raises ValueError for NaN, which is in no range."""
    if np.isnan(k_meq_l).any():
        raise ValueError("a missing potassium value is in no range")
    index: NDArray[np.intp] = np.digitize(k_meq_l, [k_range.high_meq_l for k_range in ranges[:-1]])
    return index


def class_index(k_meq_l: NDArray[np.floating]) -> NDArray[np.intp]:
    """Index into `CLASS_LABELS`: 0 for K <= 3.5, 2 for K >= 5.5, else 1."""
    above_hypo = (k_meq_l > HYPOKALEMIA_MEQ_L).astype(np.intp)
    return above_hypo + (k_meq_l >= HYPERKALEMIA_MEQ_L).astype(np.intp)
