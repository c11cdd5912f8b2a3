from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.inference.prevalence import EMERGENCY, Prevalence, at_prevalence
from ecg_core.inference.types import Prediction
from tests.made_up_card import made_up_card

CALIBRATION = made_up_card("dcrnn", 1).calibration  # 0.3 hypo, 0.4 normal, 0.3 hyper, a third of it severe
ITEMS = np.empty(0, np.float32)


def prediction(hypo: float, normal: float, hyper: float, severe: float = 0.0) -> Prediction:
    return Prediction("m", "M", 5.0, 4.0, 6.0, hypo, normal, hyper, (), ITEMS, None, severe)


def test_bayes_by_hand() -> None:
    """Likelihood ratios: 0.2/0.3, 0.2/0.4, 0.6/0.3; times 0.05, 0.9, 0.05."""
    found = at_prevalence(prediction(0.2, 0.2, 0.6, 0.3), CALIBRATION, Prevalence(hyper=0.05, hypo=0.05))
    total = 0.2 / 0.3 * 0.05 + 0.2 / 0.4 * 0.9 + 0.6 / 0.3 * 0.05
    assert found.p_hyper == pytest.approx(0.1 / total)
    assert found.p_normal == pytest.approx(0.45 / total)
    assert found.p_severe == pytest.approx(found.p_hyper / 2)
    assert (found.k_meq_l, found.k_low, found.k_high) == (5.0, 4.0, 6.0)


def test_a_simulated_ward_bears_the_formula_out() -> None:
    """A score with known densities: the shifted posterior is that of the ward itself."""
    rng = np.random.default_rng(0)
    classes = rng.choice(3, 400_000, p=[0.05, 0.9, 0.05])
    score = rng.normal([-1.0, 0.0, 1.0], 1.0, (400_000, 3))[np.arange(400_000), classes]
    near = np.abs(score - 1.5) < 0.05
    density = np.exp(-0.5 * (1.5 - np.array([-1.0, 0.0, 1.0])) ** 2)
    there = density * [0.3, 0.4, 0.3] / (density @ [0.3, 0.4, 0.3])
    found = at_prevalence(prediction(*there), CALIBRATION, Prevalence(hyper=0.05, hypo=0.05))
    assert found.p_hyper == pytest.approx((classes[near] == 2).mean(), abs=0.02)


@given(st.floats(0.01, 0.98), st.floats(0.001, 0.4), st.floats(0.001, 0.4))
def test_probabilities_stay_probabilities_and_follow_the_prevalence(
    p: float, hyper: float, hypo: float
) -> None:
    given_ = prediction((1 - p) / 2, (1 - p) / 2, p, p / 3)
    found = at_prevalence(given_, CALIBRATION, Prevalence(hyper, hypo))
    assert found.p_hypo + found.p_normal + found.p_hyper == pytest.approx(1.0)
    rarer = at_prevalence(given_, CALIBRATION, Prevalence(hyper / 2, hypo))
    assert rarer.p_severe <= rarer.p_hyper < found.p_hyper


def test_the_mix_of_the_calibration_set_changes_nothing() -> None:
    found = at_prevalence(prediction(0.2, 0.5, 0.3), CALIBRATION, Prevalence(hyper=0.3, hypo=0.3))
    assert (found.p_hypo, found.p_normal, found.p_hyper) == pytest.approx((0.2, 0.5, 0.3))


def test_an_abstention_stays_one() -> None:
    nan = float("nan")
    found = at_prevalence(replace(prediction(nan, nan, nan, nan), k_meq_l=nan), CALIBRATION, EMERGENCY)
    assert found.abstained and np.isnan([found.p_hypo, found.p_normal, found.p_hyper]).all()


@pytest.mark.parametrize(("hyper", "hypo"), [(0.0, 0.1), (0.1, 0.0), (0.6, 0.4), (-0.1, 0.2)])
def test_impossible_prevalences_are_refused(hyper: float, hypo: float) -> None:
    with pytest.raises(ValueError, match="leave room for normal"):
        Prevalence(hyper, hypo)
