from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.rpeaks import find_r_peaks
from ecg_core.errors import SignalError
from ecg_core.leads import INDEPENDENT_LEADS, LIMB_FROM_I_II, STANDARD_LEADS
from ecg_core.record import ECGRecord
from ecg_core.simulation.morph import MorphStyle, draw_style
from ecg_core.simulation.simulate import simulate_potassium
from tests.simulation.simulated_beats import (
    PATIENT,
    base_ecg,
    mean_beat_mv,
    p_height_mv,
    p_peak_to_r_ms,
    potassium_only,
    qrs_width_ms,
    t_half_width_ms,
    t_steepness_per_s,
    t_wave_mv,
)

BASE, ANNOTATION = base_ecg()
RISING = (4.2, 5.0, 6.0, 7.0)
FALLING = (4.2, 3.5, 2.8, 2.1)


def simulate(k_meq_l: float, seed: int = 0, base: ECGRecord = BASE, unrelated: bool = True) -> ECGRecord:
    return simulate_potassium(base, ANNOTATION, k_meq_l, np.random.default_rng(seed), unrelated=unrelated)


def along(values: object) -> list[float]:
    return [after - before for before, after in pairwise(values)]


@settings(max_examples=25, deadline=None)
@given(st.floats(1.0, 12.0), st.integers(0, 10_000), st.booleans())
def test_any_patient_at_any_level_gives_a_complete_record(k_meq_l: float, seed: int, unrelated: bool) -> None:
    record = simulate(k_meq_l, seed, unrelated=unrelated)
    assert record.signal_mv.shape == (12, BASE.n_samples)
    assert record.leads == STANDARD_LEADS and record.fs_hz == BASE.fs_hz
    assert np.isfinite(record.signal_mv).all()
    assert np.abs(record.signal_mv).max() < 4 * np.abs(BASE.signal_mv).max()
    lead_i, lead_ii = record.lead_mv("I").astype(float), record.lead_mv("II").astype(float)
    for lead, (a, b) in LIMB_FROM_I_II.items():
        np.testing.assert_allclose(record.lead_mv(lead), a * lead_i + b * lead_ii, atol=1e-6)


def test_the_record_says_that_it_is_simulated_and_at_which_level() -> None:
    record = simulate(6.7)
    assert record.simulated and not BASE.simulated
    assert any("6.7 mEq/L" in note and "simulated" in note.lower() for note in record.notes)
    assert record.derived_leads == frozenset()


def test_the_seed_decides_everything() -> None:
    assert np.array_equal(simulate(6.0, seed=4).signal_mv, simulate(6.0, seed=4).signal_mv)
    assert not np.array_equal(simulate(6.0, seed=4).signal_mv, simulate(6.0, seed=5).signal_mv)


def test_a_given_way_of_changing_t_replaces_the_drawn_one_and_nothing_else() -> None:
    def at_seven(style: MorphStyle | None) -> ECGRecord:
        return simulate_potassium(BASE, ANNOTATION, 7.0, np.random.default_rng(3), style=style)

    drawn = drawn_style(3)
    warped, synthesised = at_seven(MorphStyle(1.0)), at_seven(MorphStyle(0.0))
    assert np.array_equal(at_seven(drawn).signal_mv, at_seven(None).signal_mv)
    assert not np.allclose(warped.signal_mv, synthesised.signal_mv, atol=0.01)
    assert (
        np.corrcoef(warped.signal_mv[1], synthesised.signal_mv[1])[0, 1] > 0.9
    )  # the same patient, rate and noise


def drawn_style(seed: int) -> MorphStyle:
    """What the simulation itself draws with this seed."""
    seen: list[MorphStyle] = []

    def noting(rng: np.random.Generator) -> MorphStyle:
        seen.append(draw_style(rng))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ecg_core.simulation.simulate.draw_style", noting)
        simulate_potassium(BASE, ANNOTATION, 7.0, np.random.default_rng(seed))
    return seen[0]


def test_the_patients_own_normal_level_changes_next_to_nothing() -> None:
    record = potassium_only(PATIENT.own_normal_meq_l)
    for lead in STANDARD_LEADS:
        assert np.corrcoef(record.lead_mv(lead), BASE.lead_mv(lead))[0, 1] > 0.99


def test_unrelated_changes_leave_the_ecg_recognisable() -> None:
    record = simulate_potassium(BASE, ANNOTATION, 4.2, np.random.default_rng(1), PATIENT)
    shape, own = mean_beat_mv(record, "V5"), mean_beat_mv(BASE, "V5")
    assert 0.9 < np.corrcoef(shape, own)[0, 1] < 0.9999


def test_rates_of_every_size_fill_the_record() -> None:
    rates = []
    for seed in range(60):
        record = simulate(4.2, seed)
        assert record.n_samples == BASE.n_samples
        rates.append(60 / (np.median(np.diff(find_r_peaks(record))) / BASE.fs_hz))
    own = 60 / (np.median(np.diff(ANNOTATION.r_peaks)) / BASE.fs_hz)
    assert min(rates) < 0.85 * own and max(rates) > 1.25 * own


@pytest.mark.parametrize("k_meq_l", [2.2, 4.2, 6.0, 8.0])
def test_no_record_ends_in_a_flat_line(k_meq_l: float) -> None:
    """Else the length of that line would tell how much shorter the waves became."""
    for seed in range(8):
        end = simulate(k_meq_l, seed, unrelated=False).signal_mv[:, -10:]
        assert (np.ptp(end, axis=1) > 0).all()


