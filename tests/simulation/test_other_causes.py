import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.simulation.landmarks import Landmarks, find_landmarks
from ecg_core.simulation.other_causes import CAUSES, draw_causes, with_cause
from tests.simulation.simulated_beats import base_ecg

BASE, ANNOTATION = base_ecg()
SIGNAL_MV, LANDMARKS = BASE.select(INDEPENDENT_LEADS).signal_mv, find_landmarks(ANNOTATION)
BY_NAME = {draw.__name__.strip("_"): draw for _, draw in CAUSES}


def mean_change_mv(name: str, knot: int, lead: str, seed: int = 0) -> float:
    rng = np.random.default_rng(seed)
    change = with_cause(SIGNAL_MV, 500.0, LANDMARKS, BY_NAME[name](rng), rng) - SIGNAL_MV
    at = np.rint(LANDMARKS.knots_s[1:-1, knot] * 500).astype(int)
    return float(change[INDEPENDENT_LEADS.index(lead), at].mean())


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(BY_NAME)), st.integers(0, 1000))
def test_every_cause_gives_a_possible_ecg(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cause = BY_NAME[name](rng)
    changed = with_cause(SIGNAL_MV, 500.0, LANDMARKS, cause, rng)
    assert changed.shape == SIGNAL_MV.shape and changed.dtype == np.float32
    assert np.isfinite(changed).all() and np.abs(changed).max() < 3 * np.abs(SIGNAL_MV).max()
    assert 0.5 < cause.change.rr < 2.0


def test_most_patients_have_none_or_one_and_rates_do_not_add_up() -> None:
    drawn = [draw_causes(np.random.default_rng(seed)) for seed in range(500)]
    numbers = np.array([len(causes) for causes in drawn])
    assert 0.2 < (numbers == 0).mean() < 0.6 and (numbers <= 1).mean() > 0.5
    assert numbers.mean() == pytest.approx(sum(share for share, _ in CAUSES), abs=0.15)
    assert all(sum(cause.change.rr != 1.0 for cause in causes) <= 1 for causes in drawn)


@pytest.mark.parametrize("seed", range(5))
def test_signs_stand_where_the_textbook_has_them(seed: int) -> None:
    assert mean_change_mv("right_bundle_branch_block", Landmarks.J, "V1", seed) > 0.05
    assert mean_change_mv("right_bundle_branch_block", Landmarks.J, "V6", seed) < -0.03
    assert mean_change_mv("right_bundle_branch_block", Landmarks.T_PEAK, "V1", seed) < 0
    assert mean_change_mv("left_bundle_branch_block", Landmarks.T_PEAK, "V6", seed) < 0
    assert mean_change_mv("left_bundle_branch_block", Landmarks.T_PEAK, "V2", seed) > 0
    assert mean_change_mv("digitalis", Landmarks.T_ON, "V5", seed) < -0.02
    assert mean_change_mv("early_repolarisation", Landmarks.T_PEAK, "V3", seed) > 0.02


def test_low_voltage_lowers_the_qrs_in_all_leads() -> None:
    rng = np.random.default_rng(0)
    changed = with_cause(SIGNAL_MV, 500.0, LANDMARKS, BY_NAME["low_voltage"](rng), rng)
    assert (np.ptp(changed, axis=1) < 0.85 * np.ptp(SIGNAL_MV, axis=1)).all()
