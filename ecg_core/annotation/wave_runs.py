"""From class probabilities to waves: runs in which a class is more likely than not, handed to the beats they belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import find_peaks

from ecg_core.annotation.fibrillation import fibrillating
from ecg_core.annotation.wave_net import FS_HZ, QRS, P, T
from ecg_core.annotation.windows import gather, nanmedian

REFRACTORY_S = 0.2  # 300 beats a minute
QRS_CORE_S = 0.06  # over so long a QRS is likely on average ...
BEAT_LIKELY = 0.4  # ... at least so likely, over all leads; early ventricular beats are less so than others
HEART_LIKELY = (
    0.8  # of half of the beats at least: 0.6-0.8 in noise alone, in one lead with 6 dB of noise above 0.9
)
QRS_REACH_S = 0.12  # a lead's QRS covers a place within this of the beat
LEAST_S = {P: 0.03, QRS: 0.03, T: 0.06}  # a shorter run is no wave
LEAST_CERTAINTY = {
    P: 0.65,
    QRS: 0.5,
    T: 0.5,
}  # f waves are taken for P waves with less certainty than P waves are
SMOOTHING_S = 0.008  # before the summits of P and T are read
LONGEST_S = 0.6  # from onset to offset, for looking for the summit

Floats = NDArray[np.float64]
Probabilities = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Runs:
    """Stretches of one lead above one half, `(runs,)` each: bounds in samples, sum and mean of the probabilities between them."""

    onset: Floats
    offset: Floats
    mass: Floats
    certainty: Floats

    @property
    def middle(self) -> Floats:
        """Halfway between the bounds."""
        return (self.onset + self.offset) / 2


def find_beats(joint_qrs: NDArray[np.floating]) -> NDArray[np.int64]:
    """Middles of the beats in the QRS probability over all leads, `(samples,)`; none where most of them are doubtful."""
    width = round(QRS_CORE_S * FS_HZ)
    likely = uniform_filter1d(joint_qrs.astype(np.float64), width, mode="constant")
    peaks, facts = find_peaks(np.pad(likely, 1), height=BEAT_LIKELY, distance=round(REFRACTORY_S * FS_HZ))
    if not peaks.size or np.median(facts["peak_heights"]) < HEART_LIKELY:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(peaks - 1, dtype=np.int64)


def joint_probabilities(probabilities: Probabilities, recorded: NDArray[np.bool_]) -> Probabilities:
    """Mean over the leads that are `recorded` `(leads, samples)` at the time: `(leads, 4, samples)` -> `(4, samples)`."""
    weight = recorded[:, None].astype(np.float32)
    total: Probabilities = (probabilities * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1.0)
    return total


def beat_waves(
    probabilities: Probabilities, signal_mv: Floats, recorded: NDArray[np.bool_], beats: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Marks of P, QRS and T `(leads, beats, 3)` in samples of `probabilities` `(leads, 4, samples)`, NaN where not found.

    `signal_mv` `(leads, samples)` has its gaps bridged. Every recorded lead has a QRS where there is a beat: one in
    which none is seen takes its bounds from the others.
    """
    joint = joint_probabilities(probabilities, recorded)

    def bounds_of(wave: int) -> Floats:
        return np.stack([_lead_bounds(lead, wave, beats) for lead in probabilities[:, wave]])

    # A beat has bounds even where QRS is likely in no lead.
    doubtful = joint[QRS] * (0.5 / BEAT_LIKELY)
    qrs = _completed(bounds_of(QRS), _lead_bounds(doubtful, QRS, beats), recorded, beats)
    p, t = bounds_of(P), bounds_of(T)
    p[:, fibrillating(np.isfinite(p[:, :, 0]), beats)] = np.nan
    p[:, :, 1] = np.fmin(p[:, :, 1], qrs[:, :, 0])
    t[:, :, 0] = np.fmax(t[:, :, 0], qrs[:, :, 1])
    smooth = gaussian_filter1d(signal_mv, SMOOTHING_S * FS_HZ, axis=1)
    return _with_summits(smooth, p), _with_summits(signal_mv, qrs), _with_summits(smooth, t)


