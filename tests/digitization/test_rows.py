from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.digitization.rows import find_rows
from ecg_core.rendering import PageStyle, Sheet, one_column, sheet
from tests.digitization.drawn_lines import draw
from tests.digitization.printed_page import PX_PER_MM, printed_page

SIZE = (900, 1600)  # height, width


@pytest.mark.parametrize(
    ("layout", "spacing_mm"),
    [
        pytest.param(sheet("3x4", ("II",)), 25.0, id="3x4+1"),
        pytest.param(sheet("6x2"), 22.0, id="6x2"),
        pytest.param(sheet("12x1", ("V1",)), 14.0, id="12x1+1, rows that cross"),
        pytest.param(one_column(("V2",)), 40.0, id="one strip"),
    ],
)
def test_every_row_is_found_where_it_is_and_nothing_else(layout: Sheet, spacing_mm: float) -> None:
    page = printed_page(PageStyle(sheet=layout, row_spacing_mm=spacing_mm))
    rows = find_rows(page.ink.trace, PX_PER_MM)
    leads = {lead.row: lead for lead in page.truth.print.leads}
    assert len(rows) == len(leads)
    for number, row in enumerate(rows):
        assert row.baseline_px == pytest.approx(leads[number].baseline_px, abs=3 * PX_PER_MM)
        assert row.x0_px == pytest.approx(page.truth.print.leads[0].box_px[0], abs=PX_PER_MM)
        assert row.x1_px == pytest.approx(leads[number].box_px[2], abs=PX_PER_MM)


def line(y_px: float, x_px: tuple[float, float] = (100, 1500), swing_px: float = 4.0) -> np.ndarray:
    x = np.arange(x_px[0], x_px[1], 1.0)
    return np.column_stack([x, y_px + swing_px * np.sin(x / 15)])


@settings(max_examples=25)
@given(
    baselines=st.lists(st.integers(2, 11), min_size=1, max_size=6, unique=True),
    steps=st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=6),
)
def test_a_row_whose_height_changes_from_lead_to_lead_stays_one_row(
    baselines: list[int], steps: list[float]
) -> None:
    """Offsets stay below half the distance between rows, 12 mm."""
    lines = []
    for number in baselines:
        ends = np.linspace(100, 1500, len(steps) + 1)
        lines += [
            line(number * 72 + step * PX_PER_MM, (x0, x1))
            for step, x0, x1 in zip(steps, ends[:-1], ends[1:], strict=True)
        ]
    rows = find_rows(draw(SIZE, lines).trace, PX_PER_MM)
    assert len(rows) == len(baselines)
    reached = [(row.top_px.min() - 15, row.bottom_px.max() + 15) for row in rows]
    assert all(
        top < 72 * number < bottom for number, (top, bottom) in zip(sorted(baselines), reached, strict=True)
    )


def test_a_tilted_page_has_the_same_rows() -> None:
    lines = [line(y) + np.array([0, 1]) * 0.01 * np.arange(1400)[:, None] for y in (200.0, 230.0, 260.0)]
    rows = find_rows(draw(SIZE, lines).trace, PX_PER_MM)
    assert len(rows) == 3
    assert rows[1].baseline_between(100, 200) == pytest.approx(230, abs=6)
    assert rows[1].baseline_between(1400, 1500) == pytest.approx(244, abs=6)


def test_the_frame_around_a_page_is_no_row() -> None:
    frame = [np.array([(10.0, y), (1590.0, y)]) for y in (10.0, 890.0)]
    rows = find_rows(draw(SIZE, [line(400.0), line(600.0), *frame]).trace, PX_PER_MM)
    assert [round(row.baseline_px, -2) for row in rows] == [400, 600]


def test_a_flat_line_among_rows_is_a_lead_that_was_off() -> None:
    flat = np.array([(100.0, 800.0), (1500.0, 800.0)])
    rows = find_rows(draw(SIZE, [line(400.0), line(600.0), flat]).trace, PX_PER_MM)
    assert [round(row.baseline_px, -2) for row in rows] == [400, 600, 800]


def test_faint_ink_is_no_row_beside_clear_ones() -> None:
    clear, faint = draw(SIZE, [line(400.0)]).trace, draw(SIZE, [line(600.0)]).trace
    assert len(find_rows(clear + 0.5 * faint, PX_PER_MM)) == 1
    assert len(find_rows(0.5 * (clear + faint), PX_PER_MM)) == 2


def test_words_are_no_rows() -> None:
    words = [line(100.0, (x, x + 25), 9.0) for x in range(100, 700, 60)]
    assert len(find_rows(draw(SIZE, [line(400.0), *words]).trace, PX_PER_MM)) == 1


def test_an_empty_page_has_no_rows() -> None:
    assert find_rows(np.zeros(SIZE, np.float32), PX_PER_MM) == ()
