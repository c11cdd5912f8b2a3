from dataclasses import replace

import numpy as np
import pytest

from ecg_core.record import ECGRecord
from ecg_core.rendering import GridStyle, InkStyle, PageStyle, render_page
from ecg_core.rendering.fast_strokes import strokes_by_ink

BLACK = InkStyle(trace_colour=(0, 0, 0))
PLAIN = PageStyle(grid=GridStyle(minor="none", major="none"), paper_colour=(255, 255, 255), ink=BLACK)


def test_all_of_a_line_is_drawn_and_its_steep_part_paler() -> None:
    line = np.array([[0.0, 0.0], [10.0, 0.0], [11.0, 40.0], [20.0, 40.0]])
    parts = strokes_by_ink(line, fade=0.8)
    drawn = {tuple(map(tuple, piece)): share for pieces, share in parts for piece in pieces}
    assert drawn[((0.0, 0.0), (10.0, 0.0))] == drawn[((11.0, 40.0), (20.0, 40.0))] == 1.0
    assert drawn[((10.0, 0.0), (11.0, 40.0))] < 0.5


def test_a_line_without_fading_stays_whole_and_breaks_where_it_is_not_known() -> None:
    line = np.array([[0.0, 0.0], [1.0, 9.0], [np.nan, np.nan], [3.0, 0.0], [4.0, 9.0]])
    ((pieces, share),) = strokes_by_ink(line, fade=0.0)
    assert share == 1.0
    assert [piece.tolist() for piece in pieces] == [line[:2].tolist(), line[3:].tolist()]


def test_fading_leaves_the_truth_and_level_lines_as_they_are(waves: ECGRecord) -> None:
    page = render_page(waves, PLAIN)
    faded = render_page(waves, replace(PLAIN, ink=replace(BLACK, fast_fade=0.8)))
    np.testing.assert_array_equal(faded.truth.signal_mv, page.truth.signal_mv)
    np.testing.assert_array_equal(faded.classes, page.classes)
    assert faded.rgb.sum() > page.rgb.sum()
    assert (faded.rgb == 0).any()


def test_heavy_lines_stand_every_25_mm() -> None:
    style = replace(PLAIN, grid=GridStyle(minor="none", major="none", heavy_colour=(40, 0, 0)))
    record = ECGRecord(np.zeros((1, 5000), np.float32), 500.0, ("II",))
    page = render_page(record, replace(style, sheet=replace(style.sheet, rows=(("II",),), rhythm=())))
    columns = np.flatnonzero(page.rgb[: round(10 * style.px_per_mm), :, 1].mean(axis=0) < 128)
    starts = columns[np.diff(columns, prepend=-9) > 1]
    assert np.diff(starts) == pytest.approx(25 * style.px_per_mm, abs=1)
    assert len(starts) >= 10
