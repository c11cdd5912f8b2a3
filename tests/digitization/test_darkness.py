"""Ink as dark as the page shows it."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.digitization.darkness import sharpen
from ecg_core.digitization.runs import find_runs
from ecg_core.digitization.types import InkMap
from tests.digitization.drawn_lines import draw

PEN_PX, SHAPE = 3.0, (120, 300)
X = np.arange(0, 300, 0.5)
LINE = np.c_[X, 60 + 0.02 * X + 8 * np.sin(X / 30)]
PAPER, RED = np.array([250, 245, 240]), np.array([235, 90, 90])


def page(ink_rgb: tuple[int, int, int], shadow: float = 0.0) -> tuple[np.ndarray, InkMap]:
    """A drawn line over a red grid, and what a network that only says yes or no makes of it."""
    cover = draw(SHAPE, [LINE], PEN_PX).trace
    paper = np.broadcast_to(PAPER, (*SHAPE, 3)).astype(np.float64).copy()
    paper[::8] = paper[:, ::8] = RED
    rgb = paper + cover[:, :, None] * (np.array(ink_rgb) - paper)
    rgb *= 1 - shadow * np.linspace(0, 1, SHAPE[1])[None, :, None]
    blunt = (cover > 0.2).astype(np.float32)
    return np.round(rgb).astype(np.uint8), InkMap(blunt, np.zeros_like(blunt), np.zeros_like(blunt))


@pytest.mark.parametrize(
    ("ink_rgb", "shadow"),
    [((20, 20, 20), 0.0), ((30, 40, 160), 0.0), ((20, 20, 20), 0.5)],
    ids=["black", "blue", "in shadow"],
)
def test_the_centre_of_a_line_is_found_more_finely(ink_rgb: tuple[int, int, int], shadow: float) -> None:
    rgb, blunt = page(ink_rgb, shadow)
    true = np.interp(np.arange(SHAPE[1]), LINE[:, 0], LINE[:, 1])

    def error(ink: InkMap) -> float:
        runs = find_runs(ink.trace)
        return float(np.sqrt(np.mean((runs.centre_px - true[runs.column]) ** 2)))

    assert error(sharpen(blunt, rgb, 8.0)) < 0.6 * error(blunt)


def test_nothing_becomes_ink_that_was_none() -> None:
    rgb, blunt = page((20, 20, 20))
    sharp = sharpen(blunt, rgb, 8.0)
    assert (sharp.trace <= blunt.trace).all()
    assert sharp.trace.dtype == np.float32


def test_a_page_with_hardly_any_trace_is_left_alone() -> None:
    rgb, blunt = page((20, 20, 20))
    none = InkMap(blunt.trace * 0.5, blunt.pulse, blunt.text)
    assert sharpen(none, rgb, 8.0) is none
