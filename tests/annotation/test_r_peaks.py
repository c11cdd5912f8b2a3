from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.annotation.rpeaks import find_r_peaks, reference_leads
from ecg_core.record import ECGRecord
from tests.annotation.annotated_ecgs import (
    FIBRILLATION,
    SINUS,
    VENTRICULAR,
    at_rate,
    filtered_ecg,
    manual_marks,
    missed_and_extra,
    with_samples,
)

NEAR_S = 0.06


@cache
def ecg(name: str) -> ECGRecord:
    return filtered_ecg(name)


def true_r(name: str) -> np.ndarray:
    return manual_marks(name, "II", "QRS")[:, 1]


@pytest.mark.parametrize("name", [SINUS, FIBRILLATION, VENTRICULAR])
@pytest.mark.parametrize("leads", [None, ["II"], ["V1"], ["II", "V5"]])
def test_every_marked_beat_is_found_and_no_other(name: str, leads: list[str] | None) -> None:
    record = ecg(name) if leads is None else ecg(name).select(leads)
    assert missed_and_extra(find_r_peaks(record), true_r(name), NEAR_S * 500) == (0, 0)


@pytest.mark.parametrize("fs_hz", [50.0, 100.0, 257.0, 360.0, 1000.0, 2000.0])
def test_the_sampling_rate_does_not_matter(fs_hz: float) -> None:
    at_500 = find_r_peaks(ecg(VENTRICULAR)) / 500
    other = find_r_peaks(at_rate(ecg(VENTRICULAR), fs_hz)) / fs_hz
    assert other == pytest.approx(at_500, abs=max(0.01, 1.5 / fs_hz))  # a broad summit may move


def test_r_is_the_summit_of_the_reference_lead() -> None:
    record = ecg(SINUS)
    peaks = find_r_peaks(record)
    assert reference_leads(record, peaks)[0] == ("II", 1.0)
    around = record.lead_mv("II")[peaks[:, None] + np.arange(-20, 21)]
    assert (around.argmax(axis=1) == 20).all()


def test_a_low_lead_ii_is_not_the_reference() -> None:
    record = ecg(SINUS)
    signal = record.signal_mv.copy()
    signal[record.leads.index("II")] *= 0.02
    assert reference_leads(record.with_signal(signal), find_r_peaks(record))[0][0] != "II"


@settings(max_examples=8, deadline=None)
@given(gain=st.floats(0.2, 8.0), flipped=st.lists(st.booleans(), min_size=12, max_size=12))
def test_gain_leaves_the_peaks_and_polarity_leaves_the_beats(gain: float, flipped: list[bool]) -> None:
    record = ecg(VENTRICULAR)
    peaks = find_r_peaks(record)
    assert np.array_equal(find_r_peaks(record.with_signal(record.signal_mv * np.float32(gain))), peaks)
    signs = np.where(flipped, -1, 1).astype(np.float32)[:, None]
    turned = find_r_peaks(record.with_signal(record.signal_mv * signs))
    assert turned == pytest.approx(peaks, abs=NEAR_S * 500)


def test_bad_leads_are_outvoted() -> None:
    record = ecg(SINUS)
    signal = record.signal_mv.copy()
    signal[::3] += np.random.default_rng(1).normal(0, 0.5, signal[::3].shape).astype(np.float32)
    signal[1] = 0.0
    signal[4] = np.nan
    assert missed_and_extra(find_r_peaks(record.with_signal(signal)), true_r(SINUS), NEAR_S * 500) == (0, 0)


def test_beats_are_found_on_both_sides_of_a_gap_and_none_in_it() -> None:
    record = ecg(SINUS)
    signal = record.signal_mv.copy()
    signal[:, 2200:3100] = np.nan
    found = find_r_peaks(record.with_signal(signal))
    assert not ((found >= 2200) & (found < 3100)).any()
    whole = find_r_peaks(record)
    assert np.array_equal(found, whole[(whole < 2200) | (whole >= 3100)])


def test_a_printed_page_with_a_quarter_of_each_lead_is_enough() -> None:
    record = ecg(VENTRICULAR)
    signal = np.full_like(record.signal_mv, np.nan)
    for column in range(4):
        part = np.s_[3 * column : 3 * column + 3, 1250 * column : 1250 * (column + 1)]
        signal[part] = record.signal_mv[part]
    found = find_r_peaks(record.with_signal(signal))
    assert missed_and_extra(found, true_r(VENTRICULAR), NEAR_S * 500) == (0, 0)


def test_two_seconds_are_enough() -> None:
    truth = true_r(VENTRICULAR)
    part = with_samples(ecg(VENTRICULAR), 1500, 2500)
    inside = truth[(truth > 1550) & (truth < 2450)] - 1500
    assert missed_and_extra(find_r_peaks(part), inside, NEAR_S * 500) == (0, 0)


def test_long_records_are_worked_through_in_blocks_without_a_seam() -> None:
    record = ecg(SINUS)
    long = record.with_signal(np.tile(record.signal_mv, (1, 30)))
    peaks = find_r_peaks(long)
    inner = find_r_peaks(record)[2:-2]
    expected = np.concatenate([inner + 5000 * copy for copy in range(30)])
    assert np.isin(expected, peaks).all()
    assert (np.diff(peaks) > 0).all()


@pytest.mark.parametrize("n_leads", [1, 2, 12])
@pytest.mark.parametrize(
    "signal",
    [
        np.zeros(5000),
        np.full(5000, np.nan),
        np.random.default_rng(0).normal(0, 0.05, 5000),
        0.2 * np.sin(np.arange(5000) * 2 * np.pi / 10),
    ],
    ids=["flat", "missing", "noise", "mains"],
)
def test_what_is_no_ecg_has_no_beats(signal: np.ndarray, n_leads: int) -> None:
    record = ECGRecord(np.tile(signal, (n_leads, 1)), 500.0, ecg(SINUS).leads[:n_leads])
    assert find_r_peaks(record).size == 0


@pytest.mark.parametrize("n_samples", [0, 1, 60, 300])
def test_a_scrap_of_signal_does_no_harm(n_samples: int) -> None:
    found = find_r_peaks(with_samples(ecg(SINUS), 0, n_samples))
    assert found.size <= 1 and (found < n_samples).all()
