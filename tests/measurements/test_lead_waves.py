"""The waves of a lead against heights, widths and slopes that are known by construction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.measurements.baseline import isoelectric_mv
from ecg_core.measurements.lead_waves import LEAD_WAVES, measure_rows
from ecg_core.measurements.stretches import level_mv, stretch
from tests.measurements.made_beats import QRS_S, R_INDEX, Shape, one_beat, rows, without_p

BELL_WIDTH = 2 * np.sqrt(2 * np.log(2))  # full width at half height, in standard deviations
BELL_SLOPE = np.exp(-0.5)  # steepest slope, in heights per standard deviation
MV_KEYS = [quantity.key for quantity in LEAD_WAVES if quantity.unit == "mV"]
SHAPES = st.builds(
    Shape,
    p_mv=st.floats(0.05, 0.3),
    q_mv=st.floats(-0.4, -0.05),
    r_mv=st.floats(0.3, 2.5),
    s_mv=st.floats(-1.5, -0.05),
    st_mv=st.floats(-0.05, 0.05),
    t_mv=st.floats(0.15, 1.2),
    t_rise_s=st.floats(0.035, 0.05),
    t_fall_s=st.floats(0.025, 0.05),
    offset_mv=st.floats(-0.5, 0.5),
)


def measured(shape: Shape) -> dict[str, float]:
    return {key: float(values[0]) for key, values in measure_rows(one_beat(shape)).items()}


@pytest.mark.parametrize("offset_mv", [0.0, -0.7])
def test_heights_are_those_of_the_waves(offset_mv: float) -> None:
    found = measured(Shape(offset_mv=offset_mv))
    expected = {
        "p_amplitude_mv": 0.12,
        "q_amplitude_mv": -0.1,
        "r_amplitude_mv": 1.2,
        "s_amplitude_mv": -0.3,
        "qrs_peak_to_peak_mv": 1.5,
        "t_amplitude_mv": 0.4,
    }
    # P fades out, by half a percent of itself, within the PR segment.
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize("st_mv", [-0.15, 0.0, 0.2])
def test_st_is_read_at_j_and_60_ms_later(st_mv: float) -> None:
    found = measured(Shape(st_mv=st_mv, t_mv=0.0))
    assert found["st_j_mv"] == pytest.approx(st_mv, abs=0.003)
    assert found["st_j60_mv"] == pytest.approx(st_mv, abs=0.003)


@pytest.mark.parametrize("t_mv", [0.08, 0.4, 1.5, -0.3])
@pytest.mark.parametrize(("rise_s", "fall_s"), [(0.045, 0.045), (0.05, 0.03), (0.03, 0.04), (0.025, 0.025)])
def test_shape_of_t_is_that_of_two_half_bells(t_mv: float, rise_s: float, fall_s: float) -> None:
    found = measured(Shape(t_mv=t_mv, t_rise_s=rise_s, t_fall_s=fall_s))
    height = abs(t_mv)
    downslope = height / fall_s * BELL_SLOPE
    assert found["t_amplitude_mv"] == pytest.approx(t_mv, rel=0.01)
    assert found["t_peak_ms"] == pytest.approx(1000 * (0.30 - QRS_S[0]), abs=4)
    assert found["t_width_ms"] == pytest.approx(1000 * BELL_WIDTH * (rise_s + fall_s) / 2, rel=0.02)
    assert found["t_upslope_mv_s"] == pytest.approx(height / rise_s * BELL_SLOPE, rel=0.07)
    assert found["t_downslope_mv_s"] == pytest.approx(downslope, rel=0.07)
    assert found["t_downslope_per_root_mv"] == pytest.approx(downslope / np.sqrt(height), rel=0.07)
    assert found["t_symmetry"] == pytest.approx(fall_s / rise_s, rel=0.1)


def test_slopes_of_a_triangle_are_exact() -> None:
    t = (np.arange(700) - R_INDEX) / 500
    t_wave = 0.5 * np.clip(np.minimum((t - 0.18) / 0.12, (0.40 - t) / 0.10), 0, None)
    found = measure_rows(rows((Shape(t_mv=0.0).mv(t) + t_wave)[None]))
    assert found["t_upslope_mv_s"][0] == pytest.approx(0.5 / 0.12, rel=1e-3)
    assert found["t_downslope_mv_s"][0] == pytest.approx(0.5 / 0.10, rel=1e-3)
    assert found["t_symmetry"][0] == pytest.approx(0.10 / 0.12, rel=0.05)
    assert found["t_width_ms"][0] == pytest.approx(110, rel=0.05)


def test_t_is_found_from_j_on_where_its_onset_is_not_known() -> None:
    beats = one_beat(Shape())
    beats.t[:, 0] = np.nan
    found, expected = measure_rows(beats), measured(Shape())
    for key in ("t_amplitude_mv", "t_width_ms", "t_downslope_mv_s", "t_symmetry"):
        assert found[key][0] == pytest.approx(expected[key]), key
    assert np.isnan(found["t_upslope_mv_s"][0])


def test_larger_part_of_a_biphasic_t_is_measured() -> None:
    t = (np.arange(700) - R_INDEX) / 500
    second = -0.15 * np.exp(-((t - 0.385) ** 2) / (2 * 0.016**2))
    shape = Shape(t_rise_s=0.03, t_fall_s=0.022)
    for sign in (1, -1):
        found = measure_rows(
            rows((replace(shape, t_mv=0.0).mv(t) + sign * (t_bell(t, shape) + second))[None])
        )
        assert found["t_amplitude_mv"][0] == pytest.approx(sign * 0.4, rel=0.02)
        assert found["t_width_ms"][0] == pytest.approx(1000 * BELL_WIDTH * 0.026, rel=0.04)
        assert found["t_downslope_mv_s"][0] > measured(shape)["t_downslope_mv_s"]


def t_bell(t: np.ndarray, shape: Shape) -> np.ndarray:
    return shape.mv(t) - replace(shape, t_mv=0.0).mv(t)


def test_upright_t_after_a_depressed_st_segment_is_upright() -> None:
    t = (np.arange(700) - R_INDEX) / 500
    depressed = -0.25 * np.interp(t, [0.035, 0.04, 0.19, 0.25], [0, 1, 1, 0])
    found = measure_rows(rows((Shape(t_mv=0.15, t_rise_s=0.03).mv(t) + depressed)[None]))
    assert found["st_j60_mv"][0] == pytest.approx(-0.25, abs=0.003)
    assert found["t_amplitude_mv"][0] == pytest.approx(0.15, abs=0.005)


def test_a_flat_t_has_an_amplitude_but_no_shape() -> None:
    found = measured(Shape(t_mv=0.02))
    assert found["t_amplitude_mv"] == pytest.approx(0.02, abs=0.003)
    shape = ["t_width_ms", "t_upslope_mv_s", "t_downslope_mv_s", "t_downslope_per_root_mv", "t_symmetry"]
    assert np.isnan([found[key] for key in shape]).all()


@pytest.mark.parametrize(
    ("shape", "q_mv", "r_mv", "s_mv"),
    [
        (Shape(q_mv=0, r_mv=-1.0, s_mv=0), -1.0, 0.0, 0.0),  # QS
        (Shape(q_mv=0, r_mv=0.9, s_mv=0), 0.0, 0.9, 0.0),
        (Shape(q_mv=0, r_mv=0.2, s_mv=-1.4), 0.0, 0.2, -1.4),  # rS
        (Shape(q_mv=-0.5, r_mv=0.6, s_mv=0), -0.5, 0.6, 0.0),  # Qr
        (Shape(q_mv=-0.02, r_mv=0.6, s_mv=-0.02), 0.0, 0.6, 0.0),  # too small to be waves
    ],
    ids=["QS", "R", "rS", "QR", "R with less than 0.03 mV beside it"],
)
def test_q_r_and_s(shape: Shape, q_mv: float, r_mv: float, s_mv: float) -> None:
    found = measured(shape)
    assert found["q_amplitude_mv"] == pytest.approx(q_mv, abs=0.003)
    assert found["r_amplitude_mv"] == pytest.approx(r_mv, abs=0.003)
    assert found["s_amplitude_mv"] == pytest.approx(s_mv, abs=0.003)


@pytest.mark.parametrize(("u_mv", "visible"), [(0.0, 0), (0.03, 0), (0.1, 1), (-0.1, 1)])
def test_u_wave(u_mv: float, visible: int) -> None:
    found = measured(Shape(u_mv=u_mv))
    assert found["u_amplitude_mv"] == pytest.approx(u_mv, abs=0.004)
    assert found["u_visible"] == visible


def test_u_is_not_assessed_where_the_next_p_is_near_or_unknown() -> None:
    beats = one_beat(Shape(u_mv=0.1))
    for next_p_onset in (beats.t[:, 2] + 105, np.full(1, np.nan)):
        found = measure_rows(replace(beats, next_p_onset=next_p_onset))
        assert np.isnan(found["u_amplitude_mv"]).all() and np.isnan(found["u_visible"]).all()
        assert np.isfinite(found["t_amplitude_mv"]).all()


def test_t_on_an_st_segment_higher_than_half_of_it_has_no_width() -> None:
    t = (np.arange(700) - R_INDEX) / 500
    elevated = 0.3 * np.interp(t, [0.035, 0.04, 0.30, 0.40], [0, 1, 1, 0])
    found = measure_rows(rows((Shape(t_mv=0.2).mv(t) + elevated)[None]))
    assert np.isnan(found["t_width_ms"][0]) and np.isnan(found["t_symmetry"][0])
    assert found["t_amplitude_mv"][0] == pytest.approx(0.5, abs=0.01)


def test_isoelectric_level_is_that_of_the_pr_segment_else_of_the_tp_segment() -> None:
    beats = one_beat(Shape(p_mv=0.0))
    beats.mv[0, : R_INDEX - 100] = 0.3  # before P
    beats.mv[0, R_INDEX - 57 : R_INDEX - 20] = 0.1  # from the P offset on
    assert isoelectric_mv(beats) == pytest.approx(0.1)
    short_pr = replace(beats, p=beats.p + 35)  # a delta wave begins right after P
    short_pr.mv[0, R_INDEX - 100 : R_INDEX - 67] = 0.3
    assert isoelectric_mv(short_pr) == pytest.approx(0.3)
    assert isoelectric_mv(without_p(beats)) == pytest.approx(0.1)  # the last 60 ms before QRS
    touching = replace(without_p(beats), previous_t_offset=beats.qrs[:, 0] - 5)
    assert np.isnan(isoelectric_mv(touching))


def test_without_p_all_but_p_and_u_is_measured() -> None:
    with_p, without = (
        measure_rows(one_beat(Shape(p_mv=0.0))),
        measure_rows(without_p(one_beat(Shape(p_mv=0.0)))),
    )
    assert np.isnan(without["p_amplitude_mv"]) and np.isnan(without["p_area_mv_s"])
    for key in set(with_p) - {"p_amplitude_mv", "p_area_mv_s"}:
        assert without[key] == pytest.approx(with_p[key], nan_ok=True, rel=1e-6), key


@pytest.mark.parametrize(
    ("first", "last", "lost"),
    [
        (R_INDEX - 80, R_INDEX - 78, {"p_amplitude_mv"}),
        (
            R_INDEX + 5,
            R_INDEX + 5,
            {"q_amplitude_mv", "r_amplitude_mv", "s_amplitude_mv", "qrs_peak_to_peak_mv"},
        ),
        (R_INDEX + 50, R_INDEX + 58, {"st_j60_mv"}),
        (R_INDEX + 150, R_INDEX + 152, {"t_amplitude_mv", "t_peak_ms", "t_width_ms", "t_downslope_mv_s"}),
    ],
    ids=["P", "QRS", "ST", "T"],
)
def test_a_gap_costs_the_wave_it_lies_in(first: int, last: int, lost: set[str]) -> None:
    beats = one_beat(Shape())
    beats.mv[0, first : last + 1] = np.nan
    found = measure_rows(beats)
    other = {"p_amplitude_mv", "r_amplitude_mv", "st_j60_mv", "t_amplitude_mv"} - lost
    assert np.isnan([found[key] for key in lost]).all()
    assert np.isfinite([found[key] for key in other]).all()


def test_nothing_recorded_gives_nothing() -> None:
    beats = one_beat(Shape())
    beats.mv[:] = np.nan
    for key, values in measure_rows(beats).items():
        assert np.isnan(values).all(), key


@given(shape=SHAPES, gain=st.floats(0.5, 3.0))
def test_gain_scales_heights_and_slopes_and_leaves_times(shape: Shape, gain: float) -> None:
    once, scaled = measure_rows(one_beat(shape)), measure_rows(rows(gain * one_beat(shape).mv))
    for key in (
        "p_amplitude_mv",
        "r_amplitude_mv",
        "st_j60_mv",
        "t_amplitude_mv",
        "t_downslope_mv_s",
        "t_area_mv_s",
    ):
        assert scaled[key] == pytest.approx(gain * once[key], rel=1e-6, abs=1e-9), key
    for key in ("t_width_ms", "t_peak_ms", "t_symmetry"):
        assert scaled[key] == pytest.approx(once[key], rel=1e-6), key
    ratio = "t_downslope_per_root_mv"
    assert scaled[ratio] == pytest.approx(np.sqrt(gain) * once[ratio], rel=1e-6)


@given(shape=SHAPES)
def test_polarity_turns_signs_and_leaves_the_shape_of_t(shape: Shape) -> None:
    upright, turned = measure_rows(one_beat(shape)), measure_rows(rows(-one_beat(shape).mv))
    for key in ("p_amplitude_mv", "st_j_mv", "st_j60_mv", "t_amplitude_mv", "qrs_area_mv_s"):
        assert turned[key] == pytest.approx(-upright[key], abs=1e-9), key
    for key in ("qrs_peak_to_peak_mv", "t_width_ms", "t_upslope_mv_s", "t_downslope_mv_s", "t_symmetry"):
        assert turned[key] == pytest.approx(upright[key], rel=1e-6), key


@given(shape=SHAPES, seed=st.integers(0, 2**31))
def test_10_uv_of_noise_moves_t_by_little(shape: Shape, seed: int) -> None:
    clean = one_beat(shape).mv
    noise = np.random.default_rng(seed).normal(0, 0.01, (8, clean.shape[1]))
    quiet, noisy = measure_rows(rows(clean)), measure_rows(rows(clean + noise))
    assert np.median(noisy["t_amplitude_mv"]) == pytest.approx(quiet["t_amplitude_mv"][0], abs=0.015)
    assert np.median(noisy["t_downslope_mv_s"]) == pytest.approx(quiet["t_downslope_mv_s"][0], abs=0.8)
    assert np.median(noisy["t_width_ms"]) == pytest.approx(quiet["t_width_ms"][0], abs=12)


@given(shapes=st.lists(SHAPES, min_size=2, max_size=4))
def test_rows_do_not_depend_on_their_neighbours(shapes: list[Shape]) -> None:
    together = measure_rows(rows(np.concatenate([one_beat(shape).mv for shape in shapes])))
    for i, shape in enumerate(shapes):
        for key, values in measure_rows(one_beat(shape)).items():
            assert together[key][i] == pytest.approx(values[0], rel=1e-9, nan_ok=True), key


def test_stretch_gives_the_samples_between_both_bounds() -> None:
    mv = np.arange(20.0).reshape(2, 10)
    part, first = stretch(mv, np.array([2.0, 7.6]), np.array([4.4, 12.0]))
    np.testing.assert_array_equal(part, [[2, 3, 4, np.nan, np.nan], [18, 19, np.nan, np.nan, np.nan]])
    assert first.tolist() == [2, 8]
    part, _ = stretch(mv, np.array([np.nan, 0.0]), np.array([4.0, np.nan]))
    assert np.isnan(part).all()


def test_level_needs_enough_samples() -> None:
    mv = np.array([[1.0, np.nan, 3.0, 4.0]])
    assert level_mv(mv, np.zeros(1), np.full(1, 3.0), least=3) == pytest.approx(3.0)
    assert np.isnan(level_mv(mv, np.zeros(1), np.full(1, 3.0), least=4))
