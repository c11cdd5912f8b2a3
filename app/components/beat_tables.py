"""Measurements and beats as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ecg_core.annotation.types import Annotation, Cycles, Measurement


def measurement_table(measurements: Sequence[Measurement]) -> pd.DataFrame:
    """A row for each interval: median, quartiles, unit and the number of beats behind it."""
    columns = ["Measurement", "Median", "25 %", "75 %", "Unit", "Beats"]
    rows = [(m.name, m.value, m.low, m.high, m.unit, m.n_beats) for m in measurements]
    return pd.DataFrame(rows, columns=columns).round(1)


def beat_table(annotation: Annotation, cycles: Cycles) -> pd.DataFrame:
    """A row for each beat: when, how long after the one before, and how it was used in this lead."""
    r_s = annotation.r_peaks / annotation.fs_hz
    return pd.DataFrame(
        {
            "Beat": np.arange(1, annotation.n_beats + 1),
            "R peak (s)": np.round(r_s, 3),
            "RR (ms)": np.round(np.diff(r_s, prepend=np.nan) * 1000),
            "In median beat": np.where(cycles.in_median, "yes", "no"),
            "Cut around R only": np.where(annotation.r_only, "yes", "no"),
        }
    )