@pytest.mark.parametrize(
    ("measure", "direction"),
    [
        (t_half_width_ms, -1),
        (t_steepness_per_s, 1),
        (lambda record: t_wave_mv(record).max(), 1),
        (p_peak_to_r_ms, 1),
        (p_height_mv, -1),
    ],
    ids=["T narrower", "T steeper", "T taller", "PR longer", "P lower"],
)
def test_rising_potassium_step_by_step(measure: object, direction: int) -> None:
    steps = along(measure(potassium_only(k)) for k in RISING)
    assert all(direction * step > 0 for step in steps), steps


def test_the_qrs_widens_and_the_rate_falls_only_beyond_the_patients_onset() -> None:
    widths = [qrs_width_ms(potassium_only(k)) for k in (4.2, 6.4, 7.2, 8.0)]
    assert abs(widths[1] - widths[0]) <= 4
    assert widths[1] + 10 < widths[2] < widths[3] - 10
    rr = [float(np.median(np.diff(find_r_peaks(potassium_only(k))))) for k in (4.2, 6.4, 7.2, 8.0)]
    assert abs(rr[1] - rr[0]) <= 1 and rr[1] < rr[2] < rr[3]


def test_the_p_wave_is_lost_in_severe_hyperkalemia() -> None:
    # Not all of what is left is P: the level it is measured against lies within the wide QRS by then.
    assert p_height_mv(potassium_only(8.5)) < 0.25 * p_height_mv(potassium_only(4.2))


def test_the_worst_is_a_sine_wave() -> None:
    """QRS and T fuse: nearly all power lies below 5 Hz, where a normal QRS has little."""

    def slow_share(k_meq_l: float) -> float:
        beat = mean_beat_mv(potassium_only(k_meq_l), "II")
        power = np.abs(np.fft.rfft(beat - beat.mean())) ** 2
        return float(power[np.fft.rfftfreq(beat.size, 1 / 500) < 5].sum() / power.sum())

    assert slow_share(4.2) < 0.7 < 0.85 < slow_share(9.9)


@pytest.mark.parametrize(
    ("measure", "direction"),
    [
        (t_half_width_ms, 1),
        (lambda record: t_wave_mv(record).max(), -1),
        (p_peak_to_r_ms, 1),
        (p_height_mv, 1),
        (lambda record: mean_beat_mv(record, "V3")[130 + 40], -1),
    ],
    ids=["T wider", "T lower", "PR longer", "P higher", "ST lower"],
)
def test_falling_potassium_step_by_step(measure: object, direction: int) -> None:
    steps = along(measure(potassium_only(k)) for k in FALLING)
    assert all(direction * step >= 0 for step in steps) and sum(map(abs, steps)) > 0, steps


def test_hypokalemia_brings_a_u_wave_after_t() -> None:
    def after_t(k_meq_l: float) -> float:
        t = t_wave_mv(potassium_only(k_meq_l), "V5")
        return float(t[t.argmax() + 60 : t.argmax() + 110].max())

    assert after_t(2.1) > after_t(3.0) + 0.02 > after_t(4.2) + 0.04


def test_a_rate_other_than_500_hz_is_changed_alike() -> None:
    half = BASE.with_signal(BASE.signal_mv[:, ::2], 250.0)
    annotation = replace(
        annotate(half), r_peaks=ANNOTATION.r_peaks // 2
    )  # the same beats, so that only the rate differs
    rng = np.random.default_rng(0)
    slow = simulate_potassium(half, annotation, 6.5, rng, PATIENT, unrelated=False)
    assert np.corrcoef(slow.lead_mv("V5"), potassium_only(6.5).lead_mv("V5")[::2])[0, 1] > 0.98


def test_leads_beyond_the_twelve_are_left_out() -> None:
    with_v7 = replace(
        BASE, signal_mv=np.vstack([BASE.signal_mv, BASE.signal_mv[:1]]), leads=(*BASE.leads, "V7")
    )
    assert np.array_equal(simulate(6.0, base=with_v7).signal_mv, simulate(6.0).signal_mv)


def test_eight_independent_leads_suffice() -> None:
    eight = simulate(6.0, base=BASE.select(INDEPENDENT_LEADS))
    assert np.array_equal(eight.signal_mv, simulate(6.0).signal_mv)


def test_a_missing_lead_is_refused() -> None:
    with pytest.raises(SignalError, match="V2, V3 are missing"):
        simulate(6.0, base=BASE.select([lead for lead in STANDARD_LEADS if lead not in ("V2", "V3")]))


def test_a_gap_is_refused() -> None:
    signal_mv = BASE.signal_mv.copy()
    signal_mv[3, 100] = np.nan
    signal_mv[1, 100] = np.nan
    with pytest.raises(SignalError, match="without gaps"):
        simulate(6.0, base=BASE.with_signal(signal_mv))


@pytest.mark.parametrize("n_beats", [0, 1])
def test_fewer_than_two_beats_are_refused(n_beats: int) -> None:
    r_peak = int(ANNOTATION.r_peaks[0])
    short = BASE.with_signal(BASE.signal_mv[:, : r_peak + 200 if n_beats else r_peak - 60])
    annotation = annotate(short)
    assert annotation.n_beats == n_beats
    with pytest.raises(SignalError, match="at least two heartbeats"):
        simulate_potassium(short, annotation, 6.0, np.random.default_rng(0))


@pytest.mark.parametrize("k_meq_l", [float("nan"), float("inf")])
def test_a_potassium_that_is_no_number_is_refused(k_meq_l: float) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        simulate(k_meq_l)
