import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord
from ecg_core.twelve_lead.inputs import FS_HZ, SAMPLES, band_pass, twelve_lead_input


def test_every_lead_has_mean_zero_and_spread_one(normal: ECGRecord) -> None:
    inputs = twelve_lead_input(normal)
    assert inputs.signal.shape == (1, 12, SAMPLES)
    assert inputs.leads == STANDARD_LEADS
    assert inputs.signal.mean(axis=2) == pytest.approx(np.zeros((1, 12)), abs=1e-4)
    assert inputs.signal.std(axis=2) == pytest.approx(np.ones((1, 12)), abs=1e-4)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.2, 5), st.floats(-2, 2), st.sampled_from([100.0, 250.0, 500.0, 1000.0]))
def test_neither_gain_nor_offset_nor_rate_changes_the_input(gain: float, offset: float, fs_hz: float) -> None:
    def wave(rate_hz: float) -> ECGRecord:
        time_s = np.arange(round(10 * rate_hz)) / rate_hz
        samples = np.sin(2 * np.pi * 3 * time_s) + 0.5 * np.sin(2 * np.pi * 11 * time_s + 1)
        return ECGRecord(samples[None].astype(np.float32), rate_hz, ("II",))

    plain, other = wave(500.0), wave(fs_hz)
    altered = other.with_signal(gain * other.signal_mv + np.float32(offset))
    inside = slice(100, 900)
    expected = twelve_lead_input(plain).signal[0, 1, inside]
    assert twelve_lead_input(altered).signal[0, 1, inside] == pytest.approx(expected, abs=0.15)


@pytest.mark.parametrize(
    ("hz", "share"), [(0.1, 0.0), (5.0, 1.0), (20.0, 1.0), (40.0, 0.5), (80.0, 0.0)], ids=str
)
def test_the_band_passes_half_a_hertz_to_forty(hz: float, share: float) -> None:
    time_s = np.arange(10_000) / 500
    wave = np.sin(2 * np.pi * hz * time_s)[None].astype(np.float32)
    passed = band_pass(wave, 500.0)[0, 2500:7500]
    assert passed.std() / wave.std() == pytest.approx(share, abs=0.03)


def test_leads_that_are_absent_flat_short_or_not_asked_for_are_masked(normal: ECGRecord) -> None:
    signal = normal.signal_mv.copy()
    signal[STANDARD_LEADS.index("V1")] = 0.3
    signal[STANDARD_LEADS.index("V2"), 900:] = np.nan  # 1.8 s are left
    record = normal.with_signal(signal).select([lead for lead in STANDARD_LEADS if lead != "V6"])
    inputs = twelve_lead_input(record, [lead for lead in STANDARD_LEADS if lead != "II"])
    gone = {"V1", "V2", "V6", "II"}
    assert set(STANDARD_LEADS) - set(inputs.leads) == gone
    rows = [STANDARD_LEADS.index(lead) for lead in gone]
    assert not inputs.signal[0, rows].any()
    assert not inputs.recorded[0, rows].any()


def test_unrecorded_samples_are_zero_and_said_to_be_so(normal: ECGRecord) -> None:
    signal = normal.signal_mv.copy()
    signal[3, :2500] = np.nan  # as on a page
    inputs = twelve_lead_input(normal.with_signal(signal))
    assert inputs.mask.all()
    assert not inputs.signal[0, 3, :499].any()
    assert not inputs.recorded[0, 3, :499].any()
    assert inputs.signal[0, 3, 505:].std() == pytest.approx(1.0, abs=0.02)


def test_of_a_long_record_the_fullest_ten_seconds_count(normal: ECGRecord) -> None:
    long = np.tile(normal.signal_mv, 3)
    long[:, :4000] = np.nan
    inputs = twelve_lead_input(normal.with_signal(long))
    assert inputs.start_s == 8.0
    assert inputs.recorded.all()


def test_of_a_short_record_the_rest_is_zero(normal: ECGRecord) -> None:
    inputs = twelve_lead_input(normal.with_signal(normal.signal_mv[:, :2000]))
    assert inputs.recorded[0, 0].sum() == 4 * FS_HZ
    assert not inputs.signal[0, :, 400:].any()


def test_without_a_standard_lead_there_is_nothing() -> None:
    inputs = twelve_lead_input(ECGRecord(np.ones((1, 5000), np.float32), 500.0, ("MCL1",)))
    assert inputs.leads == ()
    assert not inputs.signal.any()
