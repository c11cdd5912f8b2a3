"""Where the waves of each beat begin and end, steady enough to warp a whole record by.

Single marks jitter from beat to beat; a warp that followed them would leave a trace. So the median
distance from R over the record is used for every beat, the T wave's scaled with the root of RR. Only a beat with
a clearly wider QRS than the others (a ventricular extrasystole, a paced beat) keeps its own marks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation
from ecg_core.errors import SignalError

Floats = NDArray[np.float64]

# Used where the record gives no mark: usual distances from R in seconds (P, QRS) at RR = 1 s (T).
USUAL_P_S = (-0.17, -0.07)
USUAL_QRS_S = (-0.04, 0.05)
USUAL_T_S = (0.26, 0.36)  # peak, offset
LEAST_P_SHARE = 0.3  # of the beats, below which there are no P waves
WIDER_QRS = 1.35  # times the median width


@dataclass(frozen=True, eq=False)
class Landmarks:
    """`knots_s` `(beats, 8)`: P onset, P offset, QRS onset, R, J, T onset, T peak, T offset in seconds, rising.

    `has_p` says whether there are P waves at all; without, as in atrial fibrillation, their knots stand at usual places.
    """

    knots_s: Floats
    has_p: bool = True

    P_ON, P_OFF, QRS_ON, R, J, T_ON, T_PEAK, T_OFF = range(8)

    @property
    def root_rr(self) -> Floats:
        """Square root of the RR interval before each beat in seconds, `(beats,)`: what QT goes with."""
        return _root_rr(self.knots_s[:, self.R])


def find_landmarks(annotation: Annotation) -> Landmarks:
    """Landmarks of all beats. Raises SignalError for fewer than two."""
    if annotation.n_beats < 2:
        raise SignalError("Potassium can only be simulated over a recording with at least two heartbeats.")
    r_s = annotation.r_peaks / annotation.fs_hz
    root_rr, one = _root_rr(r_s), np.ones_like(r_s)
    waves = annotation.waves
    width = waves.qrs[:, OFFSET] - waves.qrs[:, ONSET]
    different = width > WIDER_QRS * np.nanmedian(width) if np.isfinite(width).any() else width > 0

    def from_r(marks: Floats, column: int, usual: float, scale: Floats) -> Floats:
        distance = (marks[:, column] / annotation.fs_hz - r_s) / scale
        known = np.isfinite(distance)
        typical = np.median(distance[known]) if known.any() else usual
        return np.asarray(r_s + np.where(different & known, distance, typical) * scale)

    t_peak = from_r(waves.t, PEAK, USUAL_T_S[0], root_rr)
    t_off = from_r(waves.t, OFFSET, USUAL_T_S[1], root_rr)
    j = from_r(waves.qrs, OFFSET, USUAL_QRS_S[1], one)
    knots = np.stack(
        [
            from_r(waves.p, ONSET, USUAL_P_S[0], one),
            from_r(waves.p, OFFSET, USUAL_P_S[1], one),
            from_r(waves.qrs, ONSET, USUAL_QRS_S[0], one),
            r_s,
            j,
            np.maximum(j + 0.02, t_peak - 1.3 * (t_off - t_peak)),
            t_peak,
            t_off,
        ],
        axis=1,
    )
    return Landmarks(_in_order(knots), has_p=bool(np.isfinite(waves.p[:, PEAK]).mean() >= LEAST_P_SHARE))


def _root_rr(r_s: Floats) -> Floats:
    rr_s = np.diff(r_s)
    return np.sqrt(np.clip(np.insert(rr_s, 0, rr_s[0]), 0.3, 1.5))


def _in_order(knots_s: Floats, gap_s: float = 0.008) -> Floats:
    """Push knots apart so that each follows the one before, outward from R, and beats do not overlap."""
    knots_s = knots_s.copy()
    for column in range(Landmarks.R - 1, -1, -1):
        knots_s[:, column] = np.minimum(knots_s[:, column], knots_s[:, column + 1] - gap_s)
    for column in range(Landmarks.R + 1, knots_s.shape[1]):
        knots_s[:, column] = np.maximum(knots_s[:, column], knots_s[:, column - 1] + gap_s)
    # Where T runs into the next P (fast rates), the available time is shared in proportion.
    room = knots_s[1:, Landmarks.R] - knots_s[:-1, Landmarks.R]
    needed = (knots_s[:-1, -1] - knots_s[:-1, Landmarks.R]) + (knots_s[1:, Landmarks.R] - knots_s[1:, 0])
    shrink = np.minimum(1.0, (room - gap_s) / needed)
    return _shrunk(knots_s, shrink)


def _shrunk(knots_s: Floats, shrink: Floats) -> Floats:
    """Distances from R times `shrink` `(beats - 1,)`: after each beat, and before the beat that follows."""
    after = np.append(shrink, 1.0)[:, None]
    before = np.insert(shrink, 0, 1.0)[:, None]
    r_s = knots_s[:, Landmarks.R, None]
    offsets = knots_s - r_s
    return np.asarray(r_s + np.where(offsets > 0, offsets * after, offsets * before))
