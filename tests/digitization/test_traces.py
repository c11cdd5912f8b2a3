"""Following drawn lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecg_core.digitization.traces import extract_traces
from ecg_core.digitization.types import Anchor, InkMap, Trace
from tests.digitization.drawn_lines import beat, draw, layout_of, lead_box

PEN_PX = 3.0
X = np.arange(20, 580, 0.25)
SPAN = (20.0, 579.75)
SHAPE = (400, 600)


def ecg_line(baseline: float, r: float = 60.0, s: float = 20.0, start: int = 80) -> NDArray[np.float64]:
    heights = sum(beat(X, at, r, s) for at in range(start, 560, 120))
    return np.c_[X, baseline - heights]


def error(trace: Trace, line: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each point of a trace is from a line."""
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
    at = np.arange(0, along[-1], 0.1)
    dense = np.c_[np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])]
    distance, _ = cKDTree(dense).query(np.c_[trace.x_px, trace.y_px])
    return distance


@settings(max_examples=20)
@given(r=st.floats(-80, 80), s=st.floats(-30, 30), baseline=st.floats(150, 250), start=st.integers(60, 120))
def test_a_drawn_ecg_is_followed(r: float, s: float, baseline: float, start: int) -> None:
    line = ecg_line(baseline, r, s, start)
    layout = layout_of(lead_box("II", 0, baseline, SPAN, band_px=140))
    (trace,) = extract_traces(draw(SHAPE, [line], PEN_PX), layout)
    assert (np.diff(trace.x_px) >= 0).all()
    assert not trace.bridged.any()
    assert trace.x_px[0] < 21
    assert trace.x_px[-1] > 578
    assert np.quantile(error(trace, line), 0.95) < 0.5
    reached = np.array([trace.y_px.min(), trace.y_px.max()])
    np.testing.assert_allclose(reached, [line[:, 1].min(), line[:, 1].max()], atol=1.0)


def test_rows_that_cross_are_kept_apart() -> None:
    deep = ecg_line(120, r=10, s=150)  # its S reaches over the next row
    flat = ecg_line(220, r=30, s=0, start=130)
    layout = layout_of(lead_box("V2", 0, 120, SPAN, 170), lead_box("V3", 1, 220, SPAN, 170))
    upper, lower = extract_traces(draw(SHAPE, [deep, flat], PEN_PX), layout)
    assert upper.y_px.max() == pytest.approx(deep[:, 1].max(), abs=1.5)
    assert np.quantile(error(upper, deep), 0.95) < 1
    assert np.quantile(error(lower, flat), 0.95) < 1
    assert lower.y_px.max() < 225
    assert upper.crossing_px > 0


def test_peaks_that_meet_keep_their_height() -> None:
    down = ecg_line(120, r=-90, s=0, start=86)
    up = ecg_line(240, r=70, s=0, start=80)
    layout = layout_of(lead_box("V1", 0, 120, SPAN, 170), lead_box("V2", 1, 240, SPAN, 170))
    upper, lower = extract_traces(draw(SHAPE, [down, up], PEN_PX), layout)
    assert upper.y_px.max() == pytest.approx(down[:, 1].max(), abs=5)
    assert lower.y_px.min() == pytest.approx(up[:, 1].min(), abs=5)


@pytest.mark.parametrize("apart_px", [0, 2], ids=["at once", "one after the other"])
def test_tips_that_cross_keep_their_height(apart_px: int) -> None:
    down = ecg_line(120, r=-90, s=0, start=80)
    up = ecg_line(240, r=110, s=0, start=80 + apart_px)
    layout = layout_of(lead_box("I", 0, 120, SPAN, 170), lead_box("aVR", 1, 240, SPAN, 170))
    upper, lower = extract_traces(draw(SHAPE, [down, up], PEN_PX), layout)
    assert upper.y_px.max() == pytest.approx(down[:, 1].max(), abs=4)
    assert lower.y_px.min() == pytest.approx(up[:, 1].min(), abs=4)
    assert upper.y_px.min() > 110
    assert lower.y_px.max() < 250


