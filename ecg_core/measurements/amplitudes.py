"""Amplitudes of P and QRS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET
from ecg_core.measurements.beats import Beats
from ecg_core.measurements.deflection import main_deflection
from ecg_core.measurements.stretches import REACH, smooth, stretch
from ecg_core.measurements.types import Quantity

MIN_WAVE_MV = 0.03  # a smaller deflection is no Q, R or S (IEC 60601-2-51:2003, annex GG.5)

Floats = NDArray[np.float64]


def _quantity(name: str, key: str, source: str) -> Quantity:
    return Quantity(name, key, "mV", "Per lead", source)


P_AMPLITUDE = (
    _quantity("P amplitude", "p_amplitude_mv", "largest deflection, signed, from the isoelectric level"),
)
QRS_AMPLITUDES = (
    _quantity(
        "Q amplitude", "q_amplitude_mv", "deepest before R; a QS counts as Q (Minnesota code); 0: none"
    ),
    _quantity("R amplitude", "r_amplitude_mv", "highest above the isoelectric level; 0: none"),
    _quantity("S amplitude", "s_amplitude_mv", "deepest after R; 0: none"),
    _quantity("QRS peak to peak", "qrs_peak_to_peak_mv", "highest to lowest between QRS onset and offset"),
)


def p_amplitude(beats: Beats, isoelectric_mv: Floats) -> dict[str, Floats]:
    """The quantity of `P_AMPLITUDE` by key, `(rows,)`; NaN where there is no P wave or it was not recorded whole."""
    onset, offset = beats.p[:, ONSET], beats.p[:, OFFSET]
    mv, first = stretch(beats.mv, onset - REACH, offset + REACH)
    summit = main_deflection(smooth(mv), onset - first, offset - first)
    return {"p_amplitude_mv": summit.level_mv - isoelectric_mv}


def qrs_amplitudes(beats: Beats, isoelectric_mv: Floats) -> dict[str, Floats]:
    """The quantities of `QRS_AMPLITUDES` by key, `(rows,)` each; NaN where the QRS was not recorded whole.

    R is the highest point between QRS onset and offset, Q and S the lowest before and after it; R' and S' are not
    told apart from them. Less than 0.03 mV is no wave and counts as 0. Without R the whole complex is a QS: Q.
    """
    mv, first = stretch(beats.mv, beats.qrs[:, ONSET], beats.qrs[:, OFFSET])
    index = np.arange(mv.shape[1])
    inside = index <= (np.rint(beats.qrs[:, OFFSET]) - first)[:, None]
    height = mv - isoelectric_mv[:, None]
    whole = np.any(inside, axis=1) & np.all(np.isfinite(height) | ~inside, axis=1)
    height = np.where(inside & whole[:, None], height, 0.0)
    r, at_r = height.max(axis=1), height.argmax(axis=1)
    has_r = r >= MIN_WAVE_MV
    before_r = (index < at_r[:, None]) | ~has_r[:, None]
    q = np.where(before_r, height, 0.0).min(axis=1)
    s = np.where(before_r, 0.0, height).min(axis=1)
    span = np.where(inside, mv, -np.inf).max(axis=1) - np.where(inside, mv, np.inf).min(axis=1)
    found = {
        "q_amplitude_mv": np.where(q <= -MIN_WAVE_MV, q, 0.0),
        "r_amplitude_mv": np.where(has_r, r, 0.0),
        "s_amplitude_mv": np.where(s <= -MIN_WAVE_MV, s, 0.0),
        "qrs_peak_to_peak_mv": span,
    }
    return {key: np.where(whole, values, np.nan) for key, values in found.items()}
