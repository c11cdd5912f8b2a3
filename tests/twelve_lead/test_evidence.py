from dataclasses import replace

import numpy as np
import pytest

from ecg_core.measurements.types import Measurement
from ecg_core.rhythm.types import RhythmFact, RhythmFacts
from ecg_core.twelve_lead.evidence import evidence
from ecg_core.twelve_lead.types import FindingCode

NAN = float("nan")
NONE = np.zeros(0, dtype=bool)


def rhythm(rate_bpm: float = 72.0, qrs_ms: float = 96.0) -> RhythmFacts:
    """A regular rhythm with P waves."""
    return RhythmFacts(
        irregular=RhythmFact("irregular", False, "", 4.0, 20.0, "%"),
        no_p_waves=RhythmFact("no_p_waves", False, "", 100.0, 50.0, "%"),
        fibrillation=RhythmFact("fibrillation", False, "", 2.0, 6.0, "%"),
        wide_qrs=RhythmFact("wide_qrs", qrs_ms >= 120, "", qrs_ms, 120.0, "ms"),
        bradycardia=RhythmFact("bradycardia", rate_bpm < 60, "", rate_bpm, 60.0, "bpm"),
        tachycardia=RhythmFact("tachycardia", rate_bpm > 100, "", rate_bpm, 100.0, "bpm"),
        paced=RhythmFact("paced", None, ""),
        ectopic_beats=RhythmFact("ectopic_beats", False, ""),
        premature=NONE,
        ventricular=NONE,
    )


def pr(value_ms: float) -> tuple[Measurement, ...]:
    return (Measurement("PR interval", "pr_ms", "ms", value_ms, NAN, NAN, 8),)


@pytest.mark.parametrize(
    ("code", "text", "fits"),
    [
        ("1AVB", "PR 214 ms (long above 200)", True),
        ("CRBBB", "QRS 131 ms (wide from 120)", True),
        ("CLBBB", "QRS 131 ms (wide from 120)", True),
        ("SBRAD", "Rate 47/min (slow below 60)", True),
        ("STACH", "Rate 47/min (fast above 100)", False),
        ("AFIB", "RR regular, P before 100 % of beats", False),
    ],
)
def test_each_finding_has_the_facts_of_its_definition(code: FindingCode, text: str, fits: bool) -> None:
    said = evidence(code, pr(214.0), rhythm(rate_bpm=47.0, qrs_ms=131.0))
    assert (said.text, said.fits) == (text, fits)


def test_the_limit_of_pr_itself_is_not_long() -> None:
    assert evidence("1AVB", pr(200.0), rhythm()).fits is False


@pytest.mark.parametrize("code", ["1AVB", "CRBBB", "SBRAD", "STACH", "AFIB"])
def test_what_was_not_measured_neither_fits_nor_contradicts(code: FindingCode) -> None:
    unknown = rhythm()
    for name in ("wide_qrs", "bradycardia", "tachycardia", "fibrillation"):
        unknown = replace(unknown, **{name: RhythmFact(name, None, "Not assessed.")})
    said = evidence(code, pr(NAN), unknown)
    assert said.fits is None
    assert "not" in said.text