def test_lines_that_touch_for_long_are_not_exchanged() -> None:
    y = 40 * np.cos(np.pi * (X - 20) / 560)
    upper_line, lower_line = np.c_[X, 200 - np.abs(y) - 1], np.c_[X, 200 + np.abs(y) + 1]
    layout = layout_of(lead_box("I", 0, 160, SPAN), lead_box("II", 1, 240, SPAN))
    upper, lower = extract_traces(draw(SHAPE, [upper_line, lower_line], PEN_PX), layout)
    assert np.quantile(error(upper, upper_line), 0.9) < 1.5
    assert np.quantile(error(lower, lower_line), 0.9) < 1.5


def without(ink: InkMap, first: int, last: int) -> InkMap:
    trace = ink.trace.copy()
    trace[:, first : last + 1] = 0
    return InkMap(trace, ink.pulse, ink.text)


def test_a_short_gap_is_bridged_and_marked() -> None:
    line = ecg_line(200)
    layout = layout_of(lead_box("II", 0, 200, SPAN))
    (trace,) = extract_traces(without(draw(SHAPE, [line], PEN_PX), 40, 55), layout)
    assert 15 <= trace.x_px[trace.bridged].max() - trace.x_px[trace.bridged].min() <= 17
    assert np.diff(trace.x_px).max() <= 1
    assert np.abs(trace.y_px[trace.bridged] - 200).max() < 1


def test_a_long_gap_is_left_out() -> None:
    line = ecg_line(200)
    layout = layout_of(lead_box("II", 0, 200, SPAN))
    (trace,) = extract_traces(without(draw(SHAPE, [line], PEN_PX), 230, 290), layout)
    assert not ((trace.x_px > 230) & (trace.x_px < 290)).any()
    assert trace.ink < 0.95


def test_anchors_pull_the_line_across_paper() -> None:
    line = ecg_line(200)
    layout = layout_of(lead_box("II", 0, 200, SPAN))
    ink = without(draw(SHAPE, [line], PEN_PX), 230, 290)
    (trace,) = extract_traces(ink, layout, [Anchor(0, 260, 150.0)])
    assert np.interp(260, trace.x_px, trace.y_px) == pytest.approx(150, abs=1)
    assert np.diff(trace.x_px).max() <= 1


def test_an_anchor_chooses_between_two_lines() -> None:
    signal = np.c_[X, np.full(len(X), 200.0)]
    pen_mark = np.c_[X[400:1400], np.full(1000, 212.0)]
    layout = layout_of(lead_box("II", 0, 206, SPAN))
    ink = draw(SHAPE, [signal, pen_mark], PEN_PX)
    for y in (200.0, 212.0):
        (trace,) = extract_traces(ink, layout, [Anchor(0, 250, y)])
        assert np.interp(250, trace.x_px, trace.y_px) == pytest.approx(y, abs=0.5)


def test_a_row_is_cut_at_the_borders_of_its_leads() -> None:
    line = ecg_line(200)
    layout = layout_of(lead_box("I", 0, 200, (20, 300.4)), lead_box("aVR", 0, 200, (300.6, 579), column=1))
    first, second = extract_traces(draw(SHAPE, [line], PEN_PX), layout)
    assert first.x_px[-1] <= 300.4 < 300.6 <= second.x_px[0]
    assert first.x_px[-1] > 299
    assert second.x_px[0] < 302


def test_where_nothing_is_drawn_nothing_is_found() -> None:
    blank = draw(SHAPE, [], PEN_PX)
    (trace,) = extract_traces(blank, layout_of(lead_box("II", 0, 200, SPAN)))
    assert len(trace.x_px) == 0
    assert trace.ink == 0
    assert extract_traces(blank, layout_of()) == ()
