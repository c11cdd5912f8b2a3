from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.simulation.effects import (
    BeatChange,
    SimulatedPatient,
    combine,
    draw_patient,
    potassium_change,
    unrelated_change,
)
from ecg_core.simulation.landmarks import Landmarks, find_landmarks
from ecg_core.simulation.morph import morph
from ecg_core.simulation.parameters import MUTED_SHARE
from ecg_core.simulation.warp import target_landmarks
from tests.simulation.simulated_beats import PATIENT, base_ecg

NOTHING = BeatChange()
seeds = st.integers(0, 10_000)
levels = st.floats(1.0, 12.0)


def patient_of(seed: int) -> SimulatedPatient:
    return draw_patient(np.random.default_rng(seed))


def test_at_the_own_normal_level_nothing_changes() -> None:
    change = potassium_change(PATIENT.own_normal_meq_l, PATIENT)
    assert change == NOTHING


@given(seeds, levels, levels)
def test_the_size_of_an_effect_never_turns_with_rising_potassium(seed: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    patient = patient_of(seed)
    at_low, at_high = potassium_change(low, patient), potassium_change(high, patient)
    assert at_high.t_width <= at_low.t_width + 1e-12
    assert at_high.t_gain >= at_low.t_gain - 1e-12
    assert at_high.qrs_width >= at_low.qrs_width - 1e-12
    assert at_high.p_gain <= at_low.p_gain + 1e-12
    assert at_high.irregularity >= at_low.irregularity
    assert at_high.u_mv <= at_low.u_mv + 1e-12


@given(seeds, levels)
def test_every_change_leaves_the_waves_in_order_and_gives_the_asked_rate(seed: int, k_meq_l: float) -> None:
    rng = np.random.default_rng(seed)
    change = combine(potassium_change(k_meq_l, draw_patient(rng)), unrelated_change(rng))
    landmarks = find_landmarks(base_ecg()[1])
    knots_s = target_landmarks(landmarks, change)
    assert (np.diff(knots_s.ravel()) > 0).all()
    before, after = (np.diff(knots[:, Landmarks.R]) for knots in (landmarks.knots_s, knots_s))
    np.testing.assert_allclose(after, change.rr * before)


@given(seeds, levels)
def test_combining_with_nothing_changes_nothing(seed: int, k_meq_l: float) -> None:
    change = potassium_change(k_meq_l, patient_of(seed))
    assert combine(change, NOTHING) == combine(NOTHING, change) == change


def test_combining_covers_every_kind_of_change() -> None:
    both = combine(
        BeatChange(**{field.name: 0.5 for field in fields(BeatChange)}),
        BeatChange(**{field.name: 0.4 for field in fields(BeatChange)}),
    )
    added = {"qrs_slur_ms", "st_mv", "u_mv", "u_nearer_s"}
    expected = {field.name: 0.9 if field.name in added else 0.2 for field in fields(BeatChange)}
    assert vars(both) == pytest.approx(expected | {"sine_weight": 0.5, "irregularity": np.hypot(0.5, 0.4)})


def test_patients_differ_and_some_hardly_respond() -> None:
    patients = [patient_of(seed) for seed in range(400)]
    muted = np.mean([patient.sensitivity < 0.4 for patient in patients])
    assert muted == pytest.approx(MUTED_SHARE, abs=0.06)
    assert 3.6 <= min(p.own_normal_meq_l for p in patients) < max(p.own_normal_meq_l for p in patients) <= 5.0
    assert patient_of(3) == patient_of(3)


def test_landmarks_rise_and_sit_on_the_r_peaks() -> None:
    annotation = base_ecg()[1]
    landmarks = find_landmarks(annotation)
    assert (np.diff(landmarks.knots_s.ravel()) > 0).all()
    assert landmarks.knots_s[:, Landmarks.R] * 500 == pytest.approx(annotation.r_peaks)


def test_beats_without_marks_get_usual_distances_that_fit_between_them() -> None:
    annotation = base_ecg()[1]
    waves = type(annotation.waves).unknown(annotation.n_beats)
    r_peaks = np.arange(1, annotation.n_beats + 1) * 150  # 200 bpm: T would run into the next P
    landmarks = find_landmarks(replace(annotation, waves=waves, r_peaks=r_peaks))
    assert (np.diff(landmarks.knots_s.ravel()) > 0).all()


def test_beats_that_move_closer_need_a_longer_record() -> None:
    base, annotation = base_ecg()
    signal_mv = base.select(INDEPENDENT_LEADS).signal_mv
    with pytest.raises(ValueError, match="lengthen"):
        morph(signal_mv, 500.0, find_landmarks(annotation), BeatChange(rr=0.9))
