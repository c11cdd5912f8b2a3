"""P and T waves: found in all leads together, then bounded in each lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ecg_core.annotation.windows import gather, nanmedian

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WaveShape:
    """What a kind of wave looks like, in seconds and shares of its steepest slope."""

    width_s: float  # standard deviation of the bump that is looked for
    smoothing_s: float  # before slopes are read
    onset_share: float
    offset_share: float
    peak_slack_s: float  # how far a lead's peak may lie from that of all leads
    bound_slack_s: float  # how far a lead's bound may lie from the median over leads


P_SHAPE = WaveShape(0.022, 0.010, 0.4, 0.7, 0.03, 0.02)
T_SHAPE = WaveShape(0.045, 0.016, 0.4, 0.4, 0.06, 0.02)
FAINT_MV = 0.01  # a lead in which the wave is usually fainter is not magnified


@dataclass(frozen=True)
class Span:
    """Where to look, per beat in samples: the peak in `low..high`, its bounds in `left..right`.

    A bound lies within `reach` of the peak over all leads. That peak is expected around `usual`; a
    bump counts less the more `spread`s it lies away (infinite: all places are alike).
    """

    low: Floats
    high: Floats
    left: Floats
    right: Floats
    reach: Floats
    usual: Floats
    spread: Floats


@dataclass(frozen=True)
class FoundWaves:
    """`marks` `(leads, beats, 3)` onset, peak, offset in samples; `likeness` `(beats,)` to the median beat's wave."""

    marks: Floats
    likeness: Floats


def find_waves(
    signal_mv: Floats, recorded: NDArray[np.bool_], span: Span, shape: WaveShape, fs_hz: float
) -> FoundWaves:
    """The most marked wave of every beat in `(leads, samples)` without QRS complexes.

    A second derivative of a Gaussian answers to a bump of its width and not to baseline or ST level;
    its strength over all leads gives the beat's wave, the extremum near that each lead's own. Where a
    lead was not `recorded` `(leads, beats)` it has no marks and no say.
    """
    width = shape.width_s * fs_hz
    bump = -gaussian_filter1d(signal_mv, width, order=2, axis=1) * width**2
    offsets = np.arange(int((span.high - span.low).max()) + 1)
    start = np.rint(span.low).astype(np.int64)
    index = start[:, None] + offsets
    inside = index <= span.high[:, None]
    response = np.where(recorded[:, :, None], np.where(inside, gather(bump, index[None]), 0.0), np.nan)
    likeness = _likeness(response)
    response = np.nan_to_num(response)
    expected = np.exp(-(((index - span.usual[:, None]) / span.spread[:, None]) ** 2) / 2)
    middle = np.where(inside, _strength(response) * expected, -1.0).argmax(axis=1)
    near = np.abs(offsets - middle[:, None]) <= shape.peak_slack_s * fs_hz
    place = np.where(near & inside, np.abs(response), -1.0).argmax(axis=2)
    sign = np.sign(np.take_along_axis(response, place[:, :, None], axis=2)[:, :, 0])
    marks = _marks(signal_mv, start + place, sign, start + middle, span, shape, fs_hz)
    return FoundWaves(np.where(sign[:, :, None] != 0, marks, np.nan), likeness)


def _marks(
    signal_mv: Floats,
    place: NDArray[np.int64],
    sign: Floats,
    middle: NDArray[np.int64],
    span: Span,
    shape: WaveShape,
    fs_hz: float,
) -> Floats:
    """Onset, peak and offset `(leads, beats, 3)` of the waves at `place`, `middle` over all leads."""
    smoothing, slack = shape.smoothing_s * fs_hz, shape.bound_slack_s * fs_hz
    peak = _summit(gaussian_filter1d(signal_mv, smoothing, axis=1), place, sign, fs_hz)
    slope = gaussian_filter1d(signal_mv, smoothing, order=1, axis=1)
    left = np.maximum(span.left, middle - span.reach)
    right = np.minimum(span.right, middle + span.reach)
    onset = _bound(-1, slope, peak, sign, left, shape.onset_share, slack)
    offset = _bound(+1, slope, peak, sign, right, shape.offset_share, slack)
    return np.stack([onset, peak.astype(np.float64), offset], axis=2)


def _strength(response: Floats) -> Floats:
    """Root mean square over leads, each scaled by its usual maximum, `(beats, width)`."""
    heights = np.abs(response).max(axis=2)
    usual = np.nan_to_num(nanmedian(np.where(heights > 0, heights, np.nan), axis=1))
    scaled = response / np.maximum(usual, FAINT_MV)[:, None, None]
    return np.sqrt(np.mean(scaled**2, axis=0))


def _summit(smooth: Floats, place: NDArray[np.int64], sign: Floats, fs_hz: float) -> NDArray[np.int64]:
    """The extremum of the smoothed signal next to each place."""
    near = np.arange(-round(0.02 * fs_hz), round(0.02 * fs_hz) + 1)
    around = sign[:, :, None] * gather(smooth, place[:, :, None] + near)
    return np.asarray(place + near[0] + around.argmax(axis=2), dtype=np.int64)


def _bound(
    direction: int,
    slope: Floats,
    peak: NDArray[np.int64],
    sign: Floats,
    limit: Floats,
    share: float,
    slack: float,
) -> Floats:
    """Beyond its steepest part the wave ends where the slope falls below a share of that (Martinez 2004)."""
    steps = np.arange(1, int(np.abs(limit - peak).max()) + 2)
    index = peak[:, :, None] + direction * steps
    falling = -direction * sign[:, :, None] * gather(slope, index)
    falling = np.where(direction * (limit[None, :, None] - index) > 0, falling, -np.inf)
    steepest = falling.argmax(axis=2)[:, :, None]
    maximum = np.take_along_axis(falling, steepest, axis=2)
    over = (steps > steepest) & (falling < share * maximum)
    each = np.where(over.any(axis=2) & (sign != 0), peak + direction * (over.argmax(axis=2) + 1.0), np.nan)
    middle = nanmedian(each, axis=0)
    each = np.clip(np.where(np.isfinite(each), each, middle), middle - slack, middle + slack)
    return np.where(direction * (each - peak) > 0, each, np.nan)


def _likeness(response: Floats) -> Floats:
    """Correlation of each beat's response, NaN where not recorded, with the median over beats, `(beats,)`."""
    usual = np.where(np.isfinite(response), nanmedian(response, axis=1)[:, None], 0.0)
    response = np.nan_to_num(response)
    product = (response * usual).sum(axis=(0, 2))
    scale = np.sqrt((response**2).sum(axis=(0, 2)) * (usual**2).sum(axis=(0, 2)))
    return np.asarray(np.divide(product, scale, out=np.zeros_like(product), where=scale > 0))
