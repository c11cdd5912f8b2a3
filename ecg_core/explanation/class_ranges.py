"""What is measured on this ECG, beside what it is in each class of potassium.

The ranges stand in `class_ranges.json`, written by `python -m benchmarks.class_ranges`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ecg_core.measurements.types import Measurement

FILE = Path(__file__).with_name("class_ranges.json")


@dataclass(frozen=True)
class Quartiles:
    """Median and quartiles of `n` ECGs of a class."""

    low: float
    median: float
    high: float
    n: int


@dataclass(frozen=True)
class Feature:
    """One measurement with its quartiles in each class; `real` is empty where no real ECGs were measured."""

    key: str  # of the measurement
    name: str
    unit: str
    real: tuple[Quartiles, ...]
    simulated: tuple[Quartiles, ...]


@dataclass(frozen=True)
class ClassRanges:
    """All features; `classes` names the classes in mEq/L, rising, and the sources say where the ECGs are from."""

    classes: tuple[str, ...]
    real_source: str
    simulated_source: str
    features: tuple[Feature, ...]


@dataclass(frozen=True)
class PlacedFeature:
    """A feature of this ECG; `value` is NaN where it could not be measured."""

    feature: Feature
    value: float

    @property
    def ranges(self) -> tuple[Quartiles, ...]:
        """The quartiles it is best compared with: real ones where there are any."""
        return self.feature.real or self.feature.simulated

    @property
    def fitting(self) -> tuple[int, ...]:
        """The classes between whose quartiles the value lies, by their number."""
        return tuple(i for i, one in enumerate(self.ranges) if one.low <= self.value <= one.high)


@cache
def class_ranges() -> ClassRanges:
    """The table that is shipped with the program."""
    raw = json.loads(FILE.read_text(encoding="utf-8"))
    features = tuple(
        Feature(
            row["key"],
            row["name"],
            row["unit"],
            *(tuple(Quartiles(*cell) for cell in row[source]) for source in ("real", "simulated")),
        )
        for row in raw["features"]
    )
    return ClassRanges(tuple(raw["classes"]), raw["real_source"], raw["simulated_source"], features)


def place(measurements: Sequence[Measurement]) -> tuple[PlacedFeature, ...]:
    """Every feature of the table with its value in this ECG, the median over its beats."""
    values = {item.key: item.value for item in measurements}
    return tuple(PlacedFeature(f, values.get(f.key, math.nan)) for f in class_ranges().features)
