"""The interface of wave delineation methods, and the methods there are."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.multilead import MultileadDelineator
from ecg_core.annotation.neurokit import NeuroKitDelineator
from ecg_core.annotation.types import Waves
from ecg_core.record import ECGRecord

DEFAULT_METHOD = "multilead"


class Delineator(Protocol):
    """Finds P, QRS and T of every beat, lead by lead."""

    @property
    def name(self) -> str:
        """What the user chooses it by."""

    def delineate(self, record: ECGRecord, r_peaks: NDArray[np.int64]) -> dict[str, Waves]:
        """Waves of every lead of a filtered record; row i belongs to `r_peaks[i]`, NaN where not found."""


def delineators() -> dict[str, Delineator]:
    """All methods by name, the default first."""
    methods: tuple[Delineator, ...] = (
        MultileadDelineator(),
        NeuroKitDelineator("prominence"),
        NeuroKitDelineator("dwt"),
    )
    return {method.name: method for method in methods}
