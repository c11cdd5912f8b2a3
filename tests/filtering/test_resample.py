import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.filtering.resample import resample

RATES_HZ = [50, 100, 128, 250, 257.3, 360, 500, 1000, 2000]


def sine(freq_hz: float, fs_hz: float, duration_s: float = 4.0) -> np.ndarray:
    return np.sin(2 * np.pi * freq_hz * np.arange(round(duration_s * fs_hz)) / fs_hz + 0.7)


@pytest.mark.parametrize("to_hz", [100, 250, 360, 500, 1000])
@pytest.mark.parametrize("fs_hz", [100, 250, 257.3, 360, 500, 1000])
def test_a_sine_stays_in_place(fs_hz: float, to_hz: float) -> None:
    """Sample i stands at time i / rate: the sine drawn at the new rate, without shift or scaling."""
    resampled = resample(sine(5, fs_hz), fs_hz, to_hz)
    expected = sine(5, to_hz)
    assert abs(resampled.size - expected.size) <= 1
    middle = slice(round(0.3 * to_hz), round(3.7 * to_hz))
    np.testing.assert_allclose(resampled[middle], expected[middle], atol=0.01)


def test_what_the_new_rate_cannot_hold_is_removed_and_not_folded() -> None:
    resampled = resample(sine(80, 500), 500, 100)
    assert np.abs(resampled[20:-20]).max() < 0.02


@pytest.mark.parametrize("shape", [(1000,), (3, 1000), (4, 2, 1000)])
def test_any_number_of_axes(shape: tuple[int, ...]) -> None:
    signal = np.random.default_rng(0).standard_normal(shape)
    resampled = resample(signal, 500, 250)
    assert resampled.shape == (*shape[:-1], 500)
    assert resampled.dtype == np.float32
    np.testing.assert_allclose(
        resampled.reshape(-1, 500)[-1], resample(signal.reshape(-1, 1000)[-1], 500, 250)
    )


def test_the_same_rate_is_a_copy() -> None:
    signal = np.arange(10, dtype=np.float32)
    resampled = resample(signal, 500, 500)
    np.testing.assert_array_equal(resampled, signal)
    assert not np.shares_memory(resampled, signal)


def test_a_gap_stays_a_gap() -> None:
    signal = sine(5, 500)
    signal[1000:1100] = np.nan
    resampled = resample(signal, 500, 250)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(resampled)), np.arange(500, 550))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(RATES_HZ), st.sampled_from(RATES_HZ), st.floats(2, 10), st.floats(-5, 5))
def test_length_level_and_gaps(fs_hz: float, to_hz: float, duration_s: float, level_mv: float) -> None:
    signal = np.full(round(duration_s * fs_hz), level_mv)
    first, last = round(0.5 * fs_hz), round(0.8 * fs_hz)
    signal[first:last] = np.nan
    resampled = resample(signal, fs_hz, to_hz)
    assert resampled.size == round(signal.size * to_hz / fs_hz)
    np.testing.assert_allclose(resampled[np.isfinite(resampled)], level_mv, atol=0.01 * abs(level_mv) + 1e-6)
    assert np.isnan(resampled).sum() / to_hz == pytest.approx(
        (last - first) / fs_hz, abs=1.5 / to_hz + 1.5 / fs_hz
    )


@pytest.mark.parametrize(("fs_hz", "to_hz"), [(0, 500), (500, -1), (float("nan"), 500)])
def test_an_impossible_rate_is_refused(fs_hz: float, to_hz: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        resample(np.zeros(10), fs_hz, to_hz)
