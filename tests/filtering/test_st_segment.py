"""0.2 mV of ST elevation in every beat comes through the filter within 20 uV."""

import numpy as np
import pytest

from ecg_core.filtering import baseline
from ecg_core.filtering.pipeline import filter_record
from tests.filtering.known_ecgs import LUDB_RECORDS, MarkedECG, ludb_ecg, record_of, synthetic_ecg

ELEVATION_MV = 0.2
TOLERANCE_MV = 0.02


def filtered_mv(ecg: MarkedECG, added_mv: np.ndarray) -> np.ndarray:
    return filter_record(record_of(ecg.signal_mv + added_mv, ecg.fs_hz)).record.signal_mv


@pytest.mark.parametrize("jitter", [0.0, 0.08])
@pytest.mark.parametrize("rate_bpm", [40, 50, 60, 75, 100, 150])
@pytest.mark.parametrize("fs_hz", [100, 250, 360, 500, 1000])
def test_survives_in_synthetic_beats(fs_hz: float, rate_bpm: float, jitter: float) -> None:
    ecg = synthetic_ecg(rate_bpm, fs_hz, jitter=jitter)
    raised = ecg.signal_mv + ecg.st_elevation_mv(ELEVATION_MV, st_s=0.2 * min(1, np.sqrt(60 / rate_bpm)))
    filtered = filter_record(record_of(raised, fs_hz)).record.signal_mv
    np.testing.assert_allclose(ecg.st_level_mv(filtered), ecg.st_level_mv(raised), atol=TOLERANCE_MV)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("number", LUDB_RECORDS)
def test_survives_in_real_ecgs(number: int, sign: int) -> None:
    ecg = ludb_ecg(number)
    rr_s = np.median(np.diff(ecg.qrs[:, 1])) / ecg.fs_hz
    added_mv = sign * ecg.st_elevation_mv(ELEVATION_MV, st_s=0.2 * min(1, np.sqrt(rr_s)))
    gained_mv = ecg.st_level_mv(filtered_mv(ecg, added_mv) - filtered_mv(ecg, np.zeros_like(added_mv)))
    expected_mv = ecg.st_level_mv(added_mv[None])
    np.testing.assert_allclose(gained_mv, np.broadcast_to(expected_mv, gained_mv.shape), atol=TOLERANCE_MV)


def test_survives_in_a_recording_of_a_few_beats() -> None:
    ecg = synthetic_ecg(75, 500, duration_s=2.5)
    raised = ecg.signal_mv + ecg.st_elevation_mv(ELEVATION_MV, st_s=0.18)
    filtered = filter_record(record_of(raised, 500)).record.signal_mv
    np.testing.assert_allclose(ecg.st_level_mv(filtered), ecg.st_level_mv(raised), atol=TOLERANCE_MV)


def test_survives_under_breathing() -> None:
    ecg = synthetic_ecg(50, 500, duration_s=20)
    raised = ecg.signal_mv + ecg.st_elevation_mv(ELEVATION_MV, st_s=0.2)
    breathing = 0.3 * np.sin(2 * np.pi * 0.25 * np.arange(raised.shape[1]) / 500)
    filtered = filter_record(record_of(raised + breathing, 500)).record.signal_mv
    error_mv = ecg.st_level_mv(filtered) - ecg.st_level_mv(raised)
    assert np.abs(np.median(error_mv)) < TOLERANCE_MV


def test_the_plain_chain_bends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the beat model the same measure fails at a slow rate: it can tell."""
    monkeypatch.setattr(baseline, "model_beats", lambda signal_mv, fs_hz: np.zeros_like(signal_mv))
    ecg = synthetic_ecg(40, 500)
    raised = ecg.signal_mv + ecg.st_elevation_mv(ELEVATION_MV, st_s=0.2)
    filtered = filter_record(record_of(raised, 500)).record.signal_mv
    assert np.abs(ecg.st_level_mv(filtered) - ecg.st_level_mv(raised)).max() > TOLERANCE_MV
