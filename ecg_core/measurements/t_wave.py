"""The shape of the T wave, which potassium changes first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET
from ecg_core.measurements.beats import FS_HZ, Beats
from ecg_core.measurements.deflection import Deflection, main_deflection
from ecg_core.measurements.stretches import REACH, at, slope_mv_s, smooth, stretch
from ecg_core.measurements.types import Quantity

LEAST_HEIGHT_MV = 0.05  # half a small square; a flatter T has an amplitude, but no shape to measure
BEYOND_OFFSET_S = 0.04  # how far behind the T offset half height may be reached

Floats = NDArray[np.float64]


def _quantity(name: str, key: str, unit: str, source: str) -> Quantity:
    return Quantity(name, key, unit, "Per lead", source)


T_WAVE = (
    _quantity(
        "T amplitude", "t_amplitude_mv", "mV", "largest deflection, signed, from the isoelectric level"
    ),
    _quantity("T peak", "t_peak_ms", "ms", "QRS onset to the peak of T in this lead"),
    _quantity("T width", "t_width_ms", "ms", "full width at half height"),
    _quantity("T upslope", "t_upslope_mv_s", "mV/s", "steepest towards the peak, whichever way it points"),
    _quantity(
        "T downslope", "t_downslope_mv_s", "mV/s", "steepest from the peak back, whichever way it points"
    ),
    _quantity(
        "T downslope / √amplitude",
        "t_downslope_per_root_mv",
        "√mV/s",
        "Attia 2016 and Corsi 2017 (who measured other leads or eigenleads)",
    ),
    _quantity(
        "T symmetry", "t_symmetry", "ratio", "peak to half height falling / half height to peak rising"
    ),
)


def t_wave(beats: Beats, isoelectric_mv: Floats) -> dict[str, Floats]:
    """The quantities of `T_WAVE` by key, `(rows,)` each; NaN where T is absent or was not recorded whole.

    Slopes are steepness, positive for upright and inverted T alike. The larger part of a biphasic T is measured;
    its downslope may lead into the other part. Width, slopes and symmetry are NaN for a T lower than 0.05 mV, or
    on the other side of the isoelectric level than it points; width and symmetry too where the ST segment stands
    higher than half of T. Where the T onset is not known, T is searched from J on and has no upslope.
    """
    offset, j = beats.t[:, OFFSET], beats.qrs[:, OFFSET]
    onset = np.where(np.isfinite(beats.t[:, ONSET]), beats.t[:, ONSET], j)
    reach = REACH + BEYOND_OFFSET_S * FS_HZ
    mv, first = stretch(beats.mv, j - REACH, offset + reach)
    level = smooth(mv)
    summit = main_deflection(level, onset - first, offset - first)
    height = (summit.level_mv - isoelectric_mv) * summit.polarity
    has_shape = height >= LEAST_HEIGHT_MV
    pointing = (level - isoelectric_mv[:, None]) * summit.polarity[:, None]
    rise, fall = _half_height_ms(pointing, summit.index, height / 2, j - first)
    upslope, downslope = _steepest(slope_mv_s(mv), summit, beats.t[:, ONSET] - first, offset - first)
    shape = {
        "t_width_ms": rise + fall,
        "t_upslope_mv_s": upslope,
        "t_downslope_mv_s": downslope,
        "t_downslope_per_root_mv": downslope / np.sqrt(np.where(has_shape, height, 1.0)),
        "t_symmetry": fall / np.where(rise > 0, rise, np.nan),
    }
    peak_ms = (first + summit.index - beats.qrs[:, ONSET]) * (1000 / FS_HZ)
    return {
        "t_amplitude_mv": height * summit.polarity,
        "t_peak_ms": np.where(np.isfinite(summit.level_mv), peak_ms, np.nan),
        **{key: np.where(has_shape, values, np.nan) for key, values in shape.items()},
    }


def _half_height_ms(
    height_mv: Floats, peak: NDArray[np.int64], half_mv: Floats, earliest: Floats
) -> tuple[Floats, Floats]:
    """From half height to the peak, and from there back to half height, `(rows,)` each; NaN where it is not reached."""
    index = np.arange(height_mv.shape[1])
    below = height_mv <= half_mv[:, None]  # not true of NaN
    low_after = below & (index > peak[:, None])
    low_before = below & (index < peak[:, None]) & (index >= earliest[:, None])
    after = low_after.argmax(axis=1)
    before = index[-1] - low_before[:, ::-1].argmax(axis=1)

    def distance(low: NDArray[np.int64], inward: int, found: NDArray[np.bool_]) -> Floats:
        """Samples from the peak to the crossing between `low` and its neighbour nearer to the peak."""
        at_low, at_high = at(height_mv, low), at(height_mv, np.clip(low + inward, 0, index[-1]))
        step = np.where(found & (at_high > at_low), at_high - at_low, 1.0)
        crossing = low + inward * (half_mv - at_low) / step
        return np.where(found, np.abs(crossing - peak) * (1000 / FS_HZ), np.nan)

    return distance(before, 1, np.any(low_before, axis=1)), distance(after, -1, np.any(low_after, axis=1))


def _steepest(slope: Floats, summit: Deflection, onset: Floats, offset: Floats) -> tuple[Floats, Floats]:
    """Steepest slope towards the peak and back from it, `(rows,)` mV/s each, between the bounds of T."""
    index, peak = np.arange(slope.shape[1]), summit.index[:, None]
    towards = slope * summit.polarity[:, None]

    def greatest(values: Floats, wanted: NDArray[np.bool_]) -> Floats:
        return np.asarray(np.where(wanted & np.isfinite(values), values, -np.inf).max(axis=1))

    up = greatest(towards, (index >= onset[:, None]) & (index <= peak))
    down = greatest(-towards, (index >= peak) & (index <= offset[:, None]))
    return np.where(np.isfinite(up), up, np.nan), np.where(np.isfinite(down), down, np.nan)
