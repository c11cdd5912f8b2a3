"""The intervals of every beat by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.rhythm import local_rr_s
from ecg_core.annotation.types import OFFSET, ONSET, Annotation
from ecg_core.measurements.measure import fridericia_ms


def beat_intervals_ms(annotation: Annotation) -> dict[str, NDArray[np.float64]]:
    """PR, QRS, QT and QTc (Fridericia) over all leads, `(beats,)` ms each, NaN where a mark is not known.

    QT is corrected for the median RR of the beats around, as in `measure`.
    """
    waves, to_ms = annotation.waves, 1000 / annotation.fs_hz
    qt = (waves.t[:, OFFSET] - waves.qrs[:, ONSET]) * to_ms
    rr = 1000 * local_rr_s(annotation.r_peaks, annotation.fs_hz)
    return {
        "PR": (waves.qrs[:, ONSET] - waves.p[:, ONSET]) * to_ms,
        "QRS": (waves.qrs[:, OFFSET] - waves.qrs[:, ONSET]) * to_ms,
        "QT": qt,
        "QTc (Fridericia)": fridericia_ms(qt, rr),
    }
