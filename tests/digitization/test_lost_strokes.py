"""Strokes beyond a break in their ink."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ecg_core.digitization.crossings import OwnInk
from ecg_core.digitization.lost_strokes import lost_strokes
from ecg_core.digitization.runs import Runs

PX_PER_MM = 8.0
LEVEL = [(x, 98.0, 100.0) for x in range(10)]  # the line of the row, but for columns 4 and 5


def page(*stroke: tuple[int, float, float], ink: float = 1.0) -> tuple[OwnInk, NDArray[np.int64], Runs]:
    """A level line without ink in columns 4 and 5, and the runs (column, top, bottom) of a stroke that no row took."""
    line = [run for run in LEVEL if run[0] not in (4, 5)]
    every = sorted([*line, *stroke])
    column, top, bottom = (np.array(values) for values in zip(*every, strict=True))
    strength = np.array([1.0 if run in line else ink for run in every])
    runs = Runs(column.astype(np.int64), top, bottom, (top + bottom) / 2, strength)
    path = np.full((1, 10), -1)
    for number, run in enumerate(every):
        if run in line:
            path[0, run[0]] = number
    seen = path >= 0
    top_px, bottom_px = (np.where(seen, edge[path], np.nan) for edge in (top, bottom))
    return OwnInk(top_px, bottom_px, passages=(), shared=np.zeros(path.shape, bool)), path, runs


def test_a_stroke_beyond_breaks_in_its_ink_is_given_back() -> None:
    own, path, runs = page((3, 104, 120), (4, 110, 150), (5, 115, 148), (6, 105, 125))
    whole = lost_strokes(own, path, runs, PX_PER_MM)
    np.testing.assert_array_equal(whole.bottom_px[0], [100, 100, 100, 120, 150, 148, 125, 100, 100, 100])
    np.testing.assert_array_equal(whole.top_px[0, 3:7], [98, 110, 115, 98])


@pytest.mark.parametrize(
    "stroke",
    [
        pytest.param([(3, 130, 160), (4, 130, 170), (5, 130, 160)], id="far from the line"),
        pytest.param([(4, 104, 120), (5, 104, 120)], id="no taller than a letter"),
        pytest.param([(3, 104, 120), (4, 110, 150), (5, 140, 160), (6, 150, 170)], id="leading away from it"),
    ],
)
def test_other_ink_is_not_taken(stroke: list[tuple[int, float, float]]) -> None:
    own, path, runs = page(*stroke)
    np.testing.assert_array_equal(lost_strokes(own, path, runs, PX_PER_MM).bottom_px, own.bottom_px)


def test_faint_ink_is_not_taken() -> None:
    own, path, runs = page((3, 104, 120), (4, 110, 150), (5, 115, 148), (6, 105, 125), ink=0.4)
    np.testing.assert_array_equal(lost_strokes(own, path, runs, PX_PER_MM).bottom_px, own.bottom_px)
