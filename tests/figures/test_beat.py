"""The beat that is corrected, drawn large, and what is by hand on the trace."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.edits import (
    BeatAdded,
    BeatEdits,
    BeatLeftOut,
    BeatRemoved,
    MarkMoved,
    WaveAbsent,
    apply_edits,
)
from ecg_core.annotation.types import Annotation
from ecg_core.figures.beat import AFTER_R_S, BEFORE_R_S, beat_figure, beat_view
from ecg_core.figures.by_hand import add_by_hand, add_highlight
from ecg_core.figures.page import arrange
from ecg_core.figures.theme import LIGHT
from ecg_core.filtering.pipeline import filter_record
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord

T_OFFSET = (2, 2)


@pytest.fixture(scope="module")
def ecg() -> tuple[ECGRecord, Annotation]:
    filtered = filter_record(open_ecg(list_examples()[0].path)).record
    return filtered, annotate(filtered)


def trace(fig: go.Figure, name: str) -> go.Scatter:
    return next(t for t in fig.data if t.name == name)


def test_paper_and_time_agree(ecg: tuple[ECGRecord, Annotation]) -> None:
    record, annotation = ecg
    view = beat_view(record, "II", annotation.r_peaks[3] / record.fs_hz)
    assert view.x_mm(view.r_s) == 0
    assert view.x_mm(view.r_s + 0.2) == pytest.approx(5.0)
    assert view.time_s(view.x_mm(1.234)) == pytest.approx(1.234)


@pytest.mark.parametrize("factor", [0.1, 1.0, 8.0])
def test_beat_is_as_large_as_it_fits(ecg: tuple[ECGRecord, Annotation], factor: float) -> None:
    record = ecg[0].with_signal(np.float32(factor) * ecg[0].signal_mv)
    view = beat_view(record, "II", 2.754)
    assert view.high_mm - view.low_mm <= (BEFORE_R_S + AFTER_R_S) * 25


def test_marks_stand_where_they_are_and_those_by_hand_are_told(
    ecg: tuple[ECGRecord, Annotation],
) -> None:
    record, found = ecg
    r_s = found.r_peaks[3] / record.fs_hz
    edits = BeatEdits((MarkMoved(r_s, "T", "offset", r_s + 0.44), WaveAbsent(r_s, "P")))
    edited = apply_edits(found, edits)
    fig = beat_figure(record, "II", edited, 3, dark=False, chosen=T_OFFSET, found=found)
    hand = trace(fig, "T offset, by hand")
    assert hand.x[0] == pytest.approx(0.44 * 25) and hand.line.dash == "solid"
    was_mm = (found.waves.t[3, 2] / record.fs_hz - r_s) * 25
    assert trace(fig, "T offset as found").x[0] == pytest.approx(was_mm)
    onset = trace(fig, "QRS onset")
    assert onset.x[0] == pytest.approx((found.waves.qrs[3, 0] / record.fs_hz - r_s) * 25)
    assert onset.line.dash == "dot"
    assert "P onset" not in {t.name for t in fig.data}
    assert "<b>T offset, by hand</b>" in {note.text for note in fig.layout.annotations}


def test_a_second_method_stands_in_its_own_row(ecg: tuple[ECGRecord, Annotation]) -> None:
    record, found = ecg
    second = replace(found, method="another")
    fig = beat_figure(record, "II", found, 3, dark=True, chosen=T_OFFSET, compared=second)
    ours, theirs = trace(fig, f"T by {found.method}"), trace(fig, "T by another")
    assert ours.x == theirs.x
    assert theirs.y[0] < ours.y[0]
    assert fig.layout.yaxis.range[0] < theirs.y[0]


def test_first_and_last_beat_are_drawn(ecg: tuple[ECGRecord, Annotation]) -> None:
    record, found = ecg
    for beat in (0, found.n_beats - 1):
        fig = beat_figure(record, "V1", found, beat, dark=False, chosen=T_OFFSET)
        assert np.isfinite(trace(fig, "V1").y).all()


def test_lead_without_signal_is_drawn_empty(ecg: tuple[ECGRecord, Annotation]) -> None:
    record, found = ecg
    blank = record.with_signal(np.full_like(record.signal_mv, np.nan))
    fig = beat_figure(blank, "II", found, 3, dark=False, chosen=T_OFFSET)
    assert np.isfinite(fig.layout.yaxis.range).all()


def test_what_is_by_hand_is_marked_on_the_trace(ecg: tuple[ECGRecord, Annotation]) -> None:
    record, found = ecg
    r_s = found.r_peaks / record.fs_hz
    edits = BeatEdits(
        (
            MarkMoved(r_s[3], "T", "offset", r_s[3] + 0.44),
            BeatLeftOut(r_s[4]),
            BeatRemoved(r_s[6]),
            BeatAdded(r_s[6] + 0.1),
        )
    )
    page = arrange(record, "single", rhythm_lead="II")
    fig = go.Figure()
    add_by_hand(fig, page, found, LIGHT)
    assert not fig.data
    add_by_hand(fig, page, apply_edits(found, edits), LIGHT)
    assert trace(fig, "T by hand").x[0] == pytest.approx((r_s[3] + 0.44) * 25)
    assert trace(fig, "Beat left out").x[0] == pytest.approx(r_s[4] * 25)
    assert trace(fig, "Not a beat").x[0] == pytest.approx(r_s[6] * 25)
    assert trace(fig, "Beat added").x[0] == pytest.approx((r_s[6] + 0.1) * 25)


def test_the_beat_in_hand_is_tinted_within_the_page(ecg: tuple[ECGRecord, Annotation]) -> None:
    page = arrange(ecg[0], "single", rhythm_lead="II")
    fig = go.Figure().update_yaxes(range=[-20, 30])
    add_highlight(fig, page, (-0.3, 1.0), LIGHT)
    (shape,) = fig.layout.shapes
    assert (shape.x0, shape.x1) == (0, 25)
