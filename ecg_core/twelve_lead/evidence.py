"""What is measured beside each finding, so that a clinician can see whether its probability is plausible."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ecg_core.measurements.types import Measurement
from ecg_core.rhythm.types import RhythmFact, RhythmFacts
from ecg_core.twelve_lead.types import FindingCode

LONG_PR_MS = 200.0  # Surawicz and Knilans, Chou's Electrocardiography, 6th edition


@dataclass(frozen=True)
class Evidence:
    """What was measured, in words, and whether it `fits` the finding's definition; None where it was not measured.

    What fits is no proof: a wide QRS may be either bundle branch block or neither.
    """

    text: str
    fits: bool | None


def evidence(code: FindingCode, measurements: Sequence[Measurement], rhythm: RhythmFacts) -> Evidence:
    """The measured facts that the definition of a finding rests on."""
    if code == "1AVB":
        return _pr(next(item.value for item in measurements if item.key == "pr_ms"))
    if code in ("CRBBB", "CLBBB"):
        return _compared("QRS", rhythm.wide_qrs, "wide from")
    if code == "AFIB":
        return _fibrillation(rhythm)
    if code == "SBRAD":
        return _compared("Rate", rhythm.bradycardia, "slow below")
    return _compared("Rate", rhythm.tachycardia, "fast above")


def _pr(pr_ms: float) -> Evidence:
    if math.isnan(pr_ms):
        return Evidence("PR not measured", None)
    return Evidence(f"PR {pr_ms:.0f} ms (long above {LONG_PR_MS:.0f})", pr_ms > LONG_PR_MS)


def _compared(name: str, fact: RhythmFact, limit: str) -> Evidence:
    if fact.found is None:
        return Evidence(f"{name} not measured", None)
    unit = "/min" if fact.unit == "bpm" else f" {fact.unit}"
    return Evidence(f"{name} {fact.value:.0f}{unit} ({limit} {fact.limit:.0f})", fact.found)


def _fibrillation(rhythm: RhythmFacts) -> Evidence:
    if rhythm.fibrillation.found is None:
        return Evidence("RR pattern and P waves not assessed", None)
    regularity = "irregular" if rhythm.irregular.found else "regular"
    p_percent = rhythm.no_p_waves.value
    return Evidence(f"RR {regularity}, P before {p_percent:.0f} % of beats", rhythm.fibrillation.found)
