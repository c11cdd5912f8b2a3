"""The flat page against where the renderer put everything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ecg_core.digitization.flatten import flatten, turned
from ecg_core.digitization.paper import paper_outline
from ecg_core.digitization.types import FlatPage, PageImage
from ecg_core.readers import open_ecg
from ecg_core.rendering import GridStyle, InkStyle, PageStyle, RenderedPage, kit_style, render_page
from ecg_core.rendering.defects import DEFECTS

_EXAMPLE = Path(__file__).parents[2] / "examples/ptbxl/00185_hr.hea"
_WIDE_ONLY = GridStyle(minor="none", major_colour=(248, 191, 220))
_DESK_PX = 200  # around the paper


def _page(style: PageStyle, seed: int = 0) -> RenderedPage:
    return render_page(open_ecg(_EXAMPLE), style, seed)


def _off_mm(page: RenderedPage, flat: FlatPage) -> float:
    """How far (rms) the traces' points on the flat page are from where they were printed, but for where it begins."""
    printed = np.concatenate([lead.points_px[::20] for lead in page.print.leads])
    printed = printed[np.isfinite(printed).all(axis=1)]
    found = flat.map.to_flat(page.warp.to_image(printed)) / flat.px_per_mm
    off = found - printed / page.print.px_per_mm
    return float(np.sqrt(np.mean(np.sum((off - off.mean(axis=0)) ** 2, axis=1))))


def test_a_pattern_whose_middle_colour_occurs_nowhere_is_no_paper() -> None:
    checks = (np.indices((1500, 2000)).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert paper_outline(np.repeat(checks[..., None], 3, axis=2)) is None


@pytest.mark.parametrize("dpi", [100, 150, 200, 240])
def test_the_scale_is_that_of_wide_lines_on_whole_pixels(dpi: int) -> None:
    page = _page(
        PageStyle(
            px_per_mm=dpi / 25.4, page_mm=(279.4, 215.9), grid=_WIDE_ONLY, ink=InkStyle(antialias=False)
        )
    )

    flat = flatten(PageImage(page.rgb))

    assert flat.grid.found
    assert flat.grid.source_px_per_mm_x == pytest.approx(dpi / 25.4, rel=0.002)
    assert flat.grid.source_px_per_mm_y == pytest.approx(dpi / 25.4, rel=0.002)


def test_distances_that_alternate_between_whole_pixels_are_no_wider_grid() -> None:
    style = kit_style(np.random.default_rng(8))  # pale 5 mm lines alone, 29 and 30 pixels apart in turn

    flat = flatten(PageImage(_page(style).rgb))

    assert flat.grid.source_px_per_mm_x == pytest.approx(style.px_per_mm, rel=0.002)


@pytest.mark.parametrize(
    ("defects", "seed"), [(("photo",), 1), (("photo",), 2), (("rotation",), 3), (("photo", "folds"), 4)]
)
def test_what_was_printed_straight_is_straight(defects: tuple[str, ...], seed: int) -> None:
    style = PageStyle(px_per_mm=5.0, defects=tuple(DEFECTS[name] for name in defects))
    page = _page(style, seed)

    assert _off_mm(page, flatten(PageImage(page.rgb))) < 0.1


def test_a_margin_that_is_bent_away_is_followed() -> None:
    page = _page(PageStyle(px_per_mm=4.0))
    height, width = page.rgb.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    leaning = np.clip(1 - x / (width / 3), 0, 1) ** 2 * np.tan(np.deg2rad(20))
    printed_x = (x - leaning * (height - y)).astype(np.float32)
    bent = cv2.remap(page.rgb, printed_x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rows, columns = (part.ravel() for part in np.mgrid[20 : height - 20 : 40, 10 : width - 20 : 40])
    printed = np.column_stack([printed_x[rows, columns], rows])
    seen = printed[:, 0] > 0

    flat = flatten(PageImage(bent))

    found = flat.map.to_flat(np.column_stack([columns, rows])[seen]) / flat.px_per_mm
    off = found - printed[seen] / page.print.px_per_mm
    assert np.sqrt(np.mean(np.sum((off - np.median(off, axis=0)) ** 2, axis=1))) < 0.2


def test_ripples_of_the_paper_are_followed() -> None:
    page = _page(PageStyle(px_per_mm=5.0))
    height, width = page.rgb.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    ripple_px = 0.4 * 5 * np.sin(2 * np.pi * x / (36 * 5)) * np.exp(-(((y - height / 2) / (20 * 5)) ** 2))
    printed_x = (x - ripple_px).astype(np.float32)
    rippled = cv2.remap(page.rgb, printed_x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rows, columns = (part.ravel() for part in np.mgrid[40 : height - 40 : 40, 40 : width - 40 : 10])
    printed = np.column_stack([printed_x[rows, columns], rows])

    flat = flatten(PageImage(rippled))

    found = flat.map.to_flat(np.column_stack([columns, rows])) / flat.px_per_mm
    off = found - printed / page.print.px_per_mm
    off -= np.median(off, axis=0)
    assert np.sqrt(np.mean(np.sum(off**2, axis=1))) < 0.05


@pytest.mark.parametrize("seed", range(3))
def test_paper_without_a_grid_is_not_given_one(seed: int) -> None:
    style = PageStyle(px_per_mm=150 / 25.4, grid=GridStyle(minor="none", major="none"))
    page = _page(replace(style, defects=(DEFECTS["wrinkles"], DEFECTS["folds"])), seed)

    assert not flatten(PageImage(page.rgb)).grid.found


def test_a_shadow_on_the_grid_cuts_nothing_off() -> None:
    page = _page(PageStyle(px_per_mm=5.0))
    height, width = page.rgb.shape[:2]
    rgb = page.rgb.copy()
    corner = np.array([[0, height // 2], [width // 3, height], [0, height]], np.int32)
    dark = cv2.fillPoly(np.zeros((height, width), np.uint8), [corner], 1) == 1
    rgb[dark] = (rgb[dark] * 0.4).astype(np.uint8)
    picture = np.pad(rgb, ((_DESK_PX, _DESK_PX), (_DESK_PX, _DESK_PX), (0, 0)), constant_values=60)

    flat = flatten(PageImage(picture))

    traces = np.concatenate([lead.points_px for lead in page.print.leads])
    x, y = np.round(flat.map.to_flat(traces[np.isfinite(traces).all(axis=1)] + _DESK_PX)).astype(int).T
    assert flat.inside[y, x].all()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_page_shows_the_same_places(turns: int) -> None:
    page = _page(PageStyle(px_per_mm=4.0))
    flat = flatten(PageImage(page.rgb))
    place = np.array([[100.0, 50.0]])

    other = turned(flat, turns)

    x, y = np.round(other.map.to_flat(flat.map.to_source(place))).astype(int)[0]
    assert (other.rgb[y, x] == flat.rgb[50, 100]).all()
    assert other.px_per_mm == flat.px_per_mm
