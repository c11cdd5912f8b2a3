import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecg_core.annotation.types import CYCLE_R_INDEX, CYCLE_SAMPLES, Cycles
from ecg_core.inference.inputs import (
    CROP_SAMPLES,
    crop_input,
    crop_starts,
    cycle_input,
    median_beat_input,
    zscore,
)
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord

NAN = np.float32(np.nan)


def cycles_of(*shares: float, lead: str = "II") -> dict[str, Cycles]:
    """One cycle per share: that much of it recorded, from the start on."""
    beats = np.tile(np.sin(np.arange(CYCLE_SAMPLES) / 20).astype(np.float32), (len(shares), 1))
    for beat, share in zip(beats, shares, strict=True):
        beat[round(share * CYCLE_SAMPLES) :] = NAN
    median = beats[0] if len(shares) else np.full(CYCLE_SAMPLES, NAN)
    return {lead: Cycles(lead, beats, median, np.ones(len(shares), dtype=bool))}


def ramp(n_samples: int, fs_hz: float = 500.0, leads: tuple[str, ...] = STANDARD_LEADS) -> ECGRecord:
    """Lead i rises by one every second, from i on."""
    signal = np.arange(n_samples) / fs_hz + np.arange(len(leads))[:, None]
    return ECGRecord(signal.astype(np.float32), fs_hz, leads)


@given(arrays(np.float32, (3, 60), elements=st.floats(-5, 5, width=32)), st.integers(0, 30))
def test_zscores_have_mean_0_and_sd_1_over_what_was_recorded(signal: np.ndarray, n_missing: int) -> None:
    signal[:, 60 - n_missing :] = np.nan
    scaled = zscore(signal)
    assert scaled.dtype == np.float32 and np.isfinite(scaled).all()
    assert (scaled[:, 60 - n_missing :] == 0).all()
    for row, scaled_row in zip(signal[:, : 60 - n_missing], scaled[:, : 60 - n_missing], strict=True):
        if np.ptp(row) > 1e-2:
            assert scaled_row.mean() == pytest.approx(0, abs=1e-3)
            assert scaled_row.std() == pytest.approx(1, abs=1e-3)
        if np.ptp(row) == 0:
            assert np.abs(scaled_row).max() < 1e-3


def test_cycles_are_scored_and_padded_where_the_beat_ended() -> None:
    seen = cycle_input(cycles_of(1.0, 0.6))
    assert seen is not None
    assert seen.signal.shape == (2, 1, 512) and seen.unit == "z-score" and seen.fs_hz == 500
    assert (seen.signal[1, 0, 308:] == 0).all() and (seen.signal[1, 0, :300] != 0).any()
    assert seen.description == "2 cycles of lead II"


def test_cycles_that_are_mostly_cut_off_are_left_out() -> None:
    seen = cycle_input(cycles_of(0.29, 0.31))
    assert seen is not None and len(seen.signal) == 1
    assert cycle_input(cycles_of(0.2, 0.1)) is None
    assert cycle_input(cycles_of()) is None


def test_no_such_lead_no_cycles() -> None:
    assert cycle_input(cycles_of(1.0, lead="V5")) is None


def test_median_beats_stay_in_millivolts_in_the_order_of_the_leads() -> None:
    cycles = cycles_of(1.0, lead="V5") | cycles_of(0.5, lead="II")
    seen = median_beat_input(cycles, ("II", "V5"))
    assert seen is not None and seen.signal.shape == (1, 2, 512) and seen.unit == "mV"
    assert np.array_equal(seen.signal[0, 1], cycles["V5"].median_mv)
    assert (seen.signal[0, 0, 256:] == 0).all()
    assert seen.signal[0, 0, CYCLE_R_INDEX] == cycles["II"].median_mv[CYCLE_R_INDEX]


def test_both_leads_of_a_median_beat_are_needed() -> None:
    assert median_beat_input(cycles_of(1.0), ("II", "V5")) is None
    assert median_beat_input(cycles_of(1.0) | cycles_of(0.2, lead="V5"), ("II", "V5")) is None


def test_a_lead_that_may_be_absent_is_zero_and_named() -> None:
    cycles = cycles_of(1.0) | cycles_of(0.2, lead="V5")
    seen = median_beat_input(cycles, ("I", "II", "V5"), min_leads=1)
    assert seen is not None and seen.absent == ("I", "V5") and list(seen.present) == [False, True, False]
    assert (seen.signal[0, [0, 2]] == 0).all() and (seen.signal[0, 1] != 0).any()
    assert seen.description == "median beat of lead II"
    assert median_beat_input(cycles, ("I", "II", "V5"), min_leads=2) is None


