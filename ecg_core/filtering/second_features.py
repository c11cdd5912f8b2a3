"""What every lead of a recording is like in each of its seconds.

A recording is worked through in blocks of a minute, so that of a day only numbers per second are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy import signal as sps

from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.filtering.mains import MAINS_HZ, is_below_nyquist
from ecg_core.record import ECGRecord

_BLOCK_SECONDS, _MARGIN_S = 60, 2.0
_SAMPLES_FOR_CENTRE = 100_000
_PART_S = 0.2  # ten periods of 50 Hz and twelve of 60 Hz
FLAT_WINDOW_S, FLAT_MV = 1.5, 0.01  # longer than the pause between two beats at 45 bpm
CLIPPED_RUN_S, CLIPPED_ABOVE_MV = 0.02, 1.0
_NOISE_HZ, _NOISE_RATE_HZ, _NOISE_PART_S = 40.0, 100.0, 0.05
_BESIDE_MAINS_HZ = (-7, -6, -5, 5, 6, 7)

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SecondFeatures:
    """`(leads, seconds)` float32 each, in mV unless named otherwise; gaps count as bridged by straight lines.

    The last second of a recording that ends within one is the last whole second of it.
    """

    missing_share: NDArray[np.float32]
    level_mv: NDArray[np.float32]  # median of the medians of its fifths
    range_mv: NDArray[np.float32]  # highest minus lowest
    level_range_mv: NDArray[np.float32]  # of the medians of fifths of the second: a step, but no QRS
    flat_share: NDArray[np.float32]  # within 1.5 s or more that stay within 10 uV
    clipped_share: NDArray[np.float32]  # in runs at the lead's highest or lowest value of all
    wander_mv: NDArray[np.float32]  # how far that moves which the filter takes away
    noise_mv: NDArray[np.float32]  # RMS above 40 Hz between the beats, filtered
    mains_mv: NDArray[np.float32]  # amplitude of the stronger of 50 and 60 Hz
    beside_mains_mv: NDArray[np.float32]  # usual amplitude 5 to 7 Hz away from it


def measure_seconds(raw: ECGRecord, filtered: ECGRecord) -> SecondFeatures:
    """Measure each second of each lead; `filtered` is the same record after the default `filter_record`."""
    width = min(max(1, round(raw.fs_hz)), raw.n_samples)
    n_seconds = max(1, int(np.ceil(raw.duration_s - 1e-6)))
    starts = np.minimum(np.rint(np.arange(n_seconds) * raw.fs_hz).astype(np.int64), raw.n_samples - width)
    limits = _limits_mv(raw.signal_mv)
    shape = (len(raw.leads), n_seconds)
    names = [field.name for field in fields(SecondFeatures)]
    measured = {name: np.empty(shape, np.float32) for name in names}
    for seconds, first, last in _blocks(starts, width, round(_MARGIN_S * raw.fs_hz), raw.n_samples):
        at = starts[seconds, None] - first + np.arange(width)
        block = _measure_block(
            raw.signal_mv[:, first:last], filtered.signal_mv[:, first:last], raw.fs_hz, at, limits
        )
        for name in names:
            measured[name][:, seconds] = block[name]
    return SecondFeatures(**measured)


def _blocks(
    starts: NDArray[np.int64], width: int, margin: int, n_samples: int
) -> Iterator[tuple[slice, int, int]]:
    """`(seconds, first, last)`: seconds that are measured together and the samples looked at for them."""
    for begin in range(0, starts.size, _BLOCK_SECONDS):
        seconds = slice(begin, min(begin + _BLOCK_SECONDS, starts.size))
        yield (
            seconds,
            int(max(0, starts[begin] - margin)),
            int(min(n_samples, starts[seconds.stop - 1] + width + margin)),
        )


def _measure_block(
    raw_mv: NDArray[np.float32],
    filtered_mv: NDArray[np.float32],
    fs_hz: float,
    at: NDArray[np.int64],
    limits_mv: tuple[NDArray[np.float32], ...],
) -> dict[str, Floats]:
    """The features by name, `(leads, seconds)`, of the samples `at` `(seconds, width)` of `(leads, samples)`."""
    raw, missing = bridge_gaps(raw_mv)
    filtered, _ = bridge_gaps(filtered_mv)
    seconds = raw[:, at]
    levels = np.median(_parts(seconds, _PART_S, fs_hz), axis=-1)
    wander = _parts((raw - filtered)[:, at], _PART_S, fs_hz).mean(axis=-1)
    noise = np.sqrt(np.mean(_parts(above_qrs(filtered, fs_hz)[:, at], _NOISE_PART_S, fs_hz) ** 2, axis=-1))
    mains, beside = _mains(seconds, fs_hz)
    return {
        "missing_share": missing[:, at].mean(axis=-1),
        "level_mv": np.median(levels, axis=-1),
        "range_mv": np.ptp(seconds, axis=-1),
        "level_range_mv": np.ptp(levels, axis=-1),
        "flat_share": _flat(raw, missing, fs_hz)[:, at].mean(axis=-1),
        "clipped_share": _clipped(raw_mv, limits_mv, fs_hz)[:, at].mean(axis=-1),
        "wander_mv": np.ptp(wander, axis=-1),
        "noise_mv": np.median(noise, axis=-1),  # half of the parts hold no QRS
        "mains_mv": mains,
        "beside_mains_mv": beside,
    }


def _parts(seconds: Floats, part_s: float, fs_hz: float) -> Floats:
    """`(..., width)` -> `(..., parts, samples per part)`; what is left over at the end is dropped."""
    length = min(max(1, round(part_s * fs_hz)), seconds.shape[-1])
    n_parts = seconds.shape[-1] // length
    return seconds[..., : n_parts * length].reshape(*seconds.shape[:-1], n_parts, length)


def _limits_mv(signal_mv: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    """Lowest and highest value of each lead, `(leads, 1)`, NaN unless far enough from its middle to be a rail."""
    some = signal_mv[:, :: max(1, signal_mv.shape[1] // _SAMPLES_FOR_CENTRE)]
    centre = np.array(
        [np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else np.nan for row in some]
    )
    limits = (np.fmin.reduce(signal_mv, axis=1), np.fmax.reduce(signal_mv, axis=1))
    return tuple(
        np.where(np.abs(limit - centre) >= CLIPPED_ABOVE_MV, limit, np.float32(np.nan))[:, None]
        for limit in limits
    )


def _clipped(
    raw_mv: NDArray[np.float32], limits_mv: tuple[NDArray[np.float32], ...], fs_hz: float
) -> NDArray[np.bool_]:
    shortest = max(3, round(CLIPPED_RUN_S * fs_hz))
    clipped = np.zeros(raw_mv.shape, dtype=bool)
    for limit in limits_mv:
        at_limit = raw_mv == limit
        for row in np.flatnonzero(at_limit.any(axis=1)):
            clipped[row] |= ndimage.binary_opening(at_limit[row], np.ones(shortest))
    return clipped


def _flat(raw_mv: Floats, missing: NDArray[np.bool_], fs_hz: float) -> NDArray[np.bool_]:
    """Samples of `(leads, samples)` inside any 1.5 s that stay within 10 uV and were recorded."""
    width = min(round(FLAT_WINDOW_S * fs_hz), raw_mv.shape[1]) // 2 * 2 + 1
    spread = ndimage.maximum_filter1d(raw_mv, width, axis=1) - ndimage.minimum_filter1d(raw_mv, width, axis=1)
    middle = (spread < FLAT_MV) & ~ndimage.maximum_filter1d(missing, width, axis=1)
    half = width // 2
    middle[:, :half], middle[:, -half:] = False, False
    return np.asarray(ndimage.maximum_filter1d(middle, width, axis=1))


def above_qrs(signal_mv: Floats, fs_hz: float) -> Floats:
    """What stands above 40 Hz; nothing can be told from the QRS in a recording slower than 100 Hz."""
    if fs_hz < _NOISE_RATE_HZ:
        return np.zeros_like(signal_mv)
    sos = sps.butter(2, _NOISE_HZ, "highpass", fs=fs_hz, output="sos")
    return np.asarray(sps.sosfiltfilt(sos, signal_mv, axis=-1))


def _mains(seconds: Floats, fs_hz: float) -> tuple[Floats, Floats]:
    """Amplitude of the stronger mains line and the usual one beside it, `(leads, seconds)` each."""
    lines_hz = [line for line in MAINS_HZ if is_below_nyquist(line + max(_BESIDE_MAINS_HZ), fs_hz)]
    if not lines_hz:
        return np.zeros(seconds.shape[:2]), np.zeros(seconds.shape[:2])
    window = sps.windows.hann(seconds.shape[-1], sym=False)
    freq_hz = np.array([[line, *(line + offset for offset in _BESIDE_MAINS_HZ)] for line in lines_hz])
    turns = np.outer(np.arange(seconds.shape[-1]) / fs_hz, freq_hz.ravel())
    waves = window[:, None] * np.exp(-2j * np.pi * turns) * 2 / window.sum()
    centred = seconds - seconds.mean(axis=-1, keepdims=True)
    amplitudes = np.abs(centred @ waves).reshape(*seconds.shape[:2], *freq_hz.shape)
    strongest = amplitudes[..., 0].argmax(axis=-1)[..., None]
    beside = np.median(amplitudes[..., 1:], axis=-1)
    return (
        np.take_along_axis(amplitudes[..., 0], strongest, axis=-1)[..., 0],
        np.take_along_axis(beside, strongest, axis=-1)[..., 0],
    )
