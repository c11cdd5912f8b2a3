"""R peaks, found over all leads together.

The QRS is the fastest part of a beat in every lead, so each lead is band-passed to where QRS energy
lies and P and T are weak (Thakor 1984; Elgendi 2013), turned into an envelope, scaled by its own
typical QRS height, and averaged over the leads. Lead polarity and a few bad leads then do not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter, find_peaks, sosfiltfilt

from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.record import ECGRecord

QRS_BAND_HZ = (6.0, 22.0)
ENVELOPE_S = 0.1  # about one QRS
REFRACTORY_S = 0.24  # 250 beats a minute
SEARCH_S = 0.08  # how far the R peak may lie from the middle of the QRS energy
BLOCK_S = 120.0  # long records are worked through in blocks of this length ...
OVERLAP_S = 6.0  # ... that see this much of their neighbours
MIN_QRS_MV = 0.05  # a flat trace has no beats
OPPOSITE_BEAT = 2.0  # a beat whose other deflection is this many times larger is read there
SAMPLED_BEATS = 200  # enough to choose the reference lead by

Floats = NDArray[np.float64]


def find_r_peaks(record: ECGRecord) -> NDArray[np.int64]:
    """Positions of the R peaks of a filtered record, `(beats,)` samples, ascending.

    The same position serves all leads: the dominant deflection of the QRS in the reference lead
    (`reference_lead`). Empty when no lead holds anything that looks like a beat.
    """
    fs_hz = record.fs_hz
    block, overlap = int(BLOCK_S * fs_hz), int(OVERLAP_S * fs_hz)
    found = []
    for start in range(0, record.n_samples, block):
        first = max(0, start - overlap)
        piece = record.signal_mv[:, first : start + block + overlap]
        centres = _qrs_centres(piece, fs_hz) + first
        found.append(centres[(centres >= start) & (centres < start + block)])
    centres = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
    if not centres.size:
        return centres
    return _refine(record, centres)


def qrs_envelope(signal_mv: NDArray[np.float32], fs_hz: float) -> Floats:
    """QRS strength over time, `(samples,)`, about 1 at a typical QRS, over the leads of `(leads, samples)`."""
    missing = ~np.isfinite(signal_mv)
    usable: NDArray[np.bool_] = missing.mean(axis=1) < 0.9
    if signal_mv.shape[1] < 0.5 * fs_hz or not usable.any():
        return np.zeros(signal_mv.shape[1])
    filled, missing = bridge_gaps(signal_mv[usable])
    high_hz = min(QRS_BAND_HZ[1], 0.45 * fs_hz)
    sos = butter(2, (QRS_BAND_HZ[0], high_hz), "bandpass", fs=fs_hz, output="sos")
    band = sosfiltfilt(sos, filled, axis=1, padlen=min(filled.shape[1] - 1, int(fs_hz)))
    width = max(1, round(ENVELOPE_S * fs_hz))
    band[missing] = 0.0
    envelope = np.sqrt(np.maximum(uniform_filter1d(band**2, width, axis=1, mode="constant"), 0.0))
    weights = _lead_weights(envelope, missing, fs_hz)
    present = weights[:, None] * ~missing
    total = present.sum(axis=0)
    strength: Floats = (present * _scaled(envelope, fs_hz)).sum(axis=0)
    return np.asarray(np.divide(strength, total, out=np.zeros_like(strength), where=total > 0))


def _typical_height(envelope: Floats, fs_hz: float) -> Floats:
    """A lead's usual QRS height, `(leads,)`: the median of the maxima of 1.5 s windows (each holds a beat)."""
    width = min(int(1.5 * fs_hz), envelope.shape[1])
    n = envelope.shape[1] // width
    maxima = envelope[:, : n * width].reshape(len(envelope), n, width).max(axis=2)
    height: Floats = np.median(maxima, axis=1)
    return height


def _scaled(envelope: Floats, fs_hz: float) -> Floats:
    height = np.maximum(_typical_height(envelope, fs_hz), 1e-9)[:, None]
    scaled: Floats = np.minimum(envelope / height, 3.0)  # an artefact must not outvote the other leads
    return scaled


