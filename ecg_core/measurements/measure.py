"""Clinical intervals from the global waves, and the frontal QRS axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.rhythm import local_rr_s
from ecg_core.annotation.types import OFFSET, ONSET, Annotation
from ecg_core.leads import LIMB_FROM_I_II
from ecg_core.measurements.types import Measurement
from ecg_core.record import ECGRecord

Floats = NDArray[np.float64]


def bazett_ms(qt_ms: Floats, rr_ms: Floats) -> Floats:
    """QT / RR^(1/2), RR in seconds (Bazett 1920)."""
    return qt_ms / np.sqrt(rr_ms / 1000)


def fridericia_ms(qt_ms: Floats, rr_ms: Floats) -> Floats:
    """QT / RR^(1/3), RR in seconds (Fridericia 1920)."""
    return qt_ms / np.cbrt(rr_ms / 1000)


def framingham_ms(qt_ms: Floats, rr_ms: Floats) -> Floats:
    """QT + 154 ms * (1 - RR), RR in seconds (Sagie et al. 1992)."""
    return qt_ms + 154 * (1 - rr_ms / 1000)


def hodges_ms(qt_ms: Floats, rr_ms: Floats) -> Floats:
    """QT + 1.75 ms * (heart rate - 60) (Hodges et al. 1983)."""
    return qt_ms + 1.75 * (60_000 / rr_ms - 60)


QT_CORRECTIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "Bazett": bazett_ms,
    "Fridericia": fridericia_ms,
    "Framingham": framingham_ms,
    "Hodges": hodges_ms,
}


def measure(annotation: Annotation, filtered: ECGRecord | None = None) -> tuple[Measurement, ...]:
    """Rate, intervals and, given the filtered record with two limb leads, the QRS axis.

    Each is the median over beats with its quartiles; NaN where it could not be measured. QT is
    corrected for the median RR of the beats around it, as a ten-second ECG is read.
    """
    to_ms = 1000 / annotation.fs_hz
    waves = annotation.waves
    rr = np.diff(annotation.r_peaks) * to_ms
    qt = (waves.t[:, OFFSET] - waves.qrs[:, ONSET]) * to_ms
    results = [
        over_beats("Heart rate", "heart_rate_bpm", "bpm", 60_000 / rr),
        over_beats("RR interval", "rr_ms", "ms", rr),
        rr_sd(rr),
        over_beats("PR interval", "pr_ms", "ms", (waves.qrs[:, ONSET] - waves.p[:, ONSET]) * to_ms),
        over_beats("P duration", "p_duration_ms", "ms", (waves.p[:, OFFSET] - waves.p[:, ONSET]) * to_ms),
        over_beats("QRS duration", "qrs_ms", "ms", (waves.qrs[:, OFFSET] - waves.qrs[:, ONSET]) * to_ms),
        over_beats("QT interval", "qt_ms", "ms", qt),
    ]
    local_rr = 1000 * local_rr_s(annotation.r_peaks, annotation.fs_hz)
    results += [
        over_beats(f"QTc ({author})", f"qtc_{author.lower()}_ms", "ms", correct(qt, local_rr))
        for author, correct in QT_CORRECTIONS.items()
    ]
    results.append(
        over_beats("T duration", "t_duration_ms", "ms", (waves.t[:, OFFSET] - waves.t[:, ONSET]) * to_ms)
    )
    if filtered is not None:
        results.append(qrs_axis(filtered, annotation))
    return tuple(results)


def over_beats(name: str, key: str, unit: str, values: Floats) -> Measurement:
    """Median and quartiles of the values that are known."""
    known = values[np.isfinite(values)]
    if not known.size:
        return Measurement(name, key, unit, np.nan, np.nan, np.nan, 0)
    low, middle, high = (float(value) for value in np.percentile(known, [25, 50, 75]))
    return Measurement(name, key, unit, middle, low, high, int(known.size))


def rr_sd(rr_ms: Floats) -> Measurement:
    """Standard deviation of RR; it has no quartiles."""
    value = float(np.std(rr_ms, ddof=1)) if rr_ms.size > 1 else np.nan
    return Measurement("RR standard deviation", "rr_sd_ms", "ms", value, np.nan, np.nan, int(rr_ms.size))


def qrs_axis(filtered: ECGRecord, annotation: Annotation) -> Measurement:
    """Frontal QRS axis in degrees (0 = lead I, 90 = aVF), from the net QRS areas of two limb leads.

    aVF is an augmented lead and is scaled by 2/sqrt(3) to compare with I (Macfarlane 2011). NaN
    unless two limb leads are there.
    """
    name, key, unit = "QRS axis", "qrs_axis_deg", "deg"
    limb = [lead for lead in filtered.leads if lead in LIMB_FROM_I_II][:2]
    known = np.isfinite(annotation.waves.qrs[:, [ONSET, OFFSET]]).all(axis=1)
    if len(limb) < 2 or not known.any():
        return over_beats(name, key, unit, np.zeros(0))
    bounds = np.rint(annotation.waves.qrs[known][:, [ONSET, OFFSET]]).astype(np.int64)
    areas = np.stack([net_area(filtered.lead_mv(lead), bounds) for lead in limb])
    area_i, area_ii = np.linalg.solve(np.array([LIMB_FROM_I_II[lead] for lead in limb]), areas)
    x, y = area_i, (area_ii - area_i / 2) * 2 / np.sqrt(3)
    main = np.arctan2(np.nanmedian(y), np.nanmedian(x)) if np.isfinite(x + y).any() else np.nan
    turned = np.angle(np.exp(1j * (np.arctan2(y, x) - main)))  # about the main axis, so that 180 is no edge
    axis = over_beats(name, key, unit, np.degrees(main + turned))
    shift = 360.0 * round(axis.value / 360.0) if np.isfinite(axis.value) else 0.0
    return Measurement(name, key, unit, axis.value - shift, axis.low - shift, axis.high - shift, axis.n_beats)


def net_area(signal_mv: NDArray[np.float32], bounds: NDArray[np.int64]) -> Floats:
    """Net area of each wave over the line from its onset to its offset, `(waves,)`, in mV samples."""
    bounds = np.clip(bounds, 0, signal_mv.size - 1)
    running = np.append(0.0, np.cumsum(np.nan_to_num(signal_mv), dtype=np.float64))
    onset, offset = bounds.T
    total = running[offset + 1] - running[onset]
    base = (signal_mv[onset].astype(np.float64) + signal_mv[offset]) / 2
    return np.asarray(total - base * (offset - onset + 1))
