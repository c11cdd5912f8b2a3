"""The U wave, where it can be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET
from ecg_core.measurements.beats import FS_HZ, Beats
from ecg_core.measurements.deflection import main_deflection
from ecg_core.measurements.stretches import smooth, stretch
from ecg_core.measurements.types import Quantity

FROM_S, TO_S = 0.02, 0.17  # after the T offset; U peaks 0.09-0.11 s after it (Surawicz 1998)
SEEN_S = 0.19  # so that the noise can be smoothed away up to there
CLEAR_S = 0.22  # before the next P; U is rarely seen above some 95 bpm (AHA/ACCF/HRS 2009 IV), here 80 to 90
VISIBLE_MV = 0.05  # half a small square ...
STANDS_OUT_MV = 0.025  # ... of which so much above the line on which T fades out

U_WAVE = (
    Quantity(
        "U amplitude",
        "u_amplitude_mv",
        "mV",
        "Per lead",
        "0.02 to 0.17 s after T, from the isoelectric level",
    ),
    Quantity(
        "U wave visible",
        "u_visible",
        "0 or 1",
        "Per lead",
        "at least 0.05 mV and standing out; NaN: not assessed",
    ),
)

Floats = NDArray[np.float64]


def u_wave(beats: Beats, isoelectric_mv: Floats) -> dict[str, Floats]:
    """The quantities of `U_WAVE` by key, `(rows,)` each.

    NaN, not assessed, where the next P wave is not known or comes within 0.22 s of the T offset: at fast rates, and
    in atrial fibrillation, whose waves would be taken for it. A U wave that is fused with T counts as T.
    """
    t_offset = beats.t[:, OFFSET]
    clear = beats.next_p_onset - t_offset >= CLEAR_S * FS_HZ
    start = np.where(clear, t_offset, np.nan)
    mv, first = stretch(beats.mv, start, start + SEEN_S * FS_HZ)
    summit = main_deflection(smooth(mv), start + FROM_S * FS_HZ - first, start + TO_S * FS_HZ - first)
    amplitude = summit.level_mv - isoelectric_mv
    visible = (amplitude * summit.polarity >= VISIBLE_MV) & (summit.departure_mv >= STANDS_OUT_MV)
    return {
        "u_amplitude_mv": amplitude,
        "u_visible": np.where(np.isfinite(amplitude), visible.astype(np.float64), np.nan),
    }
