"""What is measured in an ECG for the 12-lead models: numbers about rate, rhythm and intervals, and the median beat.

Nothing here depends on the amplitude of a lead, which part of the training records has lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, Annotation
from ecg_core.annotation.windows import nanmedian
from ecg_core.rhythm.regularity import LEAST_RR, chaos_percent, spread_percent
from ecg_core.twelve_lead.inputs import FS_HZ, SAMPLES, TwelveLeadInput

FACTS = (
    "rate_bpm",
    "shortest_rr_share",  # of the median RR
    "longest_rr_share",
    "rr_spread_percent",
    "rr_chaos_percent",
    "rmssd_percent",  # of the median RR
    "p_share",  # beats with a P wave
    "p_lead_share",  # P waves found over all leads and beats
    "p_ms",
    "pr_ms",
    "pr_spread_ms",
    "qrs_ms",
    "qt_ms",
    "qtc_ms",  # Fridericia
    "t_ms",
    "rest_share",  # of the spread of a lead that its median beat does not explain, mean over leads
)
BEAT_SAMPLES = 100  # at 100 Hz
BEAT_R_INDEX = 40  # 0.4 s before R, 0.6 s from it on

Floats = NDArray[np.float32]


def measured_facts(annotation: Annotation, inputs: TwelveLeadInput, beat: Floats) -> Floats:
    """The numbers of `FACTS`, `(16,)`, NaN for what could not be measured; `beat` is the `median_beat` of these `inputs`."""
    waves, to_ms = annotation.waves, 1000 / annotation.fs_hz
    rr_s = np.diff(annotation.r_peaks) / annotation.fs_hz
    middle_s = float(np.median(rr_s)) if rr_s.size else np.nan
    pr, qt = waves.qrs[:, ONSET] - waves.p[:, ONSET], waves.t[:, OFFSET] - waves.qrs[:, ONSET]
    qt_ms = _median(qt) * to_ms
    p_of_leads = [
        np.isfinite(lead.p[:, ONSET]).mean() for lead in annotation.lead_waves.values() if len(lead.p)
    ]
    values = (
        60 / middle_s,
        rr_s.min() / middle_s if rr_s.size else np.nan,
        rr_s.max() / middle_s if rr_s.size else np.nan,
        spread_percent(rr_s) if rr_s.size >= LEAST_RR else np.nan,
        chaos_percent(rr_s) if rr_s.size >= LEAST_RR else np.nan,
        100 * np.sqrt(np.mean(np.diff(rr_s) ** 2)) / middle_s if rr_s.size > 1 else np.nan,
        np.isfinite(waves.p[:, ONSET]).mean() if annotation.n_beats else np.nan,
        np.mean(p_of_leads) if p_of_leads else np.nan,
        _median(waves.p[:, OFFSET] - waves.p[:, ONSET]) * to_ms,
        _median(pr) * to_ms,
        _spread(pr) * to_ms,
        _median(waves.qrs[:, OFFSET] - waves.qrs[:, ONSET]) * to_ms,
        qt_ms,
        qt_ms / middle_s ** (1 / 3),
        _median(waves.t[:, OFFSET] - waves.t[:, ONSET]) * to_ms,
        _rest_share(annotation, inputs, beat),
    )
    return np.array(values, dtype=np.float32)


def median_beat(annotation: Annotation, inputs: TwelveLeadInput) -> Floats:
    """The median over beats of each lead around R, `(12, 100)`; zero for absent leads and where no beat was recorded."""
    windows = _windows(annotation, inputs)
    if not windows.shape[1]:
        return np.zeros((len(windows), BEAT_SAMPLES), dtype=np.float32)
    return np.nan_to_num(nanmedian(windows, axis=1)).astype(np.float32)


def _windows(annotation: Annotation, inputs: TwelveLeadInput) -> NDArray[np.float64]:
    """Every beat of every lead, `(12, beats, 100)`, NaN beyond what was recorded."""
    r = np.rint((annotation.r_peaks / annotation.fs_hz - inputs.start_s) * FS_HZ).astype(np.int64)
    index = r[:, None] + np.arange(-BEAT_R_INDEX, BEAT_SAMPLES - BEAT_R_INDEX)
    inside = (index >= 0) & (index < SAMPLES)
    index = np.clip(index, 0, SAMPLES - 1)
    known = inside & inputs.recorded[0][:, index]
    return np.where(known, inputs.signal[0].astype(np.float64)[:, index], np.nan)


def _rest_share(annotation: Annotation, inputs: TwelveLeadInput, beat: Floats) -> float:
    """Fibrillation waves, noise and beats of another shape leave a large rest."""
    windows = _windows(annotation, inputs)[inputs.mask[0]]
    if not windows.size:
        return float("nan")
    rest = windows - beat[inputs.mask[0]][:, None, :]
    known = np.isfinite(rest)
    return float(np.sqrt(np.mean(rest[known] ** 2))) if known.any() else float("nan")


def _median(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _spread(values: NDArray[np.float64]) -> float:
    """Between the quartiles."""
    known = values[np.isfinite(values)]
    return float(np.subtract(*np.percentile(known, [75, 25]))) if known.size else float("nan")
