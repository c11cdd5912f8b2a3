"""Signs of exchanged electrodes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.filtering.beat_model import median_beats
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.record import ECGRecord

_BEFORE_S, _AFTER_S = 0.25, 0.45
_P_WAVE_S = (-0.22, -0.08)  # from the middle of the QRS
_PR_SEGMENT_S = (-0.09, -0.06)
_QRS_S = (-0.07, 0.07)
_LARGEST_CORRELATION = -0.5


def arms_look_swapped(filtered: ECGRecord) -> bool:
    """Whether lead I is upside down: P and QRS point down and the beat is the mirror image of that in V6.

    Leads I and V6 look at the heart from the same side, so a mirror image is rare with electrodes in
    place (dextrocardia does it too). Of 500 PTB-XL records as recorded none is called swapped, of 200
    LUDB records one; with the arms exchanged by lead algebra 87 % are. False where I or V6 is absent.
    """
    if not {"I", "V6"} <= set(filtered.leads):
        return False
    signal_mv, _ = bridge_gaps(filtered.signal_mv)
    fs_hz = filtered.fs_hz
    medians = median_beats(signal_mv, fs_hz, round(_BEFORE_S * fs_hz), round(_AFTER_S * fs_hz))
    if medians is None:
        return False
    beats = medians[[filtered.leads.index("I"), filtered.leads.index("V6")]]
    if not beats.std(axis=1).all():
        return False
    time_s = (np.arange(beats.shape[1]) - round(_BEFORE_S * fs_hz)) / fs_hz
    p_wave, pr_segment, qrs = (
        (time_s >= first) & (time_s <= last) for first, last in (_P_WAVE_S, _PR_SEGMENT_S, _QRS_S)
    )
    lead_i: NDArray[np.float64] = beats[0] - float(np.median(beats[0, pr_segment]))
    p_wave_mv = lead_i[p_wave]
    qrs_mv = lead_i[qrs]
    correlation = np.asarray(np.corrcoef(beats))[0, 1]
    p_down = abs(p_wave_mv.min()) > p_wave_mv.max()
    qrs_down = abs(qrs_mv.min()) > qrs_mv.max()
    return bool(p_down and qrs_down and correlation < _LARGEST_CORRELATION)
