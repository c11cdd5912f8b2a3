from dataclasses import replace

import numpy as np
import pytest

from ecg_core.filtering.mains import mains_amplitudes_mv
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.settings import FilterSettings, Mains
from tests.filtering.known_ecgs import LUDB_RECORDS, ludb_ecg, record_of

MAINS_ONLY = FilterSettings(remove_baseline=False, high_pass_hz=None)


def hum_mv(freq_hz: float, amplitude_mv: float, fs_hz: float, samples: int) -> np.ndarray:
    phases = np.array([[0.2], [1.9], [4.0]])
    return amplitude_mv * np.sin(2 * np.pi * freq_hz * np.arange(samples) / fs_hz + phases)


@pytest.mark.parametrize("drift_hz", [-0.2, 0.0, 0.2])
@pytest.mark.parametrize("amplitude_mv", [0.01, 0.1])
@pytest.mark.parametrize("mains_hz", [50, 60])
@pytest.mark.parametrize("number", LUDB_RECORDS)
def test_it_is_found_and_removed_from_real_ecgs(
    number: int, mains_hz: float, amplitude_mv: float, drift_hz: float
) -> None:
    ecg = ludb_ecg(number)
    hum = hum_mv(mains_hz + drift_hz, amplitude_mv, 500, 5000)
    result = filter_record(record_of(ecg.signal_mv + hum, 500), MAINS_ONLY)
    assert result.mains_hz == mains_hz
    without_hum = filter_record(record_of(ecg.signal_mv, 500), replace(MAINS_ONLY, mains_hz=mains_hz))
    left = result.record.signal_mv - without_hum.record.signal_mv
    assert left.std() < 0.05 * amplitude_mv
    assert np.abs(left).max() < 0.3 * amplitude_mv  # at the ends


@pytest.mark.parametrize("number", LUDB_RECORDS)
def test_an_ecg_without_it_is_left_alone(number: int) -> None:
    record = record_of(ludb_ecg(number).signal_mv, 500)
    result = filter_record(record, MAINS_ONLY)
    assert result.mains_hz is None
    np.testing.assert_array_equal(result.record.signal_mv, record.signal_mv)


@pytest.mark.parametrize("chosen", [50, 60, None])
def test_the_users_choice_counts(chosen: Mains) -> None:
    ecg = ludb_ecg(8)
    hum = hum_mv(50, 0.1, 500, 5000)
    settings = FilterSettings(remove_baseline=False, high_pass_hz=None, mains_hz=chosen)
    result = filter_record(record_of(ecg.signal_mv + hum, 500), settings)
    assert result.mains_hz == chosen
    left_at_50_hz = mains_amplitudes_mv(result.record.signal_mv.astype(float), 500)[0]
    if chosen == 50:
        assert left_at_50_hz.max() < 0.01
    else:
        np.testing.assert_allclose(left_at_50_hz, 0.1, rtol=0.1)


@pytest.mark.parametrize("mains_hz", ["auto", 50])
def test_a_rate_that_cannot_hold_it(mains_hz: Mains) -> None:
    ecg = ludb_ecg(8).signal_mv[:, ::5]
    settings = FilterSettings(mains_hz=mains_hz)
    assert filter_record(record_of(ecg, 100), settings).mains_hz is None


def test_one_lead_is_enough() -> None:
    ecg = ludb_ecg(1).signal_mv.copy()
    ecg[1] += hum_mv(60, 0.05, 500, 5000)[0]
    assert filter_record(record_of(ecg, 500)).mains_hz == 60
