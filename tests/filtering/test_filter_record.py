import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.errors import SignalError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.filtering.settings import FilterSettings
from ecg_core.record import ECGRecord
from tests.filtering.known_ecgs import LUDB_RECORDS, ludb_ecg, noise_stress_mv, record_of, synthetic_ecg

NOTHING = FilterSettings(remove_baseline=False, high_pass_hz=None, mains_hz=None)
WANDER_ONLY = FilterSettings(mains_hz=None)


def sine(freq_hz: float, fs_hz: float, duration_s: float = 10.0, phase: float = 0.3) -> np.ndarray:
    return np.sin(2 * np.pi * freq_hz * np.arange(round(duration_s * fs_hz)) / fs_hz + phase)


@st.composite
def ecgs(draw: st.DrawFn) -> ECGRecord:
    """An ECG with noise and gaps of any rate, length and number of leads."""
    fs_hz = draw(st.sampled_from([50, 100, 128, 250, 257.3, 360, 500, 1000, 2000]))
    duration_s = draw(st.floats(2, 20))
    leads = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    beats = synthetic_ecg(draw(st.integers(40, 150)), fs_hz, duration_s).signal_mv
    signal = beats * rng.uniform(-1, 1, (leads, 1)) + 0.02 * rng.standard_normal((leads, beats.shape[1]))
    for _ in range(draw(st.integers(0, 3))):
        start, length = rng.integers(0, beats.shape[1], 2)
        signal[rng.integers(0, leads), start : start + length] = np.nan
    return record_of(signal, fs_hz)


@settings(max_examples=30, deadline=None)
@given(ecgs())
def test_shape_gaps_and_finiteness_are_kept(record: ECGRecord) -> None:
    result = filter_record(record)
    assert result.record.signal_mv.shape == record.signal_mv.shape
    assert result.record.leads == record.leads
    assert result.record.fs_hz == record.fs_hz
    np.testing.assert_array_equal(np.isnan(result.record.signal_mv), np.isnan(record.signal_mv))


@settings(max_examples=20, deadline=None)
@given(ecgs(), st.sampled_from([-3.0, 0.5, 2.0]), st.sampled_from([-5.0, 1.0, 20.0]))
def test_scaling_scales_and_an_offset_vanishes(record: ECGRecord, factor: float, offset_mv: float) -> None:
    filtered = filter_record(record, WANDER_ONLY).record.signal_mv
    changed = record.with_signal(record.signal_mv * np.float32(factor) + np.float32(offset_mv))
    np.testing.assert_allclose(
        filter_record(changed, WANDER_ONLY).record.signal_mv, factor * filtered, atol=2e-4
    )


def test_the_raw_record_stays_as_it_is() -> None:
    record = record_of(synthetic_ecg(70, 500).signal_mv, 500)
    before = record.signal_mv.copy()
    assert filter_record(record).record is not record
    np.testing.assert_array_equal(record.signal_mv, before)


def test_everything_switched_off_changes_nothing() -> None:
    record = record_of(synthetic_ecg(70, 500).signal_mv, 500)
    np.testing.assert_array_equal(filter_record(record, NOTHING).record.signal_mv, record.signal_mv)


@pytest.mark.parametrize("chain", [FilterSettings(mains_hz=50), FilterSettings(mains_hz=60)])
@pytest.mark.parametrize("number", LUDB_RECORDS)
def test_r_peaks_do_not_move(number: int, chain: FilterSettings) -> None:
    ecg = ludb_ecg(number)
    filtered = filter_record(record_of(ecg.signal_mv, ecg.fs_hz), chain).record.signal_mv
    for onset, offset in ecg.qrs:
        for raw, clean in zip(ecg.signal_mv[:, onset:offset], filtered[:, onset:offset], strict=True):
            upward = raw - np.median(raw)
            peak = np.abs(upward).argmax()
            same_way = clean * np.sign(upward[peak])
            # Within one sample, because two may be equally high.
            assert same_way[max(0, peak - 1) : peak + 2].max() >= same_way.max() - 0.005


@pytest.mark.parametrize(
    "chain", [FilterSettings(mains_hz=50), FilterSettings(mains_hz=None, low_pass_hz=35)]
)
def test_a_symmetric_pulse_stays_symmetric(chain: FilterSettings) -> None:
    time_s = np.arange(-2500, 2501) / 500
    pulse = np.exp(-0.5 * (time_s / 0.02) ** 2)
    filtered = filter_record(record_of(pulse, 500), chain).record.signal_mv[0]
    assert filtered.argmax() == 2500
    # The wavelet step is not shift-invariant: what it takes from a lone beat may lean a little.
    np.testing.assert_allclose(filtered, filtered[::-1], atol=0.02)


@pytest.mark.parametrize("fs_hz", [100, 250, 360, 500, 1000])
@pytest.mark.parametrize("freq_hz", [0.15, 0.2, 0.25])
def test_breathing_is_removed_up_to_the_ends(fs_hz: float, freq_hz: float) -> None:
    ecg = synthetic_ecg(70, fs_hz).signal_mv
    breathing = sine(freq_hz, fs_hz)
    clean = filter_record(record_of(ecg, fs_hz), WANDER_ONLY).record.signal_mv
    wandering = filter_record(record_of(ecg + 0.5 * breathing, fs_hz), WANDER_ONLY).record.signal_mv
    assert (wandering - clean).std() < 0.1 * 0.5 * breathing.std()


