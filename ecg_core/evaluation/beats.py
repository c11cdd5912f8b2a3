"""How well beats are found, by AAMI EC57."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ecg_core.evaluation.fiducials import TOLERANCE_MS, Tally, match

Floats = NDArray[np.float64]


def score_beats(
    tally: Tally,
    truth_ms: Floats,
    found_ms: Floats,
    flutter_ms: Iterable[tuple[float, float]],
    tolerance_ms: float = TOLERANCE_MS,
) -> None:
    """Add one record to the tally. What is found during ventricular flutter, where beats are not marked, does not count.

    The whole record counts: EC57 would leave out its first five minutes.
    """
    errors, used = match(truth_ms, found_ms, tolerance_ms)
    extra = found_ms[~used]
    for start, stop in flutter_ms:
        extra = extra[(extra < start) | (extra > stop)]
    tally.add(errors, int(extra.size))
