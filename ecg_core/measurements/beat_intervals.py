"""The intervals of every beat by itself, as a table of beats shows them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.rhythm import local_rr_s
from ecg_core.annotation.types import Annotation
from ecg_core.measurements.intervals import intervals_ms

_SHOWN = {"pr_ms": "PR", "qrs_ms": "QRS", "qt_ms": "QT", "qtc_fridericia_ms": "QTc (Fridericia)"}


def every_interval_ms(annotation: Annotation) -> dict[str, NDArray[np.float64]]:
    """Every quantity of `INTERVALS` by key, `(beats,)` ms each, NaN where a mark is not known.

    QT is corrected for the median RR of the beats around, as a ten-second ECG is read.
    """
    rr_ms = 1000 * local_rr_s(annotation.r_peaks, annotation.fs_hz)
    return intervals_ms(annotation.waves, annotation.fs_hz, rr_ms)


def beat_intervals_ms(annotation: Annotation) -> dict[str, NDArray[np.float64]]:
    """PR, QRS, QT and QTc (Fridericia) over all leads by their names, `(beats,)` ms each, NaN where a mark is not known."""
    found = every_interval_ms(annotation)
    return {name: found[key] for key, name in _SHOWN.items()}
