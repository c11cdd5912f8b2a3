"""Boundaries of leads move to the marks that are printed there, and to nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ecg_core.digitization.border_marks import marked_bounds
from ecg_core.digitization.rows import find_rows
from ecg_core.digitization.types import InkMap

PX_PER_MM = 8.0
BASELINES_PX = (150, 350, 550)
EXPECTED_PX = np.array([20.0, 270.0, 520.0, 770.0, 1020.0])
MARKS_PX = (258, 514, 770)  # up to 1.5 mm from there, moved and stretched


def bounds_with(strokes: list[tuple[int, int, int]]) -> NDArray[np.float64]:
    """The boundaries on a page of flat lines with these upright strokes: x, and top and bottom from its baseline."""
    trace = np.zeros((700, 1040), np.float32)
    for y in BASELINES_PX:
        trace[y - 1 : y + 2, 20:1020] = 1
        for x, top, bottom in strokes:
            trace[y + top : y + bottom, x - 1 : x + 1] = 1
    nothing = np.zeros_like(trace)
    return marked_bounds(EXPECTED_PX, find_rows(trace, PX_PER_MM), InkMap(trace, nothing, nothing), PX_PER_MM)


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param([(-32, 32)], id="bars"),
        pytest.param([(-40, -14), (14, 40)], id="dashes"),
        pytest.param([(y, y + 4) for y in range(-60, 60, 10)], id="dots"),
    ],
)
def test_boundaries_move_to_marks(mark: list[tuple[int, int]]) -> None:
    bounds_px = bounds_with([(x, *ends) for x in MARKS_PX for ends in mark])
    assert bounds_px[[0, -1]] == pytest.approx(EXPECTED_PX[[0, -1]])
    assert bounds_px[1:-1] == pytest.approx(MARKS_PX, abs=0.15 * PX_PER_MM)


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param([], id="nothing"),
        pytest.param([(x, -60, 0) for x in MARKS_PX], id="R waves"),
        pytest.param([(x, -32, 32) for x in MARKS_PX[:2]], id="not everywhere"),
        pytest.param([(x, -32, 32) for x in (258, 290, 758)], id="at unequal distances"),
    ],
)
def test_boundaries_stay_without_marks(strokes: list[tuple[int, int, int]]) -> None:
    assert bounds_with(strokes) == pytest.approx(EXPECTED_PX)


def test_a_mark_is_preferred_to_beats_beside_it() -> None:
    beats = [(790, -60, 40)]
    bounds_px = bounds_with([(x, -32, 32) for x in MARKS_PX] + beats)
    assert bounds_px[1:-1] == pytest.approx(MARKS_PX, abs=0.15 * PX_PER_MM)
