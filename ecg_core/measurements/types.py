"""What a measurement is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One clinical value over the beats: median, quartiles, and how many beats it rests on."""

    name: str  # e.g. "QTc (Fridericia)"
    key: str  # e.g. "qtc_fridericia_ms"
    unit: str
    value: float  # NaN when it could not be measured
    low: float
    high: float
    n_beats: int
