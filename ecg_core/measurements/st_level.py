"""The ST segment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET
from ecg_core.measurements.beats import FS_HZ, Beats
from ecg_core.measurements.stretches import level_mv
from ecg_core.measurements.types import Quantity

AFTER_J_S = 0.06
AROUND_S = 0.004  # the median of five samples stands for a point

ST_LEVEL = (
    Quantity(
        "ST at J", "st_j_mv", "mV", "Per lead", "from the isoelectric level; AHA/ACCF/HRS 2009 IV and VI"
    ),
    Quantity("ST at J + 60 ms", "st_j60_mv", "mV", "Per lead", "from the isoelectric level"),
)

Floats = NDArray[np.float64]


def st_level(beats: Beats, isoelectric_mv: Floats) -> dict[str, Floats]:
    """The quantities of `ST_LEVEL` by key, `(rows,)` mV each; J is the QRS offset over all leads."""
    j, around = beats.qrs[:, OFFSET], AROUND_S * FS_HZ

    def level(point: Floats) -> Floats:
        return level_mv(beats.mv, point - around, point + around) - isoelectric_mv

    return {"st_j_mv": level(j), "st_j60_mv": level(j + AFTER_J_S * FS_HZ)}
