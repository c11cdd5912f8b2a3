"""Signs of slowed conduction: wide QRS, slow rate, long PR, lost P, junctional rhythm."""

from __future__ import annotations

import math

import numpy as np

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.methods import FALLBACK_METHOD
from ecg_core.annotation.types import PEAK
from ecg_core.record import ECGRecord
from ecg_core.rhythm.types import RhythmFacts
from ecg_core.rules.lead_values import Values
from ecg_core.rules.types import Rule, Sign

_DURFEY = "Durfey et al., West J Emerg Med 2017;18:963 (188 patients with K from 6.5 mEq/L)"

WIDE_QRS = Rule(
    "wide_qrs",
    "Wide QRS",
    120.0,
    "ms",
    "120 ms or more",
    "high",
    f"Surawicz et al., AHA/ACCF/HRS 2009 III; comes before harm (relative risk 4.7): {_DURFEY}",
    "bundle branch block, pacing, drugs that block sodium channels",
)
SLOW_RATE = Rule(
    "slow_rate",
    "Rate below 50",
    50.0,
    "bpm",
    "below 50 bpm",
    "high",
    f"comes before harm (relative risk 12.3): {_DURFEY}",
    "trained hearts, sleep, beta blockers, conduction disease",
)
LONG_PR = Rule(
    "first_degree_block",
    "First-degree AV block",
    200.0,
    "ms",
    "PR above 200 ms",
    "high",
    "Kusumoto et al., ACC/AHA/HRS 2018; 18.4 % above 7 mEq/L v 7.1 % at normal potassium: Varga et al., BMC Emerg Med 2019;19:33",
    "age, drugs that slow conduction; slightly longer in low potassium, too",
)
ABSENT_P = Rule(
    "absent_p",
    "Absent P waves",
    50.0,
    "%",
    "before less than 50 % of the beats",
    "high",
    "Surawicz, Am Heart J 1967;73:814; the share is this project's",
    "atrial fibrillation, P hidden in the T wave before it",
)
JUNCTIONAL = Rule(
    "junctional",
    "Junctional-looking rhythm",
    10.0,
    "%",
    "regular up to 100 bpm with P before less than 10 % of the beats and nothing small that repeats there, not paced",
    "high",
    f"comes before harm (relative risk 7.5): {_DURFEY}; the limits are this project's",
    "sinus rhythm with P hidden in the T wave before it (long PR), atrial flutter",
)
FASTEST_JUNCTIONAL_BPM = 100.0
SECOND_LOOK_S = 60.0  # enough to see whether something comes again before the QRS

_UNKNOWN_WAVES = "too few beats have known waves"


def conduction_signs(values: Values, rhythm: RhythmFacts, filtered: ECGRecord) -> tuple[Sign, ...]:
    """All signs of this file, from the measurements by key and the facts about the rhythm of a filtered record."""
    return (
        _wide_qrs(rhythm),
        _slow_rate(rhythm),
        _junctional(rhythm, filtered),
        _absent_p(rhythm),
        _long_pr(values, rhythm),
    )


def _wide_qrs(rhythm: RhythmFacts) -> Sign:
    qrs_ms = rhythm.wide_qrs.value
    if math.isnan(qrs_ms):
        return Sign(WIDE_QRS, None, "The width of the QRS could not be measured: no beat has a known one.")
    wide = qrs_ms >= WIDE_QRS.limit
    why = "; the ventricles look paced, which widens it" if wide and rhythm.paced.found else ""
    return Sign(WIDE_QRS, wide, f"The usual QRS lasts {qrs_ms:.0f} ms{why}.", qrs_ms, danger=wide)


def _slow_rate(rhythm: RhythmFacts) -> Sign:
    rate_bpm = rhythm.bradycardia.value
    if math.isnan(rate_bpm):
        return Sign(SLOW_RATE, None, "The rate could not be measured: it takes two beats.")
    slow = rate_bpm < SLOW_RATE.limit
    return Sign(SLOW_RATE, slow, f"The median rate is {rate_bpm:.0f} bpm.", rate_bpm, danger=slow)


def _absent_p(rhythm: RhythmFacts) -> Sign:
    p_percent = rhythm.no_p_waves.value
    if math.isnan(p_percent):
        return Sign(ABSENT_P, None, f"P waves could not be judged: {_UNKNOWN_WAVES}.")
    text = f"P waves were found before {p_percent:.0f} % of the beats."
    if rhythm.fibrillation.found:
        text += " The rhythm looks like atrial fibrillation, which has none whatever potassium is."
    return Sign(ABSENT_P, p_percent < ABSENT_P.limit, text, p_percent)


def _junctional(rhythm: RhythmFacts, filtered: ECGRecord) -> Sign:
    p_percent, rate_bpm = rhythm.no_p_waves.value, rhythm.bradycardia.value
    if math.isnan(p_percent) or rhythm.irregular.found is None:
        return Sign(
            JUNCTIONAL, None, "A junctional rhythm could not be judged: it takes six beats with known waves."
        )
    if rhythm.paced.found:
        return Sign(
            JUNCTIONAL, None, "A junctional rhythm could not be judged: the ventricles look paced.", p_percent
        )
    regular = not rhythm.irregular.found
    found = regular and p_percent < JUNCTIONAL.limit and rate_bpm <= FASTEST_JUNCTIONAL_BPM
    if found and (small_percent := _small_p_percent(filtered)) >= ABSENT_P.limit:
        return Sign(
            JUNCTIONAL,
            None,
            f"A junctional rhythm could not be judged: regular at {rate_bpm:.0f} bpm with P waves before {p_percent:.0f} % of the "
            f"beats, but something small comes before {small_percent:.0f} % of them again and again. Look for P waves.",
            p_percent,
        )
    width = "wide" if rhythm.wide_qrs.found else "narrow"
    text = (
        f"The rhythm is {'regular' if regular else 'irregular'} at {rate_bpm:.0f} bpm with P before {p_percent:.0f} %"
        f" of the beats{f' and a {width} QRS' if found else ''}."
    )
    return Sign(JUNCTIONAL, found, text, p_percent, danger=found)


def _small_p_percent(filtered: ECGRecord) -> float:
    """Share of beats before which the method by rules sees what repeats from beat to beat; it misses fewer P waves of 0.03 mV."""
    beginning = filtered.signal_mv[:, : round(SECOND_LOOK_S * filtered.fs_hz)]
    waves = annotate(filtered.with_signal(beginning), FALLBACK_METHOD).waves
    found = np.isfinite(waves.p[:, PEAK])
    return 100.0 * float(found.mean()) if found.size else 0.0


def _long_pr(values: Values, rhythm: RhythmFacts) -> Sign:
    pr_ms = values.get("pr_ms", math.nan)
    if math.isnan(pr_ms):
        why = "no P waves were found" if rhythm.no_p_waves.found else _UNKNOWN_WAVES
        return Sign(LONG_PR, None, f"PR could not be measured: {why}.")
    return Sign(LONG_PR, pr_ms > LONG_PR.limit, f"PR lasts {pr_ms:.0f} ms.", pr_ms)