@pytest.mark.parametrize("number", LUDB_RECORDS)
def test_real_wander_is_removed_from_real_ecgs(number: int) -> None:
    ecg = ludb_ecg(number)
    wander = resample(noise_stress_mv()["wander"], 360, 500)[:1]
    clean = filter_record(record_of(ecg.signal_mv, 500), WANDER_ONLY).record.signal_mv
    wandering = filter_record(record_of(ecg.signal_mv + wander, 500), WANDER_ONLY).record.signal_mv
    assert (wandering - clean).std() < 0.2 * wander.std()


def test_no_ringing_at_the_ends() -> None:
    """Cut anywhere, also through a QRS, the first and last half second stay near those of the long recording."""
    ecg = ludb_ecg(8)
    whole = filter_record(record_of(ecg.signal_mv, 500), WANDER_ONLY).record.signal_mv
    for start in range(500, 1000, 50):
        part = filter_record(record_of(ecg.signal_mv[:, start : start + 3000], 500), WANDER_ONLY)
        difference = part.record.signal_mv - whole[:, start : start + 3000]
        assert np.abs(difference - np.median(difference, axis=1, keepdims=True)).max() < 0.1


def test_a_long_gap_keeps_its_two_sides_apart() -> None:
    ecg = synthetic_ecg(70, 500, duration_s=20).signal_mv
    gap = slice(4800, 5200)
    results = []
    for far_side_mv in (0.0, 50.0):
        signal = ecg.copy()
        signal[:, gap] = np.nan
        signal[:, gap.stop :] = signal[:, gap.stop :] * 2 + far_side_mv
        results.append(filter_record(record_of(signal, 500), WANDER_ONLY).record.signal_mv)
    alone = filter_record(record_of(ecg[:, : gap.start], 500), WANDER_ONLY).record.signal_mv
    for result in results:
        np.testing.assert_array_equal(result[:, : gap.start], alone)


def test_a_short_gap_hardly_matters() -> None:
    ecg = synthetic_ecg(70, 500).signal_mv
    holed = ecg.copy()
    holed[:, 2000:2025] = np.nan
    whole = filter_record(record_of(ecg, 500), WANDER_ONLY).record.signal_mv
    bridged = filter_record(record_of(holed, 500), WANDER_ONLY).record.signal_mv
    np.testing.assert_allclose(
        np.delete(bridged, np.s_[2000:2025], 1), np.delete(whole, np.s_[2000:2025], 1), atol=0.02
    )


def test_a_lead_without_any_sample_stays_missing() -> None:
    ecg = synthetic_ecg(70, 500).signal_mv[0]
    filtered = filter_record(record_of(np.stack([ecg, np.full_like(ecg, np.nan)]), 500)).record.signal_mv
    assert np.isnan(filtered[1]).all()
    assert np.isfinite(filtered[0]).all()


def test_a_long_recording_is_seamless() -> None:
    """Chunks are faded into each other: no step at a seam, and each minute is as if filtered alone."""
    ecg = synthetic_ecg(70, 100, duration_s=150, jitter=0.03).signal_mv
    filtered = filter_record(record_of(ecg + 0.5 * sine(0.05, 100, 150), 100), WANDER_ONLY).record.signal_mv
    difference = filtered - ecg
    difference -= np.median(difference)
    assert np.abs(difference[:, 400:-400]).max() < 0.05
    assert np.abs(np.diff(difference[:, 400:-400])).max() < 0.002


@pytest.mark.parametrize("low_pass_hz", [20, 40, 100])
def test_low_pass(low_pass_hz: float) -> None:
    chain = FilterSettings(remove_baseline=False, high_pass_hz=None, mains_hz=None, low_pass_hz=low_pass_hz)
    rms = {
        freq_hz: filter_record(record_of(sine(freq_hz, 1000), 1000), chain).record.signal_mv.std()
        * np.sqrt(2)
        for freq_hz in (low_pass_hz / 2, low_pass_hz, low_pass_hz * 2)
    }
    assert rms[low_pass_hz / 2] > 0.98
    assert rms[low_pass_hz] == pytest.approx(0.5, abs=0.03)  # -3 dB forward and -3 dB backward
    assert rms[low_pass_hz * 2] < 0.02


def test_a_low_pass_beyond_the_rate_is_left_out() -> None:
    record = record_of(synthetic_ecg(70, 100).signal_mv, 100)
    with_low_pass = filter_record(record, FilterSettings(low_pass_hz=150)).record.signal_mv
    np.testing.assert_array_equal(with_low_pass, filter_record(record).record.signal_mv)


@pytest.mark.parametrize(
    ("signal_mv", "fs_hz", "chain", "says"),
    [
        (np.zeros(1), 500, FilterSettings(), "0.00 s long"),
        (np.zeros((1, 0)), 500, FilterSettings(), "long"),
        (np.zeros(100), 20, FilterSettings(), "samples per second"),
        (np.zeros(5000), 500, FilterSettings(high_pass_hz=0), "high-pass"),
        (np.zeros(5000), 500, FilterSettings(high_pass_hz=30), "high-pass"),
        (np.zeros(5000), 500, FilterSettings(low_pass_hz=1), "low-pass"),
    ],
)
def test_what_cannot_be_filtered_is_refused(
    signal_mv: np.ndarray, fs_hz: float, chain: FilterSettings, says: str
) -> None:
    with pytest.raises(SignalError, match=says):
        filter_record(record_of(signal_mv, fs_hz), chain)


def test_a_flat_line_comes_out_flat() -> None:
    np.testing.assert_allclose(
        filter_record(record_of(np.full(5000, 0.7), 500)).record.signal_mv, 0, atol=1e-6
    )
