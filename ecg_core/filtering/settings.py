"""What a user may choose about filtering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ecg_core.record import ECGRecord

Mains = Literal["auto", 50, 60] | None


@dataclass(frozen=True)
class FilterSettings:
    """The potassium papers' chain; every step can be switched off (None or False)."""

    remove_baseline: bool = True
    high_pass_hz: float | None = 0.5
    mains_hz: Mains = "auto"
    low_pass_hz: float | None = None


@dataclass(frozen=True)
class FilterResult:
    """A filtered record and what was done to it; `mains_hz` is the frequency removed, None if none was."""

    record: ECGRecord
    settings: FilterSettings
    mains_hz: float | None
