"""From the edges of the ink to the line that the pen drew."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ecg_core.digitization.pen_line import pen_line
from ecg_core.digitization.runs import find_runs
from tests.digitization.drawn_lines import draw

PEN_PX = 3.0
WIDTH = 240


def recovered(y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """What comes back at `x` of a line through (x, y), from its ink."""
    runs = find_runs(draw((200, WIDTH), [np.c_[x, y]], PEN_PX).trace)
    at, line = pen_line(runs.top_px, runs.bottom_px, runs.centre_px, PEN_PX)
    return np.interp(x, at + runs.column[0], line)


@given(
    phases=st.lists(st.floats(0, 2 * np.pi), min_size=4, max_size=4),
    slope=st.floats(-0.2, 0.2),
)
def test_a_smooth_line_comes_back_within_a_third_of_a_pixel(phases: list[float], slope: float) -> None:
    x = np.linspace(5, WIDTH - 6, 900)
    waves = sum(6 * np.sin(2 * np.pi * x / 40 / (k + 1) + phase) for k, phase in enumerate(phases))
    y = 100 + slope * (x - WIDTH / 2) + waves
    inner = slice(20, -20)
    assert np.abs(recovered(y, x) - y)[inner].max() < 0.3


@given(height=st.floats(15, 80), width=st.floats(2.0, 6.0), centre=st.floats(110, 130), up=st.booleans())
def test_a_narrow_spike_keeps_its_height_and_time(
    height: float, width: float, centre: float, up: bool
) -> None:
    x = np.arange(5, WIDTH - 6, 0.05)
    spike = np.maximum(1 - np.abs(x - centre) / width, 0) * height * (-1 if up else 1)
    found = recovered(100 + spike, x) - 100
    sign = -1 if up else 1
    assert abs((sign * found).max() - height) < 0.1 * height + 1.0
    assert abs(x[(sign * found).argmax()] - centre) < 0.6


def test_a_hidden_edge_leaves_the_line_to_the_guess() -> None:
    top, bottom = np.full(30, 48.5), np.full(30, 51.5)
    top[10:20] = bottom[10:20] = np.nan
    guess = np.array([[9.0, 50.0], [14.5, 70.0], [20.0, 50.0]])
    x, y = pen_line(top, bottom, np.full(30, 50.0), PEN_PX, [guess])
    assert np.interp(14.5, x, y) > 65
    np.testing.assert_allclose(y[(x < 7) | (x > 22)], 50, atol=0.01)


def test_one_visible_edge_bounds_the_guess() -> None:
    top, bottom = np.full(30, 48.5), np.full(30, 51.5)
    top[10:20] = np.nan
    guess = np.array([[9.0, 50.0], [14.5, 70.0], [20.0, 50.0]])
    _, y = pen_line(top, bottom, np.full(30, 50.0), PEN_PX, [guess])
    assert y.max() < 50.5
