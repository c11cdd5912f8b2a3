from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.annotation.wave_net import CLASSES, NONE, QRS, P, T
from ecg_core.annotation.wave_runs import beat_waves, find_beats, runs_above_half

N = 1000
BEATS = np.array([150, 400, 650, 900])
WAVES = {P: (-45.0, -20.0), QRS: (-10.0, 12.0), T: (40.0, 95.0)}  # around each beat, samples


def probabilities(
    leads: int = 3, beats: np.ndarray = BEATS, waves: dict[int, tuple[float, float]] = WAVES
) -> np.ndarray:
    """Slopes of one sample, so that the probability is one half at the bounds."""
    found = np.zeros((leads, len(CLASSES), N), dtype=np.float32)
    at = np.arange(N)
    for wave, (onset, offset) in waves.items():
        for beat in beats:
            edge = np.minimum(at - (beat + onset), (beat + offset) - at)
            found[:, wave] += np.clip(edge + 0.5, 0, 1)
    found[:, NONE] = 1 - found.sum(axis=1)
    return found


def decoded(
    found: np.ndarray, beats: np.ndarray = BEATS, recorded: np.ndarray | None = None
) -> tuple[np.ndarray, ...]:
    recorded = np.ones((len(found), N), dtype=bool) if recorded is None else recorded
    return beat_waves(found, np.random.default_rng(0).normal(size=(len(found), N)), recorded, beats)


@given(onset=st.floats(2.0, 40.0), length=st.floats(5.0, 50.0))
def test_bounds_lie_between_samples(onset: float, length: float) -> None:
    at = np.arange(100)
    edge = np.minimum(at - onset, onset + length - at)
    runs = runs_above_half(np.clip(edge / 4 + 0.5, 0, 1))
    assert runs.onset == pytest.approx([onset], abs=1e-6)
    assert runs.offset == pytest.approx([onset + length], abs=1e-6)


def test_a_run_at_the_end_of_the_signal_is_closed() -> None:
    runs = runs_above_half(np.array([1.0, 1.0, 0.0, 0.0, 1.0]))
    assert runs.onset == pytest.approx([-0.5, 3.5]) and runs.offset == pytest.approx([1.5, 4.5])
    assert runs.mass == pytest.approx([2.0, 1.0])


def test_beats_are_where_qrs_is_likely_for_long_enough() -> None:
    joint = probabilities()[0, QRS]
    joint[520:523] = 1.0  # 12 ms are no QRS
    assert find_beats(joint) == pytest.approx(BEATS + 1, abs=1)
    assert find_beats(0.3 * joint).size == 0


def test_a_few_doubtful_beats_are_kept_and_nothing_but_doubtful_ones_is_no_heart() -> None:
    joint = probabilities()[0, QRS]
    joint[: BEATS[0] + 50] *= 0.7
    assert find_beats(joint).size == BEATS.size
    assert find_beats(0.7 * joint).size == 0


def test_a_beat_at_the_very_end_is_found() -> None:
    joint = np.zeros(200)
    joint[185:] = 1.0
    assert find_beats(joint).size == 1


def test_every_beat_gets_its_own_waves() -> None:
    for wave, marks in zip(WAVES, decoded(probabilities()), strict=True):
        assert marks.shape == (3, BEATS.size, 3)
        assert marks[0, :, 0] == pytest.approx(BEATS + WAVES[wave][0], abs=0.01)
        assert marks[2, :, 2] == pytest.approx(BEATS + WAVES[wave][1], abs=0.01)
        assert (marks[:, :, 0] <= marks[:, :, 1]).all() and (marks[:, :, 1] <= marks[:, :, 2]).all()


def test_a_beat_without_p_has_none() -> None:
    found = probabilities()
    found[:, P, 350:400] = 0.0
    p, _, _ = decoded(found)
    assert np.isnan(p[:, 1]).all() and np.isfinite(p[:, [0, 2, 3]]).all()


def test_of_two_runs_the_likelier_is_the_wave() -> None:
    found = probabilities()
    found[:, P, 300:310] = 0.9
    p, _, _ = decoded(found)
    assert p[:, 1, 0] == pytest.approx(np.full(3, 400 + WAVES[P][0]), abs=0.01)


def test_a_lead_that_shows_no_qrs_takes_it_from_the_others() -> None:
    found = probabilities()
    found[0, QRS] = 0.0
    _, qrs, _ = decoded(found)
    assert qrs[0, :, [0, 2]] == pytest.approx(qrs[1, :, [0, 2]])


def test_a_beat_that_is_doubtful_in_every_lead_has_bounds() -> None:
    found = probabilities()
    found[:, QRS, BEATS[1] - 60 : BEATS[1] + 60] *= 0.45
    assert BEATS[1] in find_beats(found[0, QRS]) - 1
    _, qrs, _ = decoded(found)
    assert qrs[:, 1, 0] == pytest.approx(BEATS[1] + WAVES[QRS][0], abs=1)


def test_a_lead_that_was_not_recorded_takes_nothing() -> None:
    found = probabilities()
    found[0] = 0.0
    recorded = np.ones((3, N), dtype=bool)
    recorded[0, :500] = False
    p, qrs, t = decoded(found, recorded=recorded)
    assert np.isnan(qrs[0, :2]).all() and np.isfinite(qrs[0, 2:]).all()
    assert np.isnan(p[0]).all() and np.isnan(t[0]).all()


def test_a_doubtful_p_is_none() -> None:
    found = probabilities()
    found[:, P] *= 0.6
    p, _, t = decoded(found)
    assert np.isnan(p).all() and np.isfinite(t).all()


def test_a_given_beat_where_nothing_is_likely_has_no_p_and_t() -> None:
    p, qrs, t = decoded(probabilities(beats=BEATS[[0, 3]]), beats=BEATS)
    assert np.isnan(p[:, 1:3]).all() and np.isnan(qrs[:, 1:3]).all()
    assert np.isfinite(p[:, [0, 3]]).all() and np.isfinite(t[:, [0]]).all()


def test_the_peak_is_farthest_from_the_line_between_the_bounds() -> None:
    signal = np.tile(0.01 * np.arange(N), (3, 1))
    signal[:, BEATS + 60] -= 5.0
    _, _, t = beat_waves(probabilities(), signal, np.ones((3, N), dtype=bool), BEATS)
    assert t[:, :, 1] == pytest.approx(np.tile(BEATS + 60, (3, 1)), abs=1)


def test_no_beats() -> None:
    for marks in decoded(probabilities(), beats=np.zeros(0, dtype=np.int64)):
        assert marks.shape == (3, 0, 3)
