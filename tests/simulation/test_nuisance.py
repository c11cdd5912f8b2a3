import numpy as np
import pytest
from scipy.signal import welch

from ecg_core.simulation.nuisance import FLAT_LEAD_SHARE, MOTION_MV, MOTION_SHARE, STEP_UV, add_nuisance

SILENCE = np.zeros((8, 5000), dtype=np.float32)


def noise(seed: int, fs_hz: float = 500.0) -> np.ndarray:
    return add_nuisance(SILENCE, fs_hz, np.random.default_rng(seed))


def test_gains_differ_between_chest_leads_but_not_between_limb_leads() -> None:
    beat = 100 * np.sin(2 * np.pi * 5 * np.arange(5000) / 500)  # far above any noise, within every filter
    heights = add_nuisance(np.tile(beat, (8, 1)), 500.0, np.random.default_rng(0)).std(axis=1)
    gains = heights / beat.std()
    assert gains[0] == pytest.approx(gains[1], abs=0.005)
    assert np.ptp(gains[2:]) > 0.02
    assert 0.4 < gains.min() < gains.max() < 2.5


def test_most_noise_is_small_and_some_electrodes_move_by_millivolts() -> None:
    drawn = [noise(seed) for seed in range(100)]
    assert all(np.isfinite(one).all() and one.dtype == np.float32 for one in drawn)
    largest = np.array([np.abs(one).max() for one in drawn])
    assert 0.01 < np.median(largest) < 1.0
    assert np.mean(largest > 1.2) == pytest.approx(0.6 * MOTION_SHARE, abs=0.08)
    assert largest.max() < 3 * MOTION_MV[1]


def test_an_arm_electrode_moves_the_chest_leads_by_a_third() -> None:
    """Wilson's terminal is the mean of the limb electrodes, so noise of RA, LA, LL reaches all chest leads alike."""
    chest = np.concatenate([noise(seed)[2:] for seed in range(30)], axis=1)
    correlation = np.corrcoef(chest)
    assert 0.1 < np.median(correlation[np.triu_indices(6, 1)]) < 0.9


def test_muscle_noise_lies_above_5_hz_wander_below_half_a_hertz() -> None:
    spectra = [welch(noise(seed), fs=500, nperseg=5000) for seed in range(20)]
    frequency_hz = spectra[0][0]
    power = np.median([spectrum.mean(axis=0) for _, spectrum in spectra], axis=0)

    def level(low_hz: float, high_hz: float) -> float:
        return float(power[(frequency_hz > low_hz) & (frequency_hz < high_hz)].mean())

    assert level(0.1, 0.5) > 100 * level(2, 4)
    assert level(8, 30) > 3 * level(2, 4)
    assert level(8, 30) > 10 * level(120, 200)


def test_some_chest_electrodes_were_never_attached() -> None:
    flat = [(noise(seed) == 0).all(axis=1) for seed in range(200)]
    assert not any(lead[:2].any() for lead in flat)
    assert 0 < np.mean([lead.any() for lead in flat]) < 3 * FLAT_LEAD_SHARE


def test_samples_are_whole_steps_of_a_converter() -> None:
    sample_mv = noise(3)
    assert any(np.allclose(sample_mv / (step / 1000) % 1 % 0.999, 0, atol=0.01) for step in STEP_UV)


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 1000.0])
def test_any_rate(fs_hz: float) -> None:
    assert np.isfinite(noise(0, fs_hz)).all()
