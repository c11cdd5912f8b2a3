"""Lead names and scales read on rendered pages, with the bundled weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ecg_core.digitization.printed_text import read_text, reading_direction
from ecg_core.digitization.scale_text import PrintedGain, printed_gains_mm_mv, printed_speeds_mm_s
from ecg_core.digitization.types import FlatPage, GridScale, InkMap, PrintedText
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord
from ecg_core.rendering import LabelStyle, PageStyle, RenderedPage, render_page, sheet

STYLE = PageStyle(
    sheet=sheet("3x4", ["II"]), header=("Name: A. Miller\nID: 4711",), footer=("{speed} mm/s", "{gain} mm/mV")
)


class AsDrawn:
    """A flat page that is its own source."""

    def to_source(self, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        return flat

    def to_flat(self, source: NDArray[np.float64]) -> NDArray[np.float64]:
        return source


def flat_page(rgb: NDArray[np.uint8], px_per_mm: float) -> FlatPage:
    height, width = rgb.shape[:2]
    return FlatPage(
        rgb=rgb,
        inside=np.ones((height, width), bool),
        px_per_mm=px_per_mm,
        map=AsDrawn(),
        grid=GridScale(True, px_per_mm, px_per_mm, 0.0, 1.0),
        paper_corners=np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], float),
    )


def ink_of(page: RenderedPage) -> InkMap:
    """The print as a perfect page network would see it."""
    nothing = np.zeros(page.text_cover.shape, np.float32)
    return InkMap(nothing, nothing, page.text_cover.astype(np.float32) / 255)


def turned(flat: FlatPage, ink: InkMap, quarter_turns: int) -> tuple[FlatPage, InkMap]:
    """The page turned clockwise."""
    rgb, text = (np.ascontiguousarray(np.rot90(image, -quarter_turns)) for image in (flat.rgb, ink.text))
    nothing = np.zeros(text.shape, np.float32)
    return flat_page(rgb, flat.px_per_mm), InkMap(nothing, nothing, text)


@pytest.fixture(scope="module")
def record() -> ECGRecord:
    """Twelve leads with a narrow beat each second."""
    t_s = np.arange(5000) / 500
    beat = np.exp(-(((t_s % 1 - 0.4) / 0.015) ** 2))
    height = np.array([0.6, 1.0, 0.4, -0.8, 0.1, 0.7, -0.9, -1.2, 0.5, 1.1, 1.3, 0.9])
    return ECGRecord((height[:, None] * beat).astype(np.float32), 500.0, STANDARD_LEADS)


def names_read(texts: tuple[PrintedText, ...]) -> list[str]:
    best = [max(text.lead_scores.items(), key=lambda item: item[1], default=("", 0.0)) for text in texts]
    return sorted(name for name, score in best if score > (0.2 if name == "I" else 0.5))  # I may be any bar


@pytest.mark.parametrize("spelling", ["standard", "capitals", "colon", "lead", "german"])
def test_every_name_is_read_and_nothing_else_is_taken_for_one(record: ECGRecord, spelling: str) -> None:
    page = render_page(record, replace(STYLE, labels=LabelStyle(spelling=spelling)))  # type: ignore[arg-type]
    texts = read_text(flat_page(page.rgb, 8.0), ink_of(page))
    assert names_read(texts) == sorted([*STANDARD_LEADS, "II"])


@pytest.mark.parametrize(
    ("speed", "gain", "chest"), [(25.0, 10.0, None), (50.0, 5.0, None), (12.5, 20.0, 10.0)]
)
def test_the_printed_scale_is_read(record: ECGRecord, speed: float, gain: float, chest: float | None) -> None:
    page = render_page(record, replace(STYLE, speed_mm_s=speed, gain_mm_mv=gain, chest_gain_mm_mv=chest))
    texts = read_text(flat_page(page.rgb, 8.0), ink_of(page))
    gains = [PrintedGain(gain, "limb"), PrintedGain(chest, "chest")] if chest else [PrintedGain(gain, "all")]
    assert printed_speeds_mm_s(texts) == (speed,)
    assert printed_gains_mm_mv(texts) == tuple(gains)


def test_an_inverted_lead_scores_as_its_lead_and_keeps_its_minus(record: ECGRecord) -> None:
    page = render_page(record, replace(STYLE, sheet=sheet("6x2", cabrera=True)))
    texts = read_text(flat_page(page.rgb, 8.0), ink_of(page))
    (name,) = (text for text in texts if text.lead_scores.get("aVR", 0.0) > 0.5)
    assert name.text.startswith("-")


def test_a_box_is_given_for_all_print_so_that_it_can_be_masked(record: ECGRecord) -> None:
    page = render_page(record, STYLE)
    ink = ink_of(page)
    covered = np.zeros(ink.text.shape, bool)
    for text in read_text(flat_page(page.rgb, 8.0), ink):
        box = text.box
        covered[int(box.y0_px) : int(box.y1_px) + 1, int(box.x0_px) : int(box.x1_px) + 1] = True
    printed = ink.text >= 0.5
    assert (covered & printed).sum() >= 0.99 * printed.sum()


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_print_tells_which_way_is_up(record: ECGRecord, turns: int) -> None:
    page = render_page(record, STYLE)
    flat, ink = turned(flat_page(page.rgb, 8.0), ink_of(page), turns)
    assert reading_direction(flat, ink) == (4 - turns) % 4


def test_a_page_without_print_is_left_as_it_lies() -> None:
    flat = flat_page(np.full((300, 400, 3), 255, np.uint8), 8.0)
    nothing = np.zeros((300, 400), np.float32)
    ink = InkMap(nothing, nothing, nothing)
    assert read_text(flat, ink) == ()
    assert reading_direction(flat, ink) == 0