def _lead_weights(envelope: Floats, missing: NDArray[np.bool_], fs_hz: float) -> Floats:
    """How clearly beats stand out in each lead, `(leads,)`: QRS height over the level between beats."""
    height = _typical_height(envelope, fs_hz)
    between: Floats = np.array([np.median(row[~gone]) for row, gone in zip(envelope, missing, strict=True)])
    contrast = height / np.maximum(between, 0.02 * height + 1e-9)
    weights: Floats = np.clip(contrast - 1.5, 0.0, 10.0) ** 2
    weights[height < 0.1 * MIN_QRS_MV] = 0.0
    return weights


def _qrs_centres(signal_mv: NDArray[np.float32], fs_hz: float) -> NDArray[np.int64]:
    envelope = qrs_envelope(signal_mv, fs_hz)
    if not envelope.any():
        return np.zeros(0, dtype=np.int64)
    peaks, _ = find_peaks(envelope, distance=max(1, round(REFRACTORY_S * fs_hz)), height=0.15)
    if not peaks.size:
        return np.zeros(0, dtype=np.int64)
    # The threshold follows the local beat height: strong peaks within a few seconds on either side.
    strong = maximum_filter1d(envelope, round(1.5 * fs_hz))
    local = uniform_filter1d(np.minimum(strong, 1.6), round(5 * fs_hz), mode="nearest")
    keep = envelope[peaks] > 0.4 * local[peaks]
    return np.asarray(peaks[keep], dtype=np.int64)


def _refine(record: ECGRecord, centres: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move each QRS centre to the dominant deflection of the reference lead."""
    lead, sign = reference_lead(record, centres)
    half = round(SEARCH_S * record.fs_hz)
    windows = _around(record.lead_mv(lead)[None], centres, half)[0]
    deflection = sign * (windows - np.median(windows, axis=1, keepdims=True))
    opposite = -deflection.min(axis=1) > OPPOSITE_BEAT * deflection.max(axis=1)  # e.g. a ventricular beat
    deflection = np.where(opposite[:, None], -deflection, deflection)
    shift = np.where(deflection.max(axis=1) > 0, deflection.argmax(axis=1) - half, 0)
    moved = np.clip(centres + shift, 0, record.n_samples - 1)
    apart: NDArray[np.bool_] = np.diff(moved, prepend=-record.n_samples) > 0.5 * REFRACTORY_S * record.fs_hz
    return np.asarray(moved[apart], dtype=np.int64)


def reference_lead(record: ECGRecord, centres: NDArray[np.int64]) -> tuple[str, float]:
    """The lead that R is read from, and the sign of its main deflection.

    Lead II where its QRS is at least a third as high as the highest lead's, else the highest lead.
    An R wave counts as the main deflection unless the S wave is clearly larger.
    """
    some = centres[:: max(1, centres.size // SAMPLED_BEATS)]
    windows = _around(record.signal_mv, some, round(SEARCH_S * record.fs_hz))
    level = np.median(windows, axis=2)
    up = np.median(windows.max(axis=2) - level, axis=1)
    down = np.median(level - windows.min(axis=2), axis=1)
    height = np.maximum(up, down)
    best = int(np.argmax(height))
    if "II" in record.leads and height[record.leads.index("II")] > height[best] / 3:
        best = record.leads.index("II")
    return record.leads[best], 1.0 if up[best] >= 0.7 * down[best] else -1.0


def _around(signal_mv: NDArray[np.float32], centres: NDArray[np.int64], half: int) -> Floats:
    """Samples `(leads, beats, 2 * half + 1)` around each centre; gaps bridged, zero where nothing was recorded."""
    index = centres[:, None] + np.arange(-half, half + 1)
    inside = (index >= 0) & (index < signal_mv.shape[1])
    windows = np.where(inside, signal_mv[:, np.clip(index, 0, signal_mv.shape[1] - 1)], np.nan)
    return bridge_gaps(windows)[0]
