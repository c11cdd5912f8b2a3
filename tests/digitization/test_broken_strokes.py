import numpy as np

from ecg_core.digitization.broken_strokes import whole_strokes
from ecg_core.digitization.crossings import OwnInk
from ecg_core.digitization.runs import Runs

PEN_PX = 2.0


def runs_of(*runs: tuple[int, float, float]) -> Runs:
    """Runs given as (column, top, bottom), in order."""
    column, top, bottom = (np.array(values) for values in zip(*runs, strict=True))
    return Runs(column.astype(np.int64), top * 1.0, bottom * 1.0, (top + bottom) / 2, np.ones(len(runs)))


def own_ink(path: np.ndarray, runs: Runs) -> OwnInk:
    seen = path >= 0
    top_px, bottom_px = (np.where(seen, edge[path], np.nan) for edge in (runs.top_px, runs.bottom_px))
    return OwnInk(top_px, bottom_px, passages=(), shared=np.zeros(path.shape, bool))


def test_the_other_part_of_a_broken_stroke_is_added():
    runs = runs_of((0, 10, 60), (1, 8, 50), (1, 51, 58), (2, 20, 90))
    path = np.array([[0, 2, 3]])  # in column 1 only the small lower part was followed
    whole = whole_strokes(own_ink(path, runs), path, runs, PEN_PX)
    np.testing.assert_array_equal(whole.top_px, [[10, 8, 20]])
    np.testing.assert_array_equal(whole.bottom_px, [[60, 58, 90]])


def test_ink_farther_away_than_the_pen_is_wide_is_not_added():
    runs = runs_of((0, 10, 60), (1, 20, 30), (1, 51, 58), (2, 20, 90))
    path = np.array([[0, 2, 3]])
    whole = whole_strokes(own_ink(path, runs), path, runs, PEN_PX)
    np.testing.assert_array_equal(whole.top_px, [[10, 51, 20]])


def test_ink_beyond_the_strokes_beside_it_is_not_added():
    runs = runs_of((0, 40, 60), (1, 10, 38), (1, 39, 58), (2, 40, 60))
    path = np.array([[0, 2, 3]])
    whole = whole_strokes(own_ink(path, runs), path, runs, PEN_PX)
    np.testing.assert_array_equal(whole.top_px, [[40, 39, 40]])


def test_ink_of_another_row_is_not_added():
    runs = runs_of((0, 10, 60), (1, 8, 50), (1, 51, 58), (2, 20, 90))
    path = np.array([[0, 2, 3], [-1, 1, -1]])
    whole = whole_strokes(own_ink(path, runs), path, runs, PEN_PX)
    np.testing.assert_array_equal(whole.top_px[0], [10, 51, 20])
