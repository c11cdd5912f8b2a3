import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.rendering.strokes import paint, stroke


@given(
    y0=st.floats(20, 40),
    slope=st.floats(-1.5, 1.5),
    width_px=st.floats(1.0, 5.0),
)
def test_the_middle_of_a_line_is_where_it_was_asked_for(y0: float, slope: float, width_px: float) -> None:
    x = np.linspace(5, 35, 60)
    patch = stroke([np.column_stack([x, y0 + slope * (x - 20)])], width_px, (40, 90))
    assert patch is not None
    columns = np.arange(12, 29)
    cover = patch.cover[:, columns - patch.x0].astype(float)
    rows = np.arange(cover.shape[0])[:, None] + patch.y0
    centre = (cover * rows).sum(axis=0) / cover.sum(axis=0)
    assert centre == pytest.approx(y0 + slope * (columns - 20), abs=0.1)


@pytest.mark.parametrize("width_px", [0.4, 1.0, 2.5, 6.0])
def test_a_line_holds_as_much_ink_as_its_width_says(width_px: float) -> None:
    patch = stroke([np.array([(5.0, 20.3), (95.0, 20.3)])], width_px, (100, 40))
    assert patch is not None
    ink = patch.cover[:, 20:80].sum(axis=0).mean() / 255
    assert ink == pytest.approx(width_px, rel=0.25)


def test_what_lies_off_the_page_is_not_drawn() -> None:
    assert stroke([np.array([(-50.0, 5.0), (-20.0, 9.0)])], 2.0, (30, 30)) is None
    assert stroke([], 2.0, (30, 30)) is None
    page = np.full((30, 30, 3), 255, np.uint8)
    paint(page, stroke([np.array([(-50.0, 15.0), (80.0, 15.0)])], 2.0, (30, 30)), (0, 0, 0))
    assert (page[15] < 128).all()
    assert (page[:10] == 255).all()
