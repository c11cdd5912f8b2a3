import numpy as np
import pytest

from ecg_core.annotation.types import Waves
from ecg_core.evaluation.beats import score_beats
from ecg_core.evaluation.delineation import BestLeadScores, LeadScores, marks_ms, p_share
from ecg_core.evaluation.fiducials import Tally

NONE = np.zeros((0, 3))
BEATS = np.array([500.0, 1300.0, 2100.0])


def lead(shift_ms: float = 0.0) -> dict[str, np.ndarray]:
    """Three regular beats; every mark late by `shift_ms`."""
    offsets = {"P": (-160, -120, -80), "QRS": (-40, 0, 50), "T": (180, 250, 330)}
    return {wave: BEATS[:, None] + np.array(marks) + shift_ms for wave, marks in offsets.items()}


def test_perfect_marks_have_no_error() -> None:
    scores = LeadScores()
    scores.add(lead(), (340.0, 2430.0), lead())
    for tally in scores.tallies.values():
        row = tally.row()
        assert row["f1"] == 1.0 and row["mean_ms"] == row["sd_ms"] == 0.0 and row["tp"] == 3


def test_errors_are_found_minus_manual() -> None:
    scores = LeadScores()
    scores.add(lead(), (340.0, 2430.0), lead(8.0))
    assert {tally.row()["mean_ms"] for tally in scores.tallies.values()} == {8.0}


def test_outside_the_marked_part_nothing_is_wrong() -> None:
    found = lead()
    found["P"] = np.concatenate([found["P"], [[50.0, 90.0, 130.0], [900.0, 940.0, 980.0]]])
    scores = LeadScores()
    scores.add(lead(), (340.0, 2430.0), found)
    row = scores.tallies["P onset"].row()
    assert (row["tp"], row["fp"], row["fn"]) == (3, 1, 0)


def test_a_lead_without_anything_found_misses_all() -> None:
    scores = LeadScores()
    scores.add(lead(), (340.0, 2430.0), dict.fromkeys(("P", "QRS", "T"), NONE))
    assert {tally.row()["fn"] for tally in scores.tallies.values()} == {3}


def test_each_mark_takes_the_lead_that_fits_best() -> None:
    scores = BestLeadScores()
    scores.add(lead(), [lead(20.0), lead(-5.0)])
    for name, tally in scores.tallies.items():
        row = tally.row()
        assert row["mean_ms"] == -5.0 and row["se"] == 1.0
        assert np.isnan(row["ppv"]) == name.startswith("QRS")


def test_a_wave_counts_as_extra_only_where_every_lead_shows_it() -> None:
    truth = lead() | {"T": lead()["T"][:1]}
    one_without = lead() | {"T": lead()["T"][:2]}
    scores = BestLeadScores()
    scores.add(truth, [lead(), one_without])
    row = scores.tallies["T peak"].row()
    assert (row["tp"], row["fp"], row["fn"]) == (1, 1, 0)


def test_found_waves_in_ms_without_empty_rows() -> None:
    waves = Waves.unknown(2)
    waves.qrs[1] = [100.2, 110.0, 120.0]
    found = marks_ms(waves, 250.0)
    assert found["QRS"].tolist() == [[400.0, 440.0, 480.0]]
    assert found["P"].shape == found["T"].shape == (0, 3)


def test_p_waves_are_counted_over_leads() -> None:
    assert p_share([lead(), lead() | {"P": NONE}]) == (3, 6)


@pytest.mark.parametrize(("flutter", "n_extra"), [([], 2), ([(700.0, 1000.0)], 1)], ids=["none", "flutter"])
def test_beats_found_in_flutter_do_not_count(flutter: list[tuple[float, float]], n_extra: int) -> None:
    tally = Tally()
    score_beats(tally, BEATS, np.array([490.0, 800.0, 1310.0, 1700.0]), flutter)
    row = tally.row()
    assert (row["tp"], row["fp"], row["fn"]) == (2, n_extra, 1)
