"""Corrections by hand: what they change, what they leave, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.annotation.edits import (
    MARK_COLUMNS,
    WAVE_NAMES,
    BeatAdded,
    BeatEdits,
    BeatLeftOut,
    BeatRemoved,
    Edit,
    MarkMoved,
    MarkMovedInAll,
    WaveAbsent,
    WaveAbsentInAll,
    any_fits,
    apply_edit,
    apply_edits,
)
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation, Waves
from ecg_core.errors import EditError
from ecg_core.measurements.measure import measure

FS_HZ = 500.0
N_BEATS = 6
R_S = 0.5 + 0.8 * np.arange(N_BEATS)  # a QT of 0.34 s: from 0.04 before R to 0.30 after it


def regular(n_beats: int = N_BEATS, late_samples: float = 0.0) -> Annotation:
    """Beats of 75 a minute in two leads that agree; `late_samples` moves all of them."""
    r = 250 + 400 * np.arange(n_beats) + late_samples

    def waves() -> Waves:
        def triple(*offsets: float) -> np.ndarray:
            return (r[:, None] + np.array(offsets)).astype(np.float64)

        return Waves(p=triple(-90, -70, -50), qrs=triple(-20, 0, 25), t=triple(60, 110, 150))

    return Annotation(
        FS_HZ,
        "made up",
        np.rint(r).astype(np.int64),
        {"I": waves(), "II": waves()},
        waves(),
        np.zeros(n_beats, dtype=bool),
    )


def edited(*edits: Edit, annotation: Annotation | None = None) -> Annotation:
    return apply_edits(annotation or regular(), BeatEdits(edits))


def value(annotation: Annotation, key: str) -> float:
    return next(m.value for m in measure(annotation) if m.key == key)


def all_marks(annotation: Annotation) -> np.ndarray:
    """(1 + leads, beats, 9), in the order of time within a beat."""
    every = (annotation.waves, *annotation.lead_waves.values())
    return np.stack([np.concatenate([w.p, w.qrs, w.t], axis=1) for w in every])


def test_without_edits_the_annotation_is_the_same() -> None:
    annotation = regular()
    assert apply_edits(annotation, BeatEdits()) is annotation
    assert annotation.by_hand is None


def test_a_moved_mark_moves_over_all_leads_and_in_each_and_is_labelled() -> None:
    before = regular()
    after = edited(MarkMoved(R_S[2], "T", "offset", R_S[2] + 0.38), annotation=before)
    expected = all_marks(before)
    expected[:, 2, 8] = 1050 + 0.38 * FS_HZ
    np.testing.assert_allclose(all_marks(after), expected)
    assert after.by_hand is not None
    assert np.argwhere(after.by_hand.marks).tolist() == [[2, 2, OFFSET]]


def test_qt_follows_a_moved_t_offset_by_as_much() -> None:
    edits = [MarkMoved(r, "T", "offset", r + 0.34) for r in R_S]
    assert value(edited(*edits), "qt_ms") == pytest.approx(value(regular(), "qt_ms") + 40)


def test_the_source_is_left_as_it_was() -> None:
    annotation = regular()
    before = all_marks(annotation)
    edited(
        MarkMoved(R_S[1], "QRS", "peak", R_S[1] + 0.02),
        BeatLeftOut(R_S[3]),
        BeatRemoved(R_S[4]),
        annotation=annotation,
    )
    np.testing.assert_array_equal(all_marks(annotation), before)
    np.testing.assert_array_equal(annotation.r_peaks, regular().r_peaks)


def test_moving_r_moves_the_beat() -> None:
    after = edited(MarkMoved(R_S[1], "QRS", "peak", R_S[1] + 0.02))
    assert after.r_peaks[1] == regular().r_peaks[1] + 10
    assert after.waves.qrs[1, PEAK] == after.r_peaks[1]


def test_a_lead_forgets_marks_on_the_wrong_side_of_a_moved_one() -> None:
    annotation = regular()
    annotation.lead_waves["I"].t[2, PEAK] = 1050 + 140  # a later peak in this lead
    after = edited(MarkMoved(R_S[2], "T", "offset", R_S[2] + 0.26), annotation=annotation)
    assert np.isnan(after.lead_waves["I"].t[2, PEAK])
    assert after.lead_waves["II"].t[2, PEAK] == 1050 + 110


def test_a_lead_without_the_wave_gets_none() -> None:
    annotation = regular()
    annotation.lead_waves["I"].p[2] = np.nan
    after = edited(MarkMoved(R_S[2], "P", "onset", R_S[2] - 0.2), annotation=annotation)
    assert np.isnan(after.lead_waves["I"].p[2]).all()
    assert after.lead_waves["II"].p[2, ONSET] == 950


def test_an_absent_wave_is_absent_in_all_leads() -> None:
    after = edited(*(WaveAbsent(r, "P") for r in R_S))
    assert np.isnan(all_marks(after)[:, :, :3]).all()
    assert np.isnan(value(after, "pr_ms"))
    assert value(after, "qrs_ms") == value(regular(), "qrs_ms")
    assert not after.r_only.any()


def test_a_mark_can_stand_as_far_from_r_in_every_beat() -> None:
    after = edited(BeatLeftOut(R_S[1]), MarkMovedInAll("T", "offset", 0.34))
    expected = R_S + 0.34
    expected[1] = np.nan
    np.testing.assert_allclose(after.waves.t[:, OFFSET] / FS_HZ, expected)
    assert value(after, "qt_ms") == pytest.approx(380)


def test_where_a_mark_cannot_stand_it_stays() -> None:
    annotation = regular()
    annotation.waves.t[1, PEAK] += 100
    annotation.waves.t[1, OFFSET] += 100
    after = edited(MarkMovedInAll("T", "offset", 0.34), annotation=annotation)
    assert after.waves.t[1, OFFSET] == annotation.waves.t[1, OFFSET]
    assert after.by_hand is not None
    assert after.by_hand.marks[:, 2, OFFSET].tolist() == [True, False, True, True, True, True]


def test_a_wave_can_be_absent_in_every_beat() -> None:
    after = edited(WaveAbsentInAll("P"))
    assert np.isnan(all_marks(after)[:, :, :3]).all()
    assert np.isfinite(all_marks(after)[:, :, 3:]).all()


def test_a_beat_left_out_counts_for_the_rhythm_only() -> None:
    wide = regular()
    wide.waves.qrs[2, OFFSET] += 40
    after = edited(BeatLeftOut(R_S[2]), annotation=wide)
    counts = {m.key: m.n_beats for m in measure(after)}
    assert counts["rr_ms"] == N_BEATS - 1
    assert counts["qrs_ms"] == counts["qt_ms"] == N_BEATS - 1
    assert next(m.high for m in measure(after) if m.key == "qrs_ms") == 90


def test_a_removed_beat_is_gone_and_remembered() -> None:
    after = edited(BeatRemoved(R_S[2]))
    assert after.n_beats == N_BEATS - 1
    assert 1050 not in after.r_peaks
    assert after.by_hand is not None and after.by_hand.removed.tolist() == [1050]
    assert all_marks(after).shape == (3, N_BEATS - 1, 9)


def test_an_added_beat_stands_in_its_place_and_gets_waves_mark_by_mark() -> None:
    gap = edited(BeatRemoved(R_S[2]))
    added = apply_edit(gap, BeatAdded(R_S[2]))
    np.testing.assert_array_equal(added.r_peaks, regular().r_peaks)
    assert added.r_only.tolist() == [False, False, True, False, False, False]
    assert added.by_hand is not None and added.by_hand.added.tolist() == added.r_only.tolist()
    for wave, mark, after_r_s in (
        ("QRS", "onset", -0.04),
        ("QRS", "offset", 0.05),
        ("T", "offset", 0.3),
    ):
        added = apply_edit(added, MarkMoved(R_S[2], wave, mark, R_S[2] + after_r_s))
    assert not added.r_only.any()
    assert value(added, "qt_ms") == value(regular(), "qt_ms")


def test_a_beat_can_be_added_where_none_was_found() -> None:
    none = Annotation(
        FS_HZ, "made up", np.zeros(0, np.int64), {"II": Waves.unknown(0)}, Waves.unknown(0), np.zeros(0, bool)
    )
    assert edited(BeatAdded(1.0), BeatAdded(1.8), annotation=none).r_peaks.tolist() == [500, 900]


def test_adding_and_removing_a_beat_leaves_no_trace() -> None:
    after = edited(BeatAdded(0.1), BeatRemoved(0.1))
    assert after.by_hand is not None and not after.by_hand.removed.size
    np.testing.assert_array_equal(after.r_peaks, regular().r_peaks)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (MarkMoved(R_S[1], "T", "offset", R_S[1] + 0.2), "T offset must come after the T peak"),
        (MarkMoved(R_S[1], "P", "offset", R_S[1] - 0.03), "P offset must come before the QRS onset"),
        (MarkMoved(R_S[1], "QRS", "onset", R_S[1]), "QRS onset must come before the R peak"),
        (MarkMoved(R_S[1], "T", "offset", R_S[2]), "before the QRS of the next beat"),
        (MarkMoved(R_S[1], "P", "onset", R_S[0]), "after the QRS of the beat before"),
        (MarkMoved(R_S[0], "P", "onset", -0.01), "before the recording begins"),
        (MarkMoved(0.9, "T", "offset", 1.2), "There is no beat at 0.90 s"),
        (MarkMovedInAll("T", "offset", 0.2), "T offset must come after the T peak"),
        (MarkMovedInAll("QRS", "peak", 0.01), "one by one"),
        (BeatAdded(R_S[1] + 0.19), "at least 0.2 s apart"),
        (BeatAdded(-0.5), "before the recording begins"),
        (BeatRemoved(99.0), "There is no beat at 99.00 s"),
    ],
)
def test_what_cannot_be_is_refused_in_words(edit: Edit, words: str) -> None:
    with pytest.raises(EditError, match=words):
        apply_edit(regular(), edit)


@pytest.mark.parametrize("edit", [BeatAdded(6.0), MarkMoved(R_S[5], "T", "offset", 6.0)])
def test_nothing_can_be_beyond_the_end_of_the_recording(edit: Edit) -> None:
    apply_edit(regular(), edit, duration_s=6.1)
    with pytest.raises(EditError, match="after the recording ends"):
        apply_edit(regular(), edit, duration_s=6.0)
    assert len(apply_edits(regular(), BeatEdits((edit,)), duration_s=6.0).warnings) == 1


def test_whether_any_correction_fits() -> None:
    far, near = BeatLeftOut(99.0), BeatLeftOut(R_S[1])
    assert any_fits(regular(), BeatEdits((far, near)))
    assert not any_fits(regular(), BeatEdits((far,)))
    assert not any_fits(regular(), BeatEdits((BeatAdded(6.0),)), duration_s=6.0)


def test_waves_of_a_beat_left_out_cannot_be_moved() -> None:
    with pytest.raises(EditError, match="left out"):
        apply_edit(edited(BeatLeftOut(R_S[2])), WaveAbsent(R_S[2], "P"))


def test_one_wave_may_begin_where_another_ends() -> None:
    after = edited(MarkMoved(R_S[2], "T", "onset", R_S[2] + 0.05))
    assert after.waves.t[2, ONSET] == after.waves.qrs[2, OFFSET]


def test_edits_survive_another_method_that_places_r_elsewhere() -> None:
    elsewhere = regular(late_samples=12)
    after = edited(MarkMoved(R_S[2], "T", "offset", R_S[2] + 0.4), annotation=elsewhere)
    assert after.waves.t[2, OFFSET] == 1250
    assert not after.warnings


def test_edits_that_do_not_fit_are_counted_and_the_others_apply() -> None:
    few = regular(3)
    after = edited(WaveAbsent(R_S[4], "P"), WaveAbsent(R_S[1], "P"), annotation=few)
    assert after.warnings == ("1 of 2 corrections by hand do not fit the beats found here and do not apply.",)
    assert np.isnan(after.waves.p[1]).all()


def test_a_mark_moved_on_is_one_edit() -> None:
    first, then = (MarkMoved(1.3, "T", "offset", to) for to in (1.6, 1.602))
    other = replace(first, mark="onset", to_s=1.4)
    assert BeatEdits().plus(first).plus(then).edits == (then,)
    assert BeatEdits().plus(first).plus(other).plus(then).edits == (first, other, then)


def test_an_edit_can_be_taken_back_from_the_midst() -> None:
    out, absent = BeatLeftOut(1.3), WaveAbsent(2.1, "T")
    assert BeatEdits((out, absent)).without(out).edits == (absent,)


def edits_near_the_beats() -> st.SearchStrategy[Edit]:
    time_s = st.floats(0, 6, allow_nan=False)
    r_s = st.sampled_from(R_S.tolist()) | time_s
    moved = st.builds(
        lambda r, wave, mark, by: MarkMoved(r, wave, mark, r + by),
        r_s,
        st.sampled_from(WAVE_NAMES),
        st.sampled_from(list(MARK_COLUMNS)),
        st.floats(-0.3, 0.5),
    )
    return (
        moved
        | st.builds(WaveAbsent, r_s, st.sampled_from(["P", "T"]))
        | st.builds(
            MarkMovedInAll,
            st.sampled_from(WAVE_NAMES),
            st.sampled_from(["onset", "offset"]),
            st.floats(-0.3, 0.5),
        )
        | st.builds(WaveAbsentInAll, st.sampled_from(["P", "T"]))
        | st.builds(BeatLeftOut, r_s)
        | st.builds(BeatRemoved, r_s)
        | st.builds(BeatAdded, time_s)
    )


@given(st.lists(edits_near_the_beats(), max_size=12))
def test_whatever_is_asked_marks_stay_in_order_and_parts_fit_together(edits: list[Edit]) -> None:
    after = edited(*edits)
    marks = all_marks(after)
    assert marks.shape == (3, after.n_beats, 9)
    assert after.r_only.shape == (after.n_beats,)
    assert (np.diff(after.r_peaks) >= 0.2 * FS_HZ - 1).all()
    for beat in marks.reshape(-1, 9):
        assert (np.diff(beat[np.isfinite(beat)]) >= 0).all()
    if after.by_hand is not None:
        assert after.by_hand.marks.shape == (after.n_beats, 3, 3)
        assert after.by_hand.added.shape == after.by_hand.left_out.shape == (after.n_beats,)
        assert np.isnan(marks[0, after.by_hand.left_out]).all()


@given(st.lists(edits_near_the_beats(), max_size=8))
def test_all_at_once_is_as_one_by_one(edits: list[Edit]) -> None:
    step_by_step = regular()
    for edit in edits:
        try:
            step_by_step = apply_edit(step_by_step, edit)
        except EditError:
            continue
    at_once = edited(*edits)
    np.testing.assert_array_equal(step_by_step.r_peaks, at_once.r_peaks)
    np.testing.assert_array_equal(all_marks(step_by_step), all_marks(at_once))
