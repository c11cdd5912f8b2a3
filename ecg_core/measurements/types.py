"""What is measured, and what a measurement is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Group = Literal["Rhythm", "Intervals", "Axes", "Per lead"]


@dataclass(frozen=True)
class Quantity:
    """One thing that can be measured; `source` says by which definition, in a line."""

    name: str  # e.g. "QTc (Fridericia)"
    key: str  # e.g. "qtc_fridericia_ms"
    unit: str
    group: Group
    source: str


@dataclass(frozen=True)
class Measurement:
    """One clinical value over the beats: median, quartiles, and how many beats (or intervals) it rests on.

    `median_beat` is the same read off the median beat. NaN is what could not be measured or, as the
    quartiles of a standard deviation, does not exist. `leads` are those it rests on.
    """

    name: str
    key: str  # for one lead the quantity's key and the lead, e.g. "t_amplitude_mv_V5"
    unit: str
    value: float
    low: float
    high: float
    n_beats: int
    median_beat: float = np.nan
    group: Group = "Intervals"
    leads: tuple[str, ...] = ()
    source: str = ""
