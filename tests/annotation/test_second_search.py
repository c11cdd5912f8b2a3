"""Beats so wide that the network for waves finds none of them: real ECGs, smoothed until it does."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.learned import LearnedDelineator
from ecg_core.annotation.notices import notices
from ecg_core.annotation.rpeaks import find_r_peaks
from ecg_core.annotation.second_search import MIN_LIKENESS, beat_likeness, has_beats_alike
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.record import ECGRecord
from tests.annotation.annotated_ecgs import FIBRILLATION, SINUS, filtered_ecg, manual_marks, missed_and_extra


def smoothed(name: str, sigma_s: float) -> ECGRecord:
    ecg = filtered_ecg(name)
    smooth = gaussian_filter1d(ecg.signal_mv, sigma_s * ecg.fs_hz, axis=1)
    return ecg.with_signal(2 * smooth.astype(np.float32))


@pytest.mark.parametrize(("name", "sigma_s"), [(SINUS, 0.08), (FIBRILLATION, 0.05)])
def test_beats_too_wide_for_the_network_are_found_and_it_is_said(name: str, sigma_s: float) -> None:
    wide = smoothed(name, sigma_s)
    assert LearnedDelineator().find_beats_and_waves(wide)[0].size == 0
    annotation = annotate(wide)
    assert annotation.method == "multilead"
    assert "found no heartbeat" in notices(annotation)[0]
    assert missed_and_extra(annotation.r_peaks, manual_marks(name, "II", "QRS")[:, 1], 75) == (0, 0)


def test_the_networks_beats_are_kept_where_it_has_any() -> None:
    assert annotate(filtered_ecg(SINUS)).method == "learned"


@pytest.mark.parametrize(
    "leads", [("I", "II", "III", "aVR", "aVL", "aVF"), ("V1", "V5")], ids=["limb", "two"]
)
def test_two_independent_leads_are_too_few_to_tell_beats_from_a_moving_electrode(
    leads: tuple[str, ...],
) -> None:
    assert not has_beats_alike(filtered_ecg(SINUS).select(leads))


@pytest.mark.parametrize("seed", range(5))
def test_bumps_of_chance_are_no_beats(seed: int) -> None:
    """Noise in bursts, as of muscles: the search by energy takes the bursts for beats."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(5000) / 500
    bursts = sum(np.exp(-0.5 * ((time_s - at) / 0.04) ** 2) for at in np.arange(0.5, 10, 0.8))
    noise = gaussian_filter1d(rng.normal(size=(8, 5000)), 6, axis=1)
    record = ECGRecord((3 * noise * bursts).astype(np.float32), 500.0, INDEPENDENT_LEADS)
    bumps = find_r_peaks(record)
    assert bumps.size >= 10
    assert beat_likeness(record, bumps) < MIN_LIKENESS


def test_missing_samples_and_flat_leads_are_left_out() -> None:
    ecg = filtered_ecg(SINUS)
    signal = ecg.signal_mv.copy()
    signal[0], signal[1, :1000] = 0.0, np.nan
    assert beat_likeness(ecg.with_signal(signal), find_r_peaks(ecg)) > 0.9
