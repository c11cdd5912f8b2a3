"""Marks between the leads of a row are told from waves."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.digitization.separators import separators
from ecg_core.digitization.types import Box, InkMap, Layout, LeadBox

PX_PER_MM = 8.0
BASELINES_PX = (150, 350, 550)
BORDERS_PX = (200, 400)
SHAPE = (700, 600)


def layout() -> Layout:
    columns = [(20, BORDERS_PX[0]), BORDERS_PX, (BORDERS_PX[1], 580)]
    boxes = tuple(
        LeadBox(f"{row}{column}", row, column, Box(x0, y - 100, x1, y + 100), y)
        for row, y in enumerate(BASELINES_PX)
        for column, (x0, x1) in enumerate(columns)
    )
    return Layout("3x3", boxes, (), 20.0, 1.0)


def flat_lines() -> np.ndarray:
    """Three rows of a flat line, three pixels thick."""
    trace = np.zeros(SHAPE, np.float32)
    for y in BASELINES_PX:
        trace[y - 1 : y + 2, 20:580] = 1
    return trace


def with_bars(trace: np.ndarray) -> np.ndarray:
    trace = trace.copy()
    for y in BASELINES_PX:
        for x in BORDERS_PX:
            trace[y - 30 : y + 30, x - 2 : x + 2] = 1
    return trace


def found(trace: np.ndarray) -> np.ndarray:
    nothing = np.zeros_like(trace)
    return separators(InkMap(trace, nothing, nothing), layout(), PX_PER_MM)


def test_bars_are_found_and_the_lines_beside_them_are_not() -> None:
    marks = found(with_bars(flat_lines()))
    for y in BASELINES_PX:
        for x in BORDERS_PX:
            assert marks[y - 30 : y + 30, x - 2 : x + 2].all()
    beside = np.ones(SHAPE[1], bool)
    for x in BORDERS_PX:
        beside[x - 4 : x + 4] = False
    assert not marks[:, beside].any()


def test_a_bar_that_a_wave_runs_into_is_found_and_the_wave_is_not() -> None:
    trace = with_bars(flat_lines())
    x, y = BORDERS_PX[0], BASELINES_PX[1]
    trace[y : y + 90, x - 2 : x + 3] = 1
    marks = found(trace)
    assert marks[y - 30 : y + 25, x - 2 : x + 2].all()
    assert not marks[y + 35 : y + 90].any()


@pytest.mark.parametrize("lean_px", [1, 6])
def test_waves_at_a_border_are_not_bars_even_beside_bars(lean_px: int) -> None:
    """R waves of different heights, 12 px right of the border in every row."""
    trace = with_bars(flat_lines())
    waves = np.zeros(SHAPE, bool)
    for y, height in zip(BASELINES_PX, (50, 60, 72), strict=True):
        for step in range(4):
            waves[y - height + lean_px * step : y - 10 + lean_px * step, BORDERS_PX[1] + 10 + step] = True
    trace[waves] = 1
    assert not found(trace)[waves].any()


def test_alike_waves_at_one_border_of_a_page_are_no_bars() -> None:
    trace = flat_lines()
    for y in BASELINES_PX:
        trace[y - 40 : y + 5, BORDERS_PX[0] + 4 : BORDERS_PX[0] + 7] = 1
    assert not found(trace).any()


@pytest.mark.parametrize("dash_px", [3, 14])
def test_a_dotted_line_down_the_page_is_found_where_no_trace_crosses_it(dash_px: int) -> None:
    trace = flat_lines()
    dots = np.zeros(SHAPE, bool)
    for y in range(0, SHAPE[0] - dash_px, 2 * dash_px):
        dots[y : y + dash_px, BORDERS_PX[0] + 3 : BORDERS_PX[0] + 6] = True
    dots[trace > 0] = False
    crossed = np.zeros(SHAPE, bool)
    for y in BASELINES_PX:
        crossed[y - 20 : y + 20] = True
    trace[dots] = 1
    marks = found(trace)
    near = np.zeros(SHAPE, bool)
    for y in BASELINES_PX:
        near[y - 100 : y + 100] = True
    assert marks[dots & near & ~crossed].all()
    assert not marks[~dots].any()


def test_specks_about_one_row_are_left() -> None:
    trace = flat_lines()
    for y in range(60, 140, 10):
        trace[y : y + 3, BORDERS_PX[0] : BORDERS_PX[0] + 3] = 1
    assert not found(trace).any()
