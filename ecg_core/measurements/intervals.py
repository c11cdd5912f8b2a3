"""Intervals between the marks of a beat over all leads (AHA/ACCF/HRS 2007 part I, 2009 parts III and IV)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, Waves
from ecg_core.measurements.qt_corrections import QT_CORRECTIONS
from ecg_core.measurements.types import Quantity

Floats = NDArray[np.float64]


def _quantity(name: str, key: str, source: str) -> Quantity:
    return Quantity(name, key, "ms", "Intervals", source)


INTERVALS = (
    _quantity("PR interval", "pr_ms", "P onset to QRS onset"),
    _quantity("P duration", "p_duration_ms", "P onset to P offset"),
    _quantity("QRS duration", "qrs_ms", "QRS onset to QRS offset (J)"),
    _quantity("QT interval", "qt_ms", "QRS onset to T offset"),
    _quantity("QTc (Bazett)", "qtc_bazett_ms", "QT / RR^(1/2); Bazett 1920"),
    _quantity("QTc (Fridericia)", "qtc_fridericia_ms", "QT / RR^(1/3); Fridericia 1920"),
    _quantity("QTc (Framingham)", "qtc_framingham_ms", "QT + 154 ms (1 - RR); Sagie 1992"),
    _quantity("QTc (Hodges)", "qtc_hodges_ms", "QT + 1.75 ms (rate - 60); Hodges 1983"),
    _quantity("JT interval", "jt_ms", "QT - QRS duration, for a wide QRS; AHA/ACCF/HRS 2009 IV"),
    _quantity("JTc (Fridericia)", "jtc_fridericia_ms", "QTc (Fridericia) - QRS duration"),
    _quantity("T duration", "t_duration_ms", "T onset to T offset"),
)


def intervals_ms(waves: Waves, fs_hz: float, rr_ms: Floats) -> dict[str, Floats]:
    """Every quantity of `INTERVALS` by key, `(beats,)` ms each, NaN where a mark is not known.

    `waves` are marks over all leads in samples at `fs_hz`: a global interval runs from the earliest onset to the
    latest offset in any lead. `rr_ms` `(beats,)` is the RR interval that each QT is corrected for.
    """
    to_ms = 1000 / fs_hz
    qrs = (waves.qrs[:, OFFSET] - waves.qrs[:, ONSET]) * to_ms
    qt = (waves.t[:, OFFSET] - waves.qrs[:, ONSET]) * to_ms
    corrected = {f"qtc_{author.lower()}_ms": correct(qt, rr_ms) for author, correct in QT_CORRECTIONS.items()}
    return {
        "pr_ms": (waves.qrs[:, ONSET] - waves.p[:, ONSET]) * to_ms,
        "p_duration_ms": (waves.p[:, OFFSET] - waves.p[:, ONSET]) * to_ms,
        "qrs_ms": qrs,
        "qt_ms": qt,
        **corrected,
        "jt_ms": qt - qrs,
        "jtc_fridericia_ms": corrected["qtc_fridericia_ms"] - qrs,
        "t_duration_ms": (waves.t[:, OFFSET] - waves.t[:, ONSET]) * to_ms,
    }
