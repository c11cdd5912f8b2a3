import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.simulation.effects import BeatChange
from ecg_core.simulation.landmarks import Landmarks, find_landmarks
from ecg_core.simulation.warp import inverse_warp, lengthened, target_landmarks
from tests.simulation.simulated_beats import base_ecg

BASE, ANNOTATION = base_ecg()
SIGNAL_MV, LANDMARKS = BASE.select(INDEPENDENT_LEADS).signal_mv, find_landmarks(ANNOTATION)


@settings(max_examples=50)
@given(st.floats(0.5, 2.0), st.floats(0.5, 1.8), st.floats(0.6, 1.8), st.integers(0, 1000))
def test_time_never_runs_backwards(qrs_width: float, t_width: float, rr: float, seed: int) -> None:
    factors = np.exp(0.3 * np.random.default_rng(seed).standard_normal(ANNOTATION.n_beats - 1))
    change = BeatChange(qrs_width=qrs_width, t_width=t_width, rr=rr)
    target = target_landmarks(LANDMARKS, change, factors)
    assert (np.diff(target.ravel()) > 0).all()
    np.testing.assert_allclose(np.diff(target[:, 3]), np.diff(LANDMARKS.knots_s[:, 3]) * rr * factors)
    source_s = inverse_warp(LANDMARKS.knots_s, target, np.arange(5000) / 500)
    assert (np.diff(source_s) >= 0).all()


def test_repolarisation_shortens_with_the_cube_root_of_rr() -> None:
    target = target_landmarks(LANDMARKS, BeatChange(rr=1.331))
    qt = target[:, Landmarks.T_OFF] - target[:, Landmarks.J]
    before = LANDMARKS.knots_s[:, Landmarks.T_OFF] - LANDMARKS.knots_s[:, Landmarks.J]
    np.testing.assert_allclose(qt, 1.1 * before, rtol=1e-9)


@pytest.mark.parametrize("duration_s", [5.0, 12.0, 21.0, 40.0])
def test_a_longer_record_goes_on_with_its_own_beats(duration_s: float) -> None:
    signal_mv, landmarks = lengthened(SIGNAL_MV, 500.0, LANDMARKS, duration_s)
    assert signal_mv.shape[1] / 500 >= duration_s
    assert (np.diff(landmarks.knots_s.ravel()) > 0).all()
    step = np.abs(np.diff(signal_mv, axis=1)).max(axis=1)
    assert (step <= 1.2 * np.abs(np.diff(SIGNAL_MV, axis=1)).max(axis=1)).all()
    lead = signal_mv[1]
    heights = [lead[round(r * 500)] for r in landmarks.knots_s[1:-1, Landmarks.R]]
    assert min(heights) > 0.6 * max(heights)


def test_two_beats_cannot_be_repeated() -> None:
    two = Landmarks(LANDMARKS.knots_s[:2])
    assert lengthened(SIGNAL_MV[:, :1000], 500.0, two, 10.0)[0].shape[1] == 1000
