"""Facts about the rhythm that decide how far an estimate from the ECG can be trusted.

How often each is found in ECGs with and without the diagnosis is in docs/quality.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, Annotation
from ecg_core.record import ECGRecord
from ecg_core.rhythm.ectopy import WIDE_MS, Ectopy, find_ectopic
from ecg_core.rhythm.pacing import SLOWEST_RATE_HZ, spike_at_onset
from ecg_core.rhythm.regularity import LEAST_RR, chaos_percent, percent_of_stretches, spread_percent
from ecg_core.rhythm.types import RhythmFact, RhythmFacts

IRREGULAR_PERCENT = 20.0  # spread of RR (10th to 90th percentile) over its median
CHAOTIC_PERCENT = (
    6.0  # usual change of RR, also from one beat to the second and third after it, over its median
)
P_PERCENT = 50.0  # of the beats
BRADYCARDIA_BPM, TACHYCARDIA_BPM = (
    60.0,
    100.0,
)  # Surawicz and Knilans, Chou's Electrocardiography, 6th edition
PACED_PERCENT = 50.0  # of the beats


def rhythm_facts(raw: ECGRecord, filtered: ECGRecord, annotation: Annotation) -> RhythmFacts:
    """All facts, from the marks of `annotation` in the `filtered` record; spikes are looked for in the `raw` one."""
    rr_s = np.diff(annotation.r_peaks) / annotation.fs_hz
    chaos = percent_of_stretches(annotation, chaos_percent, CHAOTIC_PERCENT)
    counted = (
        np.ones(annotation.n_beats, dtype=bool)
        if annotation.by_hand is None
        else ~annotation.by_hand.left_out
    )
    fibrillates = chaos[0] is True and _p_percent(annotation, counted) < P_PERCENT
    ectopy = find_ectopic(filtered, annotation, timing_counts=not fibrillates)
    usual = counted & ~ectopy.ectopic
    p_percent = _p_percent(annotation, usual)
    rate_bpm = 60.0 / float(np.median(rr_s)) if rr_s.size else float("nan")
    return RhythmFacts(
        irregular=_irregular(annotation, ectopy),
        no_p_waves=_no_p_waves(p_percent),
        fibrillation=_fibrillation(chaos, p_percent),
        wide_qrs=_wide_qrs(annotation, usual),
        bradycardia=_rate("bradycardia", rate_bpm, BRADYCARDIA_BPM, rate_bpm < BRADYCARDIA_BPM),
        tachycardia=_rate("tachycardia", rate_bpm, TACHYCARDIA_BPM, rate_bpm > TACHYCARDIA_BPM),
        paced=_paced(raw, annotation),
        ectopic_beats=_ectopic(ectopy),
        premature=ectopy.premature,
        ventricular=ectopy.ventricular,
    )


def _irregular(annotation: Annotation, ectopy: Ectopy) -> RhythmFact:
    ectopic = ectopy.ectopic
    beside = ectopic[1:] | ectopic[:-1]  # intervals before and after an ectopic beat
    kept = ~beside if (~beside).sum() >= LEAST_RR else None
    found, value = percent_of_stretches(annotation, spread_percent, IRREGULAR_PERCENT, kept)
    if found is None:
        text = f"Regularity was not assessed: it takes {LEAST_RR + 1} beats."
    else:
        word = "irregular" if found else "regular"
        text = f"The rhythm is {word}: RR intervals spread over {value:.0f} % of their median (irregular above {IRREGULAR_PERCENT:.0f} %)."
    return RhythmFact("irregular", found, text, value, IRREGULAR_PERCENT, "%")


def _p_percent(annotation: Annotation, usual: NDArray[np.bool_]) -> float:
    """Share of the usual beats with a P wave; NaN where too few beats have known waves."""
    seen = usual & ~annotation.r_only
    if seen.sum() < 3 or seen.sum() < 0.5 * usual.sum():
        return float("nan")
    return float(100 * np.isfinite(annotation.waves.p[seen, ONSET]).mean())


def _no_p_waves(p_percent: float) -> RhythmFact:
    if np.isnan(p_percent):
        return RhythmFact("no_p_waves", None, "P waves were not assessed: too few beats have known waves.")
    found = p_percent < P_PERCENT
    how_many = "No" if p_percent == 0 else "Few" if found else "There are"
    text = (
        f"{how_many} P waves{' were found' if found else ''}: before {p_percent:.0f} % of the beats"
        f" (absent below {P_PERCENT:.0f} %)."
    )
    return RhythmFact("no_p_waves", found, text, p_percent, P_PERCENT, "%")


def _fibrillation(chaos: tuple[bool | None, float], p_percent: float) -> RhythmFact:
    chaotic, value = chaos
    if chaotic is None or np.isnan(p_percent):
        text = f"Atrial fibrillation was not assessed: it takes {LEAST_RR + 1} beats with known waves."
        return RhythmFact("fibrillation", None, text)
    found = chaotic and p_percent < P_PERCENT
    text = (
        "This looks like atrial fibrillation: RR intervals without a pattern and hardly any P wave."
        if found
        else "This does not look like atrial fibrillation."
    )
    return RhythmFact("fibrillation", found, text, value, CHAOTIC_PERCENT, "%")


def _wide_qrs(annotation: Annotation, usual: NDArray[np.bool_]) -> RhythmFact:
    qrs_ms = (
        (annotation.waves.qrs[usual, OFFSET] - annotation.waves.qrs[usual, ONSET]) * 1000 / annotation.fs_hz
    )
    known = qrs_ms[np.isfinite(qrs_ms)]
    if not known.size:
        return RhythmFact("wide_qrs", None, "The width of the QRS was not assessed: no beat has a known one.")
    median_ms = float(np.median(known))
    found = median_ms >= WIDE_MS
    text = f"The QRS is {'wide' if found else 'narrow'}: {median_ms:.0f} ms (wide from {WIDE_MS:.0f} ms)."
    return RhythmFact("wide_qrs", found, text, median_ms, WIDE_MS, "ms")


def _rate(key: str, rate_bpm: float, limit_bpm: float, found: bool) -> RhythmFact:
    if np.isnan(rate_bpm):
        return RhythmFact(key, None, f"{key.capitalize()} was not assessed: it takes two beats.")
    side = "below" if key == "bradycardia" else "above"
    no = "" if found else "No "
    name = key if no else key.capitalize()
    text = f"{no}{name}: {rate_bpm:.1f} bpm ({side} {limit_bpm:.0f} bpm)."
    return RhythmFact(key, found, text, rate_bpm, limit_bpm, "bpm")


def _paced(raw: ECGRecord, annotation: Annotation) -> RhythmFact:
    spiked = spike_at_onset(raw, annotation)
    if spiked is None:
        text = f"Pacing spikes were not assessed: at {raw.fs_hz:g} Hz they do not show ({SLOWEST_RATE_HZ:.0f} Hz are needed)."
        return RhythmFact("paced", None, text)
    if not spiked.size:
        return RhythmFact("paced", None, "Pacing spikes were not assessed: there are no beats.")
    percent = float(100 * spiked.mean())
    found = percent >= PACED_PERCENT
    text = (
        f"This looks like ventricular pacing: {spiked.sum()} of {spiked.size} beats begin with a spike."
        if found
        else "No ventricular pacing spikes were found."
    )
    return RhythmFact("paced", found, text, percent, PACED_PERCENT, "%")


def _ectopic(ectopy: Ectopy) -> RhythmFact:
    n_beats, n_ectopic, n_wide = ectopy.ectopic.size, int(ectopy.ectopic.sum()), int(ectopy.ventricular.sum())
    if n_beats < 3:
        return RhythmFact("ectopic_beats", None, "Ectopic beats were not assessed: it takes three beats.")
    if not n_ectopic:
        return RhythmFact("ectopic_beats", False, "No ectopic beats were found.", 0.0, 1.0, "beats")
    verb = "is" if n_ectopic == 1 else "are"
    kind = f"{n_wide} of them ventricular-looking (wide, of another shape)" if n_wide else "none of them wide"
    text = f"{n_ectopic} of {n_beats} beats {verb} ectopic, {kind}; ectopic beats are left out of the median beat."
    return RhythmFact("ectopic_beats", True, text, float(n_ectopic), 1.0, "beats")
