"""Vertical runs of ink."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.digitization.runs import find_runs


def band(top: float, bottom: float, height: int = 40) -> np.ndarray:
    """A column covered from one edge to the other, each pixel by how much of it is covered."""
    edges = np.arange(height + 1) - 0.5
    return np.clip(np.minimum(edges[1:], bottom) - np.maximum(edges[:-1], top), 0, 1).astype(np.float32)


@given(top=st.floats(5, 20), thickness=st.floats(2.5, 15))
def test_edges_and_centre_are_found_between_pixels(top: float, thickness: float) -> None:
    runs = find_runs(np.stack([band(top, top + thickness)] * 3, axis=1))
    assert runs.column.tolist() == [0, 1, 2]
    np.testing.assert_allclose(runs.top_px, top, atol=0.12)
    np.testing.assert_allclose(runs.bottom_px, top + thickness, atol=0.12)
    np.testing.assert_allclose(runs.centre_px, top + thickness / 2, atol=0.1)


def test_runs_are_sorted_by_column_and_then_downwards() -> None:
    two = np.maximum(band(5, 8), band(20, 30))
    runs = find_runs(np.stack([two, band(12, 15), two], axis=1))
    assert runs.column.tolist() == [0, 0, 1, 2, 2]
    assert (np.diff(runs.top_px)[[0, 3]] > 0).all()


def test_lines_with_grey_between_them_are_two() -> None:
    column = np.maximum(band(5, 8), band(9, 12))
    column[8] = 0.4
    assert len(find_runs(column[:, None]).column) == 2


def test_a_faint_line_is_measured_like_a_bold_one() -> None:
    bold, faint = find_runs(band(10.3, 14.1)[:, None]), find_runs(0.6 * band(10.3, 14.1)[:, None])
    np.testing.assert_allclose(faint.top_px, bold.top_px, atol=0.15)
    np.testing.assert_allclose(faint.centre_px, bold.centre_px, atol=0.15)
    assert faint.ink[0] < bold.ink[0]


def test_a_run_does_not_reach_into_the_next_column() -> None:
    runs = find_runs(np.ones((6, 2), np.float32))
    assert runs.column.tolist() == [0, 1]
    np.testing.assert_allclose(runs.top_px, -0.5, atol=0.1)
    np.testing.assert_allclose(runs.bottom_px, 5.5, atol=0.1)


def test_blank_paper_has_no_runs() -> None:
    assert len(find_runs(np.full((10, 10), 0.1, np.float32)).column) == 0
