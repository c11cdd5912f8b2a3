"""The filter chain of the potassium papers, at the record's own rate and without phase shift."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import signal as sps

from ecg_core.errors import SignalError
from ecg_core.filtering.baseline import remove_wander
from ecg_core.filtering.gaps import bridge_gaps, recorded_blocks
from ecg_core.filtering.mains import detect_mains, remove_mains
from ecg_core.filtering.settings import FilterResult, FilterSettings
from ecg_core.record import ECGRecord

_LONGEST_BRIDGE_S = 0.2
_SHORTEST_SEGMENT_S = 1.0
_CHUNK_S = 60.0
_OVERLAP_S = 10.0
_PAD_S = 1.0
_LOW_PASS_ORDER = 4
_DETECTION_S = 60.0


def filter_record(record: ECGRecord, settings: FilterSettings = FilterSettings()) -> FilterResult:  # noqa: B008
    """Filter every lead of a record; the record itself stays as it is.

    Raises SignalError for a recording shorter than 1 s or a high-pass outside its band.
    """
    _check(record, settings)
    mains_hz = _mains_to_remove(record, settings)
    missing = ~np.isfinite(record.signal_mv)
    filtered = np.full(record.signal_mv.shape, np.nan, dtype=np.float32)
    for (start, stop), rows in recorded_blocks(missing, round(_LONGEST_BRIDGE_S * record.fs_hz)):
        filtered[rows, start:stop] = _filter_long(
            record.signal_mv[rows, start:stop], record.fs_hz, settings, mains_hz
        )
    filtered[missing] = np.nan
    return FilterResult(record.with_signal(filtered), settings, mains_hz)


def _check(record: ECGRecord, settings: FilterSettings) -> None:
    if record.duration_s < _SHORTEST_SEGMENT_S:
        raise SignalError(
            f"This recording is {record.duration_s:.2f} s long, too short to be filtered. Use one of 2 s or more."
        )
    high_pass = settings.high_pass_hz
    if high_pass is not None and not 0 < high_pass < record.fs_hz / 4:
        raise SignalError(
            f"A high-pass of {high_pass} Hz does not fit this recording. Choose one between 0.05 and 1 Hz, or none."
        )
    if settings.low_pass_hz is not None and not settings.low_pass_hz > (high_pass or 0):
        raise SignalError(
            f"A low-pass of {settings.low_pass_hz} Hz would leave no ECG. Choose one of 20 Hz or more, or none."
        )


def _mains_to_remove(record: ECGRecord, settings: FilterSettings) -> float | None:
    if settings.mains_hz == "auto":
        part, _ = bridge_gaps(record.signal_mv[:, : round(_DETECTION_S * record.fs_hz)])
        return detect_mains(part, record.fs_hz)
    if settings.mains_hz is None or settings.mains_hz + 1 >= record.fs_hz / 2:
        return None
    return float(settings.mains_hz)


def _filter_long(
    signal_mv: NDArray[np.float32], fs_hz: float, settings: FilterSettings, mains_hz: float | None
) -> NDArray[np.float32]:
    """Filter in chunks of a minute that are faded into one another, so that a day fits into memory."""
    filtered = np.zeros(signal_mv.shape, dtype=np.float32)
    overlap = round(_OVERLAP_S * fs_hz)
    for start, stop in _chunks(signal_mv.shape[1], round(_CHUNK_S * fs_hz), overlap):
        chunk = _filter_chunk(signal_mv[:, start:stop], fs_hz, settings, mains_hz)
        weight = np.ones(stop - start)
        ramp = np.clip((np.arange(overlap) - overlap / 4) / (overlap / 2), 0, 1)
        if start > 0:
            weight[:overlap] = ramp
        if stop < signal_mv.shape[1]:
            weight[-overlap:] = 1 - ramp
        filtered[:, start:stop] += (chunk * weight).astype(np.float32)
    return filtered


def _chunks(samples: int, length: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Chunks that overlap by `overlap`; what would be left over after the last one belongs to it."""
    start = 0
    while samples - start > length + overlap + length // 2:
        yield start, start + length + overlap
        start += length
    yield start, samples


def _filter_chunk(
    signal_mv: NDArray[np.float32], fs_hz: float, settings: FilterSettings, mains_hz: float | None
) -> NDArray[np.float64]:
    filled, _ = bridge_gaps(signal_mv)
    wander = settings.remove_baseline or settings.high_pass_hz is not None
    if filled.shape[1] < _SHORTEST_SEGMENT_S * fs_hz:
        return filled - np.median(filled, axis=-1, keepdims=True) if wander else filled
    offset = np.median(filled, axis=-1, keepdims=True)
    pad = round(_PAD_S * fs_hz)
    padded = np.pad(filled - offset, ((0, 0), (pad, pad)), mode="symmetric")
    if mains_hz is not None:
        padded = remove_mains(padded, fs_hz, mains_hz)
    if settings.low_pass_hz is not None and settings.low_pass_hz < fs_hz / 2:
        sos = sps.butter(_LOW_PASS_ORDER, settings.low_pass_hz, "lowpass", fs=fs_hz, output="sos")
        padded = sps.sosfiltfilt(sos, padded, axis=-1, padtype=None)
    cleaned = padded[:, pad:-pad] + offset
    if wander:
        return remove_wander(cleaned, fs_hz, settings.remove_baseline, settings.high_pass_hz)
    return cleaned
