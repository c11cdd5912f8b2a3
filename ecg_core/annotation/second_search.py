"""Beats that the network does not know: so wide that QRS and T are hard to tell apart, as at the worst of hyperkalemia.

The network that marks waves has hardly seen such beats and may find none at all. The search by energy finds them, but it finds
"beats" in noise, too. Heartbeats resemble each other in all leads, noise does not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.cycles import likeness, median_beat
from ecg_core.annotation.rpeaks import find_r_peaks
from ecg_core.annotation.windows import gather, nanmean
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.record import ECGRecord

MIN_BEATS = 4  # over two or three, anything repeats
MIN_LEADS = 3  # independent ones: an electrode that moves resembles itself in the one or two leads it is in
MIN_LIKENESS = 0.75
HALF_WINDOW_S = 0.2
SAMPLED_BEATS = 200  # enough to tell
_LEAST_SD_MV = 0.02


def has_beats_alike(filtered: ECGRecord) -> bool:
    """Whether the search by energy (`find_r_peaks`) finds what looks the same in three leads or more, again and again.

    Measured: so in 5 of 14 simulated ECGs in which the network finds no beat (K 8.7 to 9.5 mEq/L; likeness 0.91 to 0.97; in
    the others 0.64 at most, or nothing was found), in none of 1,200 stretches of recorded noise (MIT-BIH noise stress test,
    300 each in three, four, five and eight leads; at most 0.66).
    """
    r_peaks = find_r_peaks(filtered)
    return r_peaks.size >= MIN_BEATS and beat_likeness(filtered, r_peaks) >= MIN_LIKENESS


def beat_likeness(filtered: ECGRecord, r_peaks: NDArray[np.int64]) -> float:
    """Correlation of the typical beat with the median beat, all independent leads together and equally high; 0 with fewer than three."""
    leads = [filtered.lead_mv(name) for name in filtered.leads if name in INDEPENDENT_LEADS]
    leads = [
        lead_mv for lead_mv in leads if np.isfinite(lead_mv).any() and np.nanstd(lead_mv) >= _LEAST_SD_MV
    ]
    half = round(HALF_WINDOW_S * filtered.fs_hz)
    whole = r_peaks[(r_peaks >= half) & (r_peaks < filtered.n_samples - half)]
    sampled = whole[:: max(1, whole.size // SAMPLED_BEATS)]
    if len(leads) < MIN_LEADS or sampled.size < MIN_BEATS:
        return 0.0
    beats = gather(np.stack(leads), sampled[None, :, None] + np.arange(-half, half))
    beats = beats - nanmean(beats, axis=2)
    beats = beats / np.sqrt(nanmean(beats**2, axis=(1, 2)))
    side_by_side = beats.transpose(1, 0, 2).reshape(sampled.size, -1).astype(np.float32)
    return float(np.median(likeness(side_by_side, median_beat(side_by_side))))
