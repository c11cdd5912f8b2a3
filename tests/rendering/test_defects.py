from dataclasses import replace

import numpy as np
import pytest

from ecg_core.record import ECGRecord
from ecg_core.rendering import (
    TEXT,
    TRACE,
    GridStyle,
    InkStyle,
    PageStyle,
    PulseStyle,
    RenderedPage,
    render_page,
)
from ecg_core.rendering.defects import DEFECTS
from ecg_core.rendering.defects.pose import rotated

PLAIN = PageStyle(
    px_per_mm=4,
    row_spacing_mm=22,
    grid=GridStyle(minor="none", major="none"),
    paper_colour=(255, 255, 255),
    ink=InkStyle(trace_colour=(0, 0, 0), trace_width_mm=0.5),
    header=("Name: Gray, Anna", "ID: 1234"),
)
THAT_MOVE_PIXELS = (
    "tilt", "rotation", "any_rotation", "quarter_turn", "cut", "blank_border", "photo", "close_photo", "curl",
    "wrinkles", "folds", "uneven_scale",
)  # fmt: skip
SEEDS = (0, 1)


@pytest.fixture(scope="module")
def page(waves: ECGRecord) -> RenderedPage:
    return render_page(waves, PLAIN)


def darkness_of_trace(page: RenderedPage, dx: int = 0, dy: int = 0) -> float:
    """How much darker than the median the pixels of class TRACE are, 0 to 255, the mask moved by some pixels."""
    grey = page.rgb[..., 1]
    trace = np.roll(page.classes == TRACE, (dy, dx), axis=(0, 1))
    inner = np.zeros_like(trace)
    inner[5:-5, 5:-5] = True
    return float(np.median(grey[page.classes != TRACE]) - grey[trace & inner].mean())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", THAT_MOVE_PIXELS)
def test_classes_move_with_the_pixels(page: RenderedPage, name: str, seed: int) -> None:
    moved = DEFECTS[name](page, np.random.default_rng(seed))
    assert moved.classes.shape == moved.rgb.shape[:2]
    assert (moved.classes == TEXT).any()
    in_place = darkness_of_trace(moved)
    assert in_place > 90
    for dx, dy in ((2, 2), (-2, 2)):
        assert darkness_of_trace(moved, dx, dy) < 0.75 * in_place


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", THAT_MOVE_PIXELS)
def test_warp_leads_there_and_back(page: RenderedPage, name: str, seed: int) -> None:
    moved = DEFECTS[name](page, np.random.default_rng(seed))
    points = np.random.default_rng(0).uniform((0, 0), page.size, (300, 2))
    assert moved.warp.to_flat(moved.warp.to_image(points)) == pytest.approx(points, abs=0.01)


@pytest.mark.parametrize("name", sorted(set(DEFECTS) - set(THAT_MOVE_PIXELS)))
def test_other_defects_change_the_picture_only(page: RenderedPage, name: str) -> None:
    changed = DEFECTS[name](page, np.random.default_rng(1))
    assert changed.rgb.dtype == np.uint8
    assert changed.rgb.shape[:2] == changed.text_cover.shape
    if changed.size == page.size:
        assert (changed.rgb != page.rgb).any()
        assert ((changed.classes == TRACE) == (page.classes == TRACE)).all()
    assert changed.truth.leads == page.truth.leads


@pytest.mark.parametrize("name", DEFECTS)
def test_the_page_given_stays_as_it_was_and_chance_follows_the_seed(page: RenderedPage, name: str) -> None:
    before = page.rgb.copy()
    first, second = (DEFECTS[name](page, np.random.default_rng(5)) for _ in range(2))
    assert (page.rgb == before).all()
    assert (first.rgb == second.rgb).all()


def test_rotation_is_clockwise_and_keeps_the_scale(page: RenderedPage) -> None:
    turned = rotated(page, 30, np.random.default_rng(0), whole=True)
    start, end = turned.warp.to_image(np.array([(100.0, 100.0), (200.0, 100.0)]))
    assert np.degrees(np.arctan2(*(end - start)[::-1])) == pytest.approx(30)
    assert turned.px_per_mm == pytest.approx(page.px_per_mm)
    assert turned.truth.n_samples == page.truth.n_samples
    assert np.isfinite(turned.truth.signal_mv).sum() == np.isfinite(page.truth.signal_mv).sum()


def test_truth_ends_with_the_picture(waves: ECGRecord) -> None:
    style = replace(PLAIN, margin_left_mm=0, margin_right_mm=0, pulses=PulseStyle(place="none"))
    page = render_page(waves, style)
    lost = DEFECTS["cut"](page, np.random.default_rng(3))
    left_px, right_px = lost.warp.to_flat(np.array([(-0.5, 0.0), (lost.size[0] - 0.5, 0.0)]))[:, 0]
    strip = next(lead for lead in page.print.leads if lead.rhythm)
    first_s, last_s = (np.array([left_px, right_px]) - strip.box_px[0]) / (4 * 25)
    assert 0.04 < first_s < last_s < 9.96
    read_mv, whole_mv = lost.truth.lead_mv("II"), page.truth.lead_mv("II")
    assert np.isfinite(read_mv).sum() == pytest.approx((last_s - first_s) * 500, abs=2)
    assert np.nanmax(np.abs(read_mv - whole_mv[-len(read_mv) :])) == 0


def test_smaller_pictures_have_smaller_scale_and_all_traces(page: RenderedPage) -> None:
    small = DEFECTS["low_resolution"](page, np.random.default_rng(0))
    factor = small.size[0] / page.size[0]
    assert factor < 0.85
    assert small.px_per_mm == pytest.approx((4 * factor, 4 * factor), rel=0.01)
    assert darkness_of_trace(small) > 90


def test_print_under_a_mask_is_no_print(page: RenderedPage) -> None:
    masked = DEFECTS["masked_names"](page, np.random.default_rng(2))
    header = slice(0, round(min(lead.box_px[1] for lead in page.print.leads)))
    assert (masked.classes[header] == TEXT).sum() < (page.classes[header] == TEXT).sum()


def test_fax_is_black_and_white(page: RenderedPage) -> None:
    fax = DEFECTS["fax"](page, np.random.default_rng(0))
    assert set(np.unique(fax.rgb)) == {0, 255}
