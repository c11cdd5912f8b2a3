"""Pens of another colour than the trace are told from it, grids and shadows are not taken for pens."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.digitization.pen_colour import other_pens
from ecg_core.digitization.types import InkMap
from tests.digitization.drawn_lines import draw

PEN_PX, SHAPE = 3.0, (160, 400)
X = np.arange(0, 400, 0.5)
TRACE = np.c_[X, 60 + 8 * np.sin(X / 30)]
WRITTEN = TRACE[:200] * (1, 0) + (0, 120) + np.c_[np.zeros(200), 15 * np.sin(X[:200] / 9)]
PAPER = np.array([250.0, 245.0, 240.0])
BLACK, BLUE, RED_PEN = (20, 20, 20), (30, 50, 170), (200, 30, 40)
PINK, GREEN, GREY = (235, 120, 120), (120, 200, 140), (190, 190, 190)


def found(
    trace_rgb: tuple[int, int, int],
    pen_rgb: tuple[int, int, int],
    grid_rgb: tuple[int, int, int],
    light: tuple[float, float, float] = (1, 1, 1),
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where pens are found on a page with both lines, and where trace and pen were drawn."""
    trace, pen = draw(SHAPE, [TRACE], PEN_PX).trace, draw(SHAPE, [WRITTEN], PEN_PX).trace
    taken = np.zeros((*SHAPE, 3))
    taken[::8] = taken[:, ::8] = PAPER - grid_rgb
    for cover, rgb in ((pen, pen_rgb), (trace, trace_rgb)):
        taken += cover[:, :, None] * (PAPER - np.array(rgb) - taken)
    ink = np.maximum(trace, pen).astype(np.float32)
    contrast = np.round(np.clip(taken, 0, 255) * light).astype(np.uint8)
    return other_pens(InkMap(ink, ink * 0, ink * 0), contrast), trace > 0.5, pen > 0.9


@pytest.mark.parametrize(
    "light", [(1, 1, 1), (0.5, 0.5, 0.5), (0.9, 0.8, 0.6)], ids=["day", "shadow", "lamp"]
)
@pytest.mark.parametrize("grid", [PINK, GREEN, GREY], ids=["pink", "green", "grey"])
def test_a_blue_pen_is_told_from_a_black_trace(
    grid: tuple[int, int, int], light: tuple[float, float, float]
) -> None:
    pens, trace, pen = found(BLACK, BLUE, grid, light)
    assert pens[pen].mean() > 0.95
    assert not pens[trace].any()


def test_a_red_pen_is_told_from_a_blue_trace() -> None:
    pens, trace, pen = found(BLUE, RED_PEN, GREY)
    assert pens[pen].mean() > 0.95
    assert not pens[trace].any()


@pytest.mark.parametrize("colour", [BLACK, BLUE], ids=["black", "blue"])
@pytest.mark.parametrize("grid", [PINK, GREEN, GREY], ids=["pink", "green", "grey"])
def test_a_pen_of_the_colour_of_the_trace_is_not_seen(
    colour: tuple[int, int, int], grid: tuple[int, int, int]
) -> None:
    pens, _, _ = found(colour, colour, grid)
    assert not pens.any()


def test_a_page_with_hardly_any_sure_trace_is_left_alone() -> None:
    pen = draw(SHAPE, [WRITTEN], PEN_PX).trace * np.float32(0.8)
    contrast = np.round(pen[:, :, None] * (PAPER - BLUE)).astype(np.uint8)
    assert not other_pens(InkMap(pen, pen * 0, pen * 0), contrast).any()
