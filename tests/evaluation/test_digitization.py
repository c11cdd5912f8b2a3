"""The scores of digitized pages against truths that were changed in one known way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.evaluation.digitization import score_page
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord

LARGEST_DB = 10 * np.log10(384)


def page(changes: dict[str, np.ndarray] | None = None) -> ECGRecord:
    """A made-up 3x4 print: every lead beats in its own shape, for 2.5 s."""
    time_s = np.arange(5000) / 500
    signal = np.full((12, 5000), np.nan)
    for row in range(12):
        beat = np.exp(-(((time_s % 0.8 - 0.3) / 0.02) ** 2)) * (1.2 - 0.2 * row)
        wave = np.exp(-(((time_s % 0.8 - 0.55) / 0.05) ** 2)) * (0.3 + 0.05 * row)
        own = 0.1 * np.sin(2 * np.pi * (1 + 0.3 * row) * time_s)
        window = slice(row // 3 * 1250, row // 3 * 1250 + 1250)
        signal[row, window] = (beat + wave + own)[window]
    for lead, line in (changes or {}).items():
        signal[STANDARD_LEADS.index(lead)] = line
    return ECGRecord(signal, 500.0, STANDARD_LEADS)


TRUTH = page()


def test_the_truth_itself_reaches_the_cap() -> None:
    score = score_page(TRUTH, TRUTH)
    assert score.snr_db == score.strict_snr_db == pytest.approx(LARGEST_DB)
    assert score.r == pytest.approx(1) and score.gain == pytest.approx(1)
    assert not score.failed and not score.missing and not score.wrong and not score.inverted
    assert sum(lead.is_good for lead in score.leads.values()) == score.n_printed == 12


@settings(deadline=None, max_examples=20)
@given(shift=st.integers(0, 90), offset_mv=st.floats(-2, 2))
def test_a_small_shift_and_an_offset_cost_nothing(shift: int, offset_mv: float) -> None:
    moved = np.concatenate([np.full((12, shift), np.nan), TRUTH.signal_mv + offset_mv], axis=1)
    score = score_page(TRUTH, TRUTH.with_signal(moved))
    assert score.snr_db > LARGEST_DB - 0.1
    assert {lead.shift_s for lead in score.leads.values()} == {shift / 500}
    assert shift < 5 or score.strict_snr_db < 20


def test_a_record_with_a_clock_of_its_own_for_each_lead_is_laid_on_its_window() -> None:
    own = np.stack([line[np.isfinite(line)] for line in TRUTH.signal_mv])
    assert score_page(TRUTH, TRUTH.with_signal(own)).snr_db == pytest.approx(LARGEST_DB)


@settings(deadline=None, max_examples=20)
@given(ratio=st.floats(0.5, 1.5))
def test_gain_is_the_slope_on_the_truth(ratio: float) -> None:
    assert score_page(TRUTH, TRUTH.with_signal(TRUTH.signal_mv * ratio)).gain == pytest.approx(
        ratio, rel=1e-4
    )


@settings(deadline=None, max_examples=10)
@given(noise_mv=st.floats(0.02, 0.2), seed=st.integers(0, 99))
def test_noise_of_known_power_gives_its_ratio(noise_mv: float, seed: int) -> None:
    noisy = TRUTH.signal_mv + np.random.default_rng(seed).normal(0, noise_mv, TRUTH.signal_mv.shape)
    expected = 10 * np.log10(np.nanmean(TRUTH.signal_mv.astype(float) ** 2) / noise_mv**2)
    assert score_page(TRUTH, TRUTH.with_signal(noisy)).snr_db == pytest.approx(expected, abs=0.5)


def test_faults_of_leads_are_named() -> None:
    signals = dict(zip(STANDARD_LEADS, TRUTH.signal_mv, strict=True))
    faulty = page(
        {
            "I": signals["II"],
            "V6": np.zeros(5000),
            "aVR": -signals["aVR"],
            "V1": np.where(np.arange(5000) < 3125, np.nan, signals["V1"]),
        }
    ).select([lead for lead in STANDARD_LEADS if lead != "V5"])
    score = score_page(TRUTH, faulty)
    assert score.missing == ("V5", "V6")
    assert score.inverted == ("aVR",)
    assert not score.leads["V1"].is_good and score.leads["V1"].cover == pytest.approx(0.5)


def test_a_lead_under_another_name_is_called_wrong() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 5000)).cumsum(axis=1)
    truth = ECGRecord(np.stack([first, second]), 500.0, ("I", "II"))
    swapped = ECGRecord(np.stack([second, first]), 500.0, ("I", "II"))
    assert score_page(truth, swapped).wrong == ("I=II", "II=I")


def test_no_answer_is_a_flat_line_of_0_db() -> None:
    failed = score_page(TRUTH, None)
    assert failed.failed and failed.snr_db == 0 and failed.n_printed == 12
    flat = score_page(TRUTH, TRUTH.with_signal(np.zeros((12, 5000), np.float32)))
    assert flat.snr_db == pytest.approx(0) and len(flat.missing) == 12


def test_records_of_another_rate_are_refused() -> None:
    with pytest.raises(ValueError, match="500 Hz, not 250"):
        score_page(TRUTH, TRUTH.with_signal(TRUTH.signal_mv, 250.0))
