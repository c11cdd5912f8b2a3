"""The interface of wave delineation methods, and the methods there are."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.learned import LearnedDelineator
from ecg_core.annotation.multilead import MultileadDelineator
from ecg_core.annotation.neurokit import NeuroKitDelineator
from ecg_core.annotation.types import Waves
from ecg_core.record import ECGRecord

DEFAULT_METHOD = "learned"
FALLBACK_METHOD = "multilead"  # needs no weights


class Delineator(Protocol):
    """Finds P, QRS and T of every beat, lead by lead."""

    @property
    def name(self) -> str:
        """What the user chooses it by."""

    def delineate(self, record: ECGRecord, r_peaks: NDArray[np.int64]) -> dict[str, Waves]:
        """Waves of every lead of a filtered record; row i belongs to `r_peaks[i]`, NaN where not found."""


@runtime_checkable
class BeatFinder(Delineator, Protocol):
    """A method that also finds the beats in its own way."""

    def find_beats_and_waves(self, record: ECGRecord) -> tuple[NDArray[np.int64], dict[str, Waves]]:
        """R peaks `(beats,)` of a filtered record, ascending, and the waves of every lead for them."""


def delineators() -> dict[str, Delineator]:
    """All methods by name, the default first."""
    methods: tuple[Delineator, ...] = (
        LearnedDelineator(),
        MultileadDelineator(),
        NeuroKitDelineator("prominence"),
        NeuroKitDelineator("dwt"),
    )
    return {method.name: method for method in methods}