def runs_above_half(probability: NDArray[np.floating]) -> Runs:
    """Where the probability `(samples,)` is above one half; bounds lie between samples, where a straight line crosses it."""
    padded = np.pad(probability.astype(np.float64), 1)
    above = padded > 0.5
    rising = np.flatnonzero(above[1:] & ~above[:-1])
    falling = np.flatnonzero(above[:-1] & ~above[1:])

    def crossing(left: NDArray[np.intp]) -> Floats:
        return left + (0.5 - padded[left]) / (padded[left + 1] - padded[left]) - 1

    total = np.append(0.0, np.cumsum(padded))
    mass = total[falling + 1] - total[rising + 1]
    return Runs(crossing(rising), crossing(falling), mass, mass / (falling - rising))


def _lead_bounds(probability: NDArray[np.floating], wave: int, beats: NDArray[np.int64]) -> Floats:
    """Onset and offset of each beat's wave in one lead, `(beats, 2)`: its likeliest run."""
    bounds = np.full((beats.size, 2), np.nan)
    if not beats.size:
        return bounds
    runs = runs_above_half(probability)
    row = _beat_of(runs, wave, beats)
    long_enough = runs.offset - runs.onset >= LEAST_S[wave] * FS_HZ
    good = (row >= 0) & (row < beats.size) & long_enough & (runs.certainty >= LEAST_CERTAINTY[wave])
    # The likeliest comes last and stays.
    order = np.flatnonzero(good)[np.argsort(runs.mass[good], kind="stable")]
    bounds[row[order], 0], bounds[row[order], 1] = runs.onset[order], runs.offset[order]
    return bounds


def _beat_of(runs: Runs, wave: int, beats: NDArray[np.int64]) -> NDArray[np.intp]:
    """The beat that each run belongs to, -1 or the number of beats where there is none: P before its beat, T after it."""
    following = np.searchsorted(beats, runs.middle)
    if wave == P:
        return following
    if wave == T:
        return following - 1
    before, after = np.maximum(following - 1, 0), np.minimum(following, beats.size - 1)
    nearest = np.where(runs.middle - beats[before] <= beats[after] - runs.middle, before, after)
    at, reach = beats[nearest], QRS_REACH_S * FS_HZ
    return np.where((runs.onset < at + reach) & (runs.offset > at - reach), nearest, -1)


def _completed(
    bounds: Floats, joint: Floats, recorded: NDArray[np.bool_], beats: NDArray[np.int64]
) -> Floats:
    """QRS bounds `(leads, beats, 2)` with those of all leads together where a recorded lead shows none."""
    middle = nanmedian(bounds, axis=0)
    others = np.where(np.isfinite(middle), middle, joint)
    here = recorded[:, np.clip(beats, 0, recorded.shape[1] - 1)][:, :, None]
    return np.where(here & ~np.isfinite(bounds), others, bounds)


def _with_summits(signal_mv: Floats, bounds: Floats) -> Floats:
    """Onset, peak, offset `(leads, beats, 3)`: the peak is farthest from the line between the bounds `(leads, beats, 2)`."""
    known = (bounds[:, :, 0] <= bounds[:, :, 1])[:, :, None]
    onset, offset = np.where(known, bounds[:, :, :1], 0.0), np.where(known, bounds[:, :, 1:], 0.0)
    width = int(min((offset - onset).max(initial=0.0), LONGEST_S * FS_HZ)) + 2
    index = np.ceil(onset).astype(np.int64) + np.arange(width)
    start, end = (gather(signal_mv, np.rint(at).astype(np.int64)) for at in (onset, offset))
    share = np.clip((index - onset) / np.maximum(offset - onset, 1.0), 0.0, 1.0)
    height = np.abs(gather(signal_mv, index) - (1 - share) * start - share * end)
    peak = np.ceil(onset) + np.where(index <= offset, height, -1.0).argmax(axis=2)[:, :, None]
    return np.where(known, np.concatenate([onset, np.minimum(peak, offset), offset], axis=2), np.nan)
