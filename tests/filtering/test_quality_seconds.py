"""Single seconds of a clean real lead are spoilt; they, and they alone, must be named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.filtering.quality_seconds import (
    FAIR,
    GOOD,
    POOR,
    Defect,
    SecondsQuality,
    blank_seconds,
    judge_seconds,
)
from ecg_core.filtering.resample import resample
from ecg_core.readers import open_ecg
from ecg_core.record import DIGITIZED_PAGE, ECGRecord, Source
from tests.filtering.known_ecgs import synthetic_ecg

EXAMPLES = Path(__file__).parents[2] / "examples"
FS_HZ = 500
SPOILT = 8  # V3
FROM_S, TO_S = 4, 7

Spoil = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def clean() -> ECGRecord:
    return open_ecg(EXAMPLES / "ludb" / "11.hea")


def judged(record: ECGRecord) -> SecondsQuality:
    return judge_seconds(record, filter_record(record).record)


def spoilt(record: ECGRecord, spoil: Spoil, start_s: float = FROM_S, stop_s: float = TO_S) -> ECGRecord:
    signal = record.signal_mv.copy()
    part = slice(round(start_s * record.fs_hz), round(stop_s * record.fs_hz))
    signal[SPOILT, part] = spoil(signal[SPOILT, part])
    return record.with_signal(signal)


def missing(part: np.ndarray) -> np.ndarray:
    return np.full_like(part, np.nan)


def rail(part: np.ndarray) -> np.ndarray:
    return np.full_like(part, 20.0)


def jumping(part: np.ndarray) -> np.ndarray:
    """Plus and minus 20 mV by turns, ten times a second."""
    return part + 20 * np.sign(np.sin(2 * np.pi * 5 * np.arange(part.size) / FS_HZ + 0.1))


def flat(part: np.ndarray) -> np.ndarray:
    return np.full_like(part, part[0])


def muscle(part: np.ndarray) -> np.ndarray:
    return part + 0.1 * np.random.default_rng(0).standard_normal(part.size)


def humming(part: np.ndarray) -> np.ndarray:
    return part + 0.1 * np.sin(2 * np.pi * 50 * np.arange(part.size) / FS_HZ)


def drifting(part: np.ndarray) -> np.ndarray:
    return part + 1.5 * np.sin(2 * np.pi * 0.4 * np.arange(part.size) / FS_HZ)


def test_a_clean_ecg_is_good_in_every_second(clean: ECGRecord) -> None:
    quality = judged(clean)
    assert quality.grades.shape == (12, 10)
    assert (quality.grades == GOOD).all()
    assert quality.phrase() == ""
    assert quality.usable("V3").all()


@pytest.mark.parametrize(
    ("spoil", "defect", "phrase", "grade"),
    [
        (missing, Defect.MISSING, "V3 not recorded from 4 to 7 s", POOR),
        (rail, Defect.ELECTRODE_OFF, "V3 electrode off from 4 to 7 s", POOR),
        (jumping, Defect.ELECTRODE_OFF, "V3 electrode off from 4 to 7 s", POOR),
        (flat, Defect.FLAT, "V3 flat from 4 to 7 s", POOR),
        (muscle, Defect.MUSCLE, "V3 muscle noise from 4 to 7 s", POOR),
        (humming, Defect.MAINS, "V3 mains interference from 4 to 7 s", FAIR),
    ],
)
def test_the_seconds_that_are_spoilt_are_named(
    clean: ECGRecord, spoil: Spoil, defect: Defect, phrase: str, grade: int
) -> None:
    quality = judged(spoilt(clean, spoil))
    assert np.flatnonzero(quality.where(defect)[SPOILT]).tolist() == [4, 5, 6]
    assert quality.phrase(most=1).startswith(phrase)
    assert (quality.grades[SPOILT, FROM_S:TO_S] == grade).all()
    assert quality.usable("V3")[FROM_S:TO_S].any() == (grade != POOR)
    others = np.delete(quality.grades, SPOILT, axis=0)
    assert (others == GOOD).all()


def test_drift_is_seen_where_the_baseline_moves(clean: ECGRecord) -> None:
    quality = judged(spoilt(clean, drifting, 0, 10))
    assert quality.where(Defect.DRIFT)[SPOILT].sum() >= 5
    assert not np.delete(quality.where(Defect.DRIFT), SPOILT, axis=0).any()


def test_clipped_seconds_are_those_at_the_rails(clean: ECGRecord) -> None:
    quality = judged(spoilt(clean, lambda part: np.clip(8 * part, -1.5, 1.5)))
    seconds = np.flatnonzero(quality.where(Defect.CLIPPED)[SPOILT])
    assert seconds.size
    assert set(seconds) <= {4, 5, 6}


def test_a_lead_that_is_large_throughout_has_another_scale(clean: ECGRecord) -> None:
    quality = judged(spoilt(clean, lambda part: 30 * part, 0, 10))
    assert quality.reasons("V3", 2) == ("implausibly large",)
    assert not quality.where(Defect.ELECTRODE_OFF).any()
    assert quality.phrase() == "V3 implausibly large throughout"


def test_a_step_is_an_electrode_that_came_off(clean: ECGRecord) -> None:
    quality = judged(spoilt(clean, lambda part: part + 8.0, 6.5, 10))
    assert quality.where(Defect.ELECTRODE_OFF)[SPOILT, 6:].all()
    assert not quality.where(Defect.ELECTRODE_OFF)[SPOILT, :6].any()


def test_what_else_is_wrong_is_judged_where_the_electrode_was_on(clean: ECGRecord) -> None:
    ecg = spoilt(clean, jumping)
    report = assess_quality(ecg, filter_record(ecg).record)
    assert report.leads[SPOILT].reasons[0] == "electrode off for 3 s"
    assert "implausibly large (more than 10 mV: is the unit right?)" not in report.leads[SPOILT].reasons
    assert {lead.grade for lead in report.leads if lead.lead != "V3"} == {"good"}


def test_many_stretches_and_leads_are_counted(clean: ECGRecord) -> None:
    signal = clean.signal_mv.copy()
    signal[:, 500:1000] = np.nan
    signal[:, 2000:2500] = np.nan
    assert judged(clean.with_signal(signal)).phrase() == "12 leads not recorded in 2 of 10 s"


def test_a_page_is_judged_where_it_is_printed(clean: ECGRecord) -> None:
    signal = clean.signal_mv.copy()
    signal[SPOILT, :2500] = np.nan
    page = replace(clean, signal_mv=signal, source=Source(format=DIGITIZED_PAGE))
    quality = judged(page)
    assert quality.phrase() == ""
    assert quality.usable("V3").tolist() == 5 * [False] + 5 * [True]
    assert judged(replace(page, source=Source())).phrase() == "V3 not recorded from 0 to 5 s"


def test_seconds_in_which_a_page_begins_or_ends_to_show_a_lead_are_no_defect(clean: ECGRecord) -> None:
    signal = clean.signal_mv.copy()
    start, stop = round(2.7 * clean.fs_hz), round(6.4 * clean.fs_hz)
    signal[SPOILT, :start] = signal[SPOILT, stop:] = np.nan
    quality = judged(replace(clean, signal_mv=signal, source=Source(format=DIGITIZED_PAGE)))
    assert quality.phrase() == ""
    signal[SPOILT, round(4.2 * clean.fs_hz) : round(4.8 * clean.fs_hz)] = np.nan
    torn = judged(replace(clean, signal_mv=signal, source=Source(format=DIGITIZED_PAGE)))
    assert torn.phrase() == "V3 not recorded from 4 to 5 s"


@pytest.mark.parametrize("fs_hz", [100.0, 257.3, 1000.0])
def test_any_rate_gives_the_same_seconds(clean: ECGRecord, fs_hz: float) -> None:
    ecg = spoilt(clean, jumping)
    other = ecg.with_signal(resample(ecg.signal_mv, ecg.fs_hz, fs_hz), fs_hz)
    seconds = np.flatnonzero(judged(other).where(Defect.ELECTRODE_OFF)[SPOILT])
    assert set(seconds) - {3, 7} == {4, 5, 6}  # resampling may smear an edge over the full second


def test_blocks_leave_no_seam() -> None:
    """Longer than a block: the same stretch again gives the same seconds, wherever it lies."""
    minute = synthetic_ecg(70, 100, duration_s=60).signal_mv
    signal = np.tile(minute, 4) + 0.01 * np.random.default_rng(0).standard_normal(24_000)
    signal[:, 11_800:12_200] = signal[0, 11_800]
    record = ECGRecord(signal, 100.0, ("II",))
    quality = judge_seconds(record, record)
    assert np.flatnonzero(quality.where(Defect.FLAT)[0]).tolist() == [118, 119, 120, 121]
    assert quality.phrase() == "II flat from 118 to 2:02"
    assert np.flatnonzero(quality.defects[0]).tolist() == [118, 119, 120, 121]


def test_a_part_of_a_second_at_the_end_counts(clean: ECGRecord) -> None:
    signal = clean.signal_mv[:, :4750].copy()
    signal[SPOILT, 4300:] = np.nan
    quality = judged(clean.with_signal(signal))
    assert quality.grades.shape == (12, 10)
    assert quality.grades[SPOILT, 9] == POOR
    assert quality.stretches()[-1].stop_s == 9.5


def test_nothing_is_blanked_but_the_seconds_given(clean: ECGRecord) -> None:
    seconds = np.zeros((12, 10), dtype=bool)
    assert blank_seconds(clean, seconds) is clean
    seconds[SPOILT, 3] = True
    blank = np.isnan(blank_seconds(clean, seconds).signal_mv)
    assert blank[SPOILT, 1500:2000].all()
    assert blank.sum() == 500


@settings(max_examples=25, deadline=None)
@given(
    n_leads=st.integers(1, 3),
    n_samples=st.integers(100, 900),
    fs_hz=st.floats(50, 600),
    scale=st.floats(0, 30),
    gap=st.tuples(st.integers(0, 900), st.integers(0, 900)),
    seed=st.integers(0, 99),
)
def test_whatever_comes_every_second_gets_a_grade(
    n_leads: int, n_samples: int, fs_hz: float, scale: float, gap: tuple[int, int], seed: int
) -> None:
    signal = scale * np.random.default_rng(seed).standard_normal((n_leads, n_samples))
    signal[:, min(gap) : max(gap)] = np.nan
    record = ECGRecord(signal, fs_hz, tuple(f"lead {row}" for row in range(n_leads)))
    quality = judge_seconds(record, record)
    assert quality.grades.shape == (n_leads, max(1, int(np.ceil(n_samples / fs_hz - 1e-6))))
    assert np.array_equal(quality.unusable & ~quality.defects, np.zeros_like(quality.defects))
    assert np.array_equal(quality.grades == POOR, ~np.stack([quality.usable(lead) for lead in record.leads]))
    assert judge_seconds(record, record) == quality
