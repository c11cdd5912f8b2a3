"""A clean real ECG is spoilt in one known way, and the report must name it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import QualityReport, assess_quality
from ecg_core.filtering.resample import resample
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import DIGITIZED_PAGE, ECGRecord, Source
from tests.filtering.known_ecgs import noise_stress_mv, record_of, synthetic_ecg

EXAMPLES = Path(__file__).parents[2] / "examples"
SPOILT = STANDARD_LEADS.index("V3")


def example(path: str) -> ECGRecord:
    wfdb_record = wfdb.rdrecord(str(EXAMPLES / path))
    return ECGRecord(wfdb_record.p_signal.T, wfdb_record.fs, STANDARD_LEADS)


def report_on(record: ECGRecord) -> QualityReport:
    return assess_quality(record, filter_record(record).record)


@pytest.fixture(scope="module")
def clean() -> ECGRecord:
    return example("ludb/11")


def test_a_clean_ecg_is_good(clean: ECGRecord) -> None:
    report = report_on(clean)
    assert report.grade == "good"
    assert [lead.lead for lead in report.leads] == list(STANDARD_LEADS)
    assert {lead.grade for lead in report.leads} == {"good"}
    assert report.summary == "Good signal in 12 of 12 leads"
    assert report.notes == ()


def flat(lead: np.ndarray) -> np.ndarray:
    return np.where(np.arange(lead.size) < 1500, lead[0], lead)


def flat_throughout(lead: np.ndarray) -> np.ndarray:
    return np.full_like(lead, 0.3)


def missing(lead: np.ndarray) -> np.ndarray:
    return np.where(np.arange(lead.size) < 3500, np.nan, lead)


def nearly_all_missing(lead: np.ndarray) -> np.ndarray:
    return np.where(np.arange(lead.size) < 4500, np.nan, lead)


def absent(lead: np.ndarray) -> np.ndarray:
    return np.full_like(lead, np.nan)


def clipped(lead: np.ndarray) -> np.ndarray:
    return np.clip(8 * lead, -1.5, 1.5)


def wandering(lead: np.ndarray) -> np.ndarray:
    return lead + 2 * resample(noise_stress_mv()["wander"][0], 360, 500)[: lead.size]


def muscle(lead: np.ndarray) -> np.ndarray:
    return lead + resample(noise_stress_mv()["muscle"][1], 360, 500)[: lead.size]


def much_muscle(lead: np.ndarray) -> np.ndarray:
    return lead + 2 * resample(noise_stress_mv()["muscle"][1], 360, 500)[: lead.size]


def burst(lead: np.ndarray) -> np.ndarray:
    spoilt = lead.copy()
    spoilt[2000:2500] += 0.2 * np.random.default_rng(0).standard_normal(500)
    return spoilt


def humming(lead: np.ndarray) -> np.ndarray:
    return lead + 0.05 * np.sin(2 * np.pi * 50 * np.arange(lead.size) / 500)


def tiny(lead: np.ndarray) -> np.ndarray:
    return 0.02 * lead


def huge(lead: np.ndarray) -> np.ndarray:
    return 30 * lead


def test_a_lead_of_a_page_is_judged_where_it_is_printed(clean: ECGRecord) -> None:
    signal = clean.signal_mv.copy()
    signal[:, 1250:] = np.nan
    signal[0] = clean.signal_mv[0]
    page = replace(clean, signal_mv=signal, source=Source(format=DIGITIZED_PAGE))
    report = report_on(page)
    assert {lead.grade for lead in report.leads} == {"good"}
    assert report.notes == ("2.5 to 10.0 s of each lead are printed",)
    torn = signal.copy()
    torn[1, 600:700] = np.nan
    assert report_on(page.with_signal(torn)).leads[1].reasons[0] == "8% missing"


@pytest.mark.parametrize(
    ("spoil", "grade", "reason"),
    [
        (flat, "fair", "flat for 3.0 s"),
        (flat_throughout, "poor", "flat for 10.0 s"),
        (missing, "fair", "70% missing"),
        (nearly_all_missing, "poor", "only 1.0 s recorded"),
        (absent, "poor", "nothing recorded"),
        (clipped, "poor", "clipped"),
        (wandering, "poor", "large baseline wander"),
        (muscle, "fair", "muscle noise"),
        (much_muscle, "poor", "muscle noise"),
        (burst, "fair", "a burst of noise"),
        (humming, "fair", "mains interference"),
        (tiny, "poor", "no beats to be seen (less than 0.1 mV)"),
        (huge, "poor", "implausibly large (more than 10 mV: is the unit right?)"),
    ],
)
def test_what_is_wrong_with_a_lead_is_named(
    clean: ECGRecord, spoil: Callable[[np.ndarray], np.ndarray], grade: str, reason: str
) -> None:
    signal = clean.signal_mv.copy()
    signal[SPOILT] = spoil(signal[SPOILT])
    report = report_on(clean.with_signal(signal))
    assert report.leads[SPOILT].grade == grade
    assert reason in report.leads[SPOILT].reasons
    assert f"{reason} in V3" in report.summary
    assert report.summary.startswith("Good signal in 11 of 12 leads; ")
    assert {lead.grade for lead in report.leads if lead.lead != "V3"} == {"good"}


@pytest.mark.parametrize(
    ("poor_leads", "grade"), [(0, "good"), (1, "fair"), (3, "fair"), (4, "poor"), (12, "poor")]
)
def test_the_grade_of_the_record(clean: ECGRecord, poor_leads: int, grade: str) -> None:
    signal = clean.signal_mv.copy()
    signal[:poor_leads] = 0.0
    assert report_on(clean.with_signal(signal)).grade == grade


def test_many_leads_are_counted_and_not_listed(clean: ECGRecord) -> None:
    signal = clean.signal_mv.copy()
    signal[:5] = 0.0
    assert (
        report_on(clean.with_signal(signal)).summary
        == "Good signal in 7 of 12 leads; flat for 10.0 s in 5 leads"
    )


def test_wander_is_seen_whatever_the_filter_was_told(clean: ECGRecord) -> None:
    signal = clean.signal_mv.copy()
    signal[SPOILT] = wandering(signal[SPOILT])
    spoilt = clean.with_signal(signal)
    assert "large baseline wander" in assess_quality(spoilt, spoilt).leads[SPOILT].reasons


@pytest.mark.parametrize(
    "path", ["ludb/11", "ptbxl/00185_hr", "ptbxl/00337_hr", "ptbxl/00338_hr", "ptbxl/00455_hr"]
)
def test_electrodes_in_place_raise_no_suspicion(path: str) -> None:
    assert report_on(example(path)).notes == ()


def test_of_a_long_recording_the_middle_is_judged() -> None:
    beats = np.tile(synthetic_ecg(70, 100, duration_s=60).signal_mv, 7)
    beats[:, :4000] = 0.0
    report = report_on(record_of(beats, 100))
    assert report.grade == "good"
    assert report.notes == ("Judged from 5 minutes in the middle of the recording",)


def test_any_lead_names_and_numbers(clean: ECGRecord) -> None:
    one = replace(clean.select(["V5"]), leads=("ECG1",))
    assert report_on(one).summary == "Good signal in 1 of 1 lead"
