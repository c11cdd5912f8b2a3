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

from ecg_core.annotation.windows import nanmedian
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.record import ECGRecord

QRS_BAND_HZ = (6.0, 22.0)
ENVELOPE_S = 0.1  # about one QRS
REFRACTORY_S = 0.24  # 250 beats a minute
SEARCH_S = 0.08  # how far the R peak may lie from the middle of the QRS energy
BLOCK_S = 120.0  # long records are worked through in blocks of this length ...
OVERLAP_S = 6.0  # ... that see this much of their neighbours
BEAT_S = 1.5  # any such stretch holds a beat, unless the heart is very slow
FLAT_MV = 0.003  # a lead with less in the QRS band is flat
MIN_CONTRAST = 2.3  # QRS height over the level between beats: 1.3-2.2 in noise, 6 and more in ECGs,
# 2.6 and more in ECGs whose QRS was smeared to about 0.25 s
LOUDEST = 3.0  # an artefact must not outvote the other leads
OPPOSITE_BEAT = 2.0  # a beat whose other deflection is this many times larger is read there
SAMPLED_BEATS = 200  # enough to choose the reference lead by

Floats = NDArray[np.float64]


def find_r_peaks(record: ECGRecord) -> NDArray[np.int64]:
    """Positions of the R peaks of a filtered record, `(beats,)` samples, ascending.

    The same position serves all leads: the dominant deflection of the QRS in the reference
    lead (`reference_leads`). Empty when no lead holds anything that looks like a beat.
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
    moved = refine_r_peaks(record, centres)
    apart: NDArray[np.bool_] = np.diff(moved, prepend=-record.n_samples) > 0.5 * REFRACTORY_S * fs_hz
    return moved[apart]


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
    height = _typical_height(envelope, missing, fs_hz)
    weights = _contrast_weights(envelope, missing, height)[:, None] * ~missing
    scaled = np.minimum(envelope / height[:, None], LOUDEST)
    strength: Floats = (weights * scaled).sum(axis=0)
    total: Floats = weights.sum(axis=0)
    return np.asarray(np.divide(strength, total, out=np.zeros_like(strength), where=total > 0))


def _typical_height(envelope: Floats, missing: NDArray[np.bool_], fs_hz: float) -> Floats:
    """A lead's usual QRS height, `(leads,)`: the median over time of the maximum within 1.5 s (which holds a beat)."""
    highest = maximum_filter1d(envelope, round(BEAT_S * fs_hz), axis=1)
    counts = ~missing & (highest > FLAT_MV)
    rows = [row[at] for row, at in zip(highest, counts, strict=True)]
    return np.array([np.median(row) if row.size else FLAT_MV for row in rows])


def _contrast_weights(envelope: Floats, missing: NDArray[np.bool_], height: Floats) -> Floats:
    """How clearly beats stand out in each lead, `(leads,)`, zero in a flat lead and about zero in one of noise."""
    between = np.array([np.median(row[~gone]) for row, gone in zip(envelope, missing, strict=True)])
    contrast = height / np.maximum(between, 0.02 * height)
    return np.where(height > FLAT_MV, np.clip(contrast - 1.5, 0.0, 10.0) ** 2, 0.0)


def _qrs_centres(signal_mv: NDArray[np.float32], fs_hz: float) -> NDArray[np.int64]:
    envelope = qrs_envelope(signal_mv, fs_hz)
    peaks, _ = find_peaks(envelope, distance=max(1, round(REFRACTORY_S * fs_hz)), height=0.15)
    if not peaks.size:
        return np.zeros(0, dtype=np.int64)
    recorded = envelope > 0
    # The threshold follows the local beat height: strong peaks within a few seconds on either side.
    strong = maximum_filter1d(envelope, round(BEAT_S * fs_hz))
    if np.median(strong[recorded]) < MIN_CONTRAST * np.median(envelope[recorded]):
        return np.zeros(0, dtype=np.int64)  # nothing stands out: noise, or no heart
    local = uniform_filter1d(np.minimum(strong, 1.6), round(5 * fs_hz), mode="nearest")
    keep = envelope[peaks] > 0.4 * local[peaks]
    return np.asarray(peaks[keep], dtype=np.int64)


def refine_r_peaks(record: ECGRecord, centres: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move each QRS centre to the dominant deflection of the reference lead, or of the next one recorded there."""
    half = round(SEARCH_S * record.fs_hz)
    moved, left = centres.copy(), np.ones(centres.size, dtype=bool)
    for lead, sign in reference_leads(record, centres):
        signal = record.lead_mv(lead)[None]
        here = np.flatnonzero(left & np.isfinite(signal[0, centres]))
        moved[here] += _to_peak(_around(signal, centres[here], half)[0], sign)
        left[here] = False
        if not left.any():
            break
    return np.clip(moved, 0, record.n_samples - 1)


def _to_peak(windows: Floats, sign: float) -> NDArray[np.int64]:
    """From the middle of each window to its main deflection, in samples."""
    filled, _ = bridge_gaps(windows)
    deflection = sign * (filled - np.median(filled, axis=1, keepdims=True))
    opposite = -deflection.min(axis=1) > OPPOSITE_BEAT * deflection.max(axis=1)  # e.g. a ventricular beat
    deflection = np.where(opposite[:, None], -deflection, deflection)
    return np.asarray(deflection.argmax(axis=1) - windows.shape[1] // 2, dtype=np.int64)


def reference_leads(record: ECGRecord, centres: NDArray[np.int64]) -> list[tuple[str, float]]:
    """The leads in the order in which R is read from them, with the sign of their main deflection.

    Lead II comes first where its QRS is at least a third as high as the highest lead's; the others
    by height. An R wave counts as the main deflection unless the S wave is clearly larger.
    """
    some = centres[:: max(1, centres.size // SAMPLED_BEATS)]
    windows = _around(record.signal_mv, some, round(SEARCH_S * record.fs_hz))
    level = nanmedian(windows, axis=2)
    missing = ~np.isfinite(windows)
    up = nanmedian(np.where(missing, -np.inf, windows).max(axis=2) - level, axis=1)
    down = nanmedian(level - np.where(missing, np.inf, windows).min(axis=2), axis=1)
    height = np.nan_to_num(np.maximum(up, down))
    order = [record.leads[row] for row in np.argsort(-height, kind="stable")]
    if "II" in order and height[record.leads.index("II")] > height.max() / 3:
        order.sort(key=lambda lead: lead != "II")
    main_sign = dict(zip(record.leads, np.where(up >= 0.7 * down, 1.0, -1.0), strict=True))
    return [(lead, float(main_sign[lead])) for lead in order]


def _around(signal_mv: NDArray[np.float32], centres: NDArray[np.int64], half: int) -> Floats:
    """Samples `(leads, beats, 2 * half + 1)` around each centre, NaN where nothing was recorded."""
    index = centres[:, None] + np.arange(-half, half + 1)
    inside = (index >= 0) & (index < signal_mv.shape[1])
    return np.where(inside, signal_mv[:, np.clip(index, 0, signal_mv.shape[1] - 1)], np.nan).astype(
        np.float64
    )
