import numpy as np
import pytest
from scipy.signal import welch

from ecg_core.simulation.nuisance import MAINS_MV, MUSCLE_NOISE_MV, WANDER_MV, add_nuisance

SILENCE = np.zeros((8, 5000), dtype=np.float32)


def noise(seed: int, fs_hz: float = 500.0) -> np.ndarray:
    return add_nuisance(SILENCE, fs_hz, np.random.default_rng(seed))


def test_gains_differ_between_chest_leads_but_not_between_limb_leads() -> None:
    steps = np.full((8, 5000), 100.0, dtype=np.float32)  # far above any noise
    gains = add_nuisance(steps, 500.0, np.random.default_rng(0)).mean(axis=1) / 100
    assert gains[0] == pytest.approx(gains[1], abs=0.005)
    assert np.ptp(gains[2:]) > 0.02
    assert 0.4 < gains.min() < gains.max() < 2.5


def test_noise_stays_within_what_a_recording_bears() -> None:
    most = 6 * MUSCLE_NOISE_MV[1] * np.exp(3 * 0.3) + MAINS_MV[1] + WANDER_MV[1]
    for seed in range(5):
        drawn = noise(seed)
        assert np.isfinite(drawn).all() and drawn.dtype == np.float32
        assert 0.001 < drawn.std() < np.abs(drawn).max() < most


def test_muscle_noise_lies_above_15_hz_wander_below_half_a_hertz() -> None:
    frequency_hz, power = welch(noise(2), fs=500, nperseg=5000)
    power = power.mean(axis=0)
    between = power[(frequency_hz > 2) & (frequency_hz < 8)].max()
    assert power[frequency_hz < 0.6].max() > 100 * between
    assert power[(frequency_hz > 30) & (frequency_hz < 45)].mean() > 10 * between


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 1000.0])
def test_any_rate(fs_hz: float) -> None:
    assert np.isfinite(noise(0, fs_hz)).all()