@given(st.integers(CROP_SAMPLES, 20_000))
def test_crops_lie_inside_spread_evenly_and_do_not_overlap(n_samples: int) -> None:
    starts = crop_starts(n_samples)
    assert 1 <= len(starts) <= 2
    assert starts[0] == 0 and starts[-1] <= n_samples - CROP_SAMPLES
    assert (np.diff(starts) >= CROP_SAMPLES).all()
    if len(starts) > 1:
        assert starts[-1] == n_samples - CROP_SAMPLES


def test_ten_seconds_give_two_crops_of_the_signal_as_it_is() -> None:
    record = ramp(5000)
    seen = crop_input(record, STANDARD_LEADS)
    assert seen is not None and seen.signal.shape == (2, 12, 1024) and seen.unit == "mV"
    for crop, start in zip(seen.signal, crop_starts(5000), strict=True):
        assert np.array_equal(crop, record.signal_mv[:, start : start + 1024])


def test_absent_leads_are_zeros_and_leads_find_their_row() -> None:
    record = ramp(2000, leads=("V1", "II"))
    seen = crop_input(record, STANDARD_LEADS)
    assert seen is not None
    assert np.array_equal(seen.signal[0, STANDARD_LEADS.index("II")], record.lead_mv("II")[:1024])
    assert np.array_equal(seen.signal[0, STANDARD_LEADS.index("V1")], record.lead_mv("V1")[:1024])
    others = [i for i, lead in enumerate(STANDARD_LEADS) if lead not in record.leads]
    assert not seen.signal[:, others].any()
    assert seen.description == "1 crop of 2.05 s of 2 leads"


@pytest.mark.parametrize("fs_hz", [100.0, 1000.0])
def test_crops_are_taken_at_500_hz_whatever_the_rate(fs_hz: float) -> None:
    seen = crop_input(ramp(round(10 * fs_hz), fs_hz), STANDARD_LEADS)
    expected = crop_input(ramp(5000), STANDARD_LEADS)
    assert seen is not None and expected is not None and seen.signal.shape == expected.signal.shape
    np.testing.assert_allclose(seen.signal[1], expected.signal[1], atol=0.05)


def test_blank_crops_are_left_out_and_short_gaps_are_zeros() -> None:
    signal = ramp(5000).signal_mv.copy() + 1
    signal[:, 0:1000] = np.nan
    signal[:, 4900:] = np.nan
    seen = crop_input(ramp(5000).with_signal(signal), STANDARD_LEADS)
    assert seen is not None and len(seen.signal) == 1
    assert (seen.signal[-1, :, -100:] == 0).all() and (seen.signal[-1, :, :-100] > 0).all()


def test_leads_printed_one_after_another_are_cropped_where_each_was_printed() -> None:
    record = ramp(5000, leads=STANDARD_LEADS[:4])
    signal = np.full_like(record.signal_mv, NAN)
    for row in range(4):  # 2.5 s each; the second begins after a gap and a short piece
        signal[row, row * 1250 : (row + 1) * 1250] = record.signal_mv[row, row * 1250 : (row + 1) * 1250]
    signal[1, 1250:1300] = signal[1, 1280:1290] = NAN
    seen = crop_input(record.with_signal(signal), STANDARD_LEADS)
    assert seen is not None and seen.signal.shape == (1, 12, CROP_SAMPLES)
    for row, start in enumerate((0, 1300, 2500, 3750)):
        np.testing.assert_array_equal(seen.signal[0, row], signal[row, start : start + CROP_SAMPLES])
    assert seen.description == "1 crop of 2.05 s of 4 leads, each where it was recorded"


def test_halves_of_a_page_give_two_crops_and_whole_leads_as_many_as_ever() -> None:
    record = ramp(5000)
    halves = record.signal_mv.copy()
    halves[:6, 2500:] = NAN
    halves[6:, :2500] = NAN
    seen = crop_input(record.with_signal(halves), STANDARD_LEADS)
    assert seen is not None and seen.signal.shape == (2, 12, CROP_SAMPLES)
    assert np.array_equal(seen.signal[:, 0, 0], halves[0, [0, 2500 - CROP_SAMPLES]])
    assert np.array_equal(seen.signal[:, 6, 0], halves[6, [2500, 5000 - CROP_SAMPLES]])
    halves[6:] = record.signal_mv[6:]
    halves[:6, 2500:3000] = record.signal_mv[:6, 2500:3000]
    whole = crop_input(record.with_signal(halves), STANDARD_LEADS)
    assert whole is not None and len(whole.signal) == 2


def test_too_short_blank_or_foreign_records_give_no_crops() -> None:
    assert crop_input(ramp(1023), STANDARD_LEADS) is None
    assert crop_input(ramp(5000, leads=("V7", "V8")), STANDARD_LEADS) is None
    assert crop_input(ramp(5000).with_signal(np.full((12, 5000), NAN)), STANDARD_LEADS) is None
