import numpy as np
import pytest
from scipy import signal as sps

from ecg_core.filtering.baseline import slow_trend


@pytest.mark.parametrize("cut_hz", [0.05, 0.5, 1.0])
def test_the_trend_is_what_a_zero_phase_butterworth_takes_away(cut_hz: float) -> None:
    noise = np.random.default_rng(0).standard_normal((2, 20000))
    sos = sps.butter(2, cut_hz, "highpass", fs=50, output="sos")
    taken = noise - sps.sosfiltfilt(sos, noise, axis=-1)
    trend = slow_trend(noise, 50, cut_hz)
    middle = slice(3000, -3000)
    assert np.abs(trend - taken)[:, middle].max() < 0.03 * taken[:, middle].std()


def test_a_straight_line_is_all_trend_to_its_ends() -> None:
    line = np.linspace(-3, 5, 300)[None]
    np.testing.assert_allclose(slow_trend(line, 50, 0.5), line, atol=1e-6)
