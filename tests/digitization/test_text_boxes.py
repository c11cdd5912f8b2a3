"""Words and short lines, found from the probability of text."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ecg_core.digitization.text_boxes import find_text_boxes
from ecg_core.digitization.types import Box

PX_PER_MM = 8.0


def page_with(*texts: tuple[str, int, int]) -> NDArray[np.float32]:
    """A text probability with each text, 3 mm high, at (x, y) of its baseline."""
    mask = np.zeros((400, 900), np.uint8)
    for text, x, y in texts:
        cv2.putText(mask, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 255, 2, cv2.LINE_AA)
    return mask.astype(np.float32) / 255


def extent(text: NDArray[np.float32]) -> tuple[float, ...]:
    rows, columns = np.nonzero(text >= 0.4)
    return columns.min(), rows.min(), columns.max(), rows.max()


def sides(box: Box) -> tuple[float, ...]:
    return box.x0_px, box.y0_px, box.x1_px, box.y1_px


@pytest.mark.parametrize("text", ["I", "III", "aVR", "-aVR", "II:", "Lead II", "25 mm/s", "i"])
def test_each_piece_of_print_is_one_box(text: str) -> None:
    page = page_with((text, 300, 200))
    (box,) = find_text_boxes(page, PX_PER_MM)
    assert sides(box) == pytest.approx(extent(page), abs=3)


def test_texts_apart_stay_apart() -> None:
    page = page_with(("V1", 50, 100), ("V4", 400, 100), ("V2", 50, 180), ("V5", 400, 180))
    boxes = find_text_boxes(page, PX_PER_MM)
    assert [(box.x0_px < 300, box.y0_px < 130) for box in boxes] == [
        (True, True),
        (False, True),
        (True, False),
        (False, False),
    ]


def test_a_name_cut_by_a_trace_stays_whole() -> None:
    page = page_with(("aVF", 300, 200))
    whole = extent(page)
    page[186:189] = 0  # a flat trace runs through it
    (box,) = find_text_boxes(page, PX_PER_MM)
    assert sides(box) == pytest.approx(whole, abs=3)


def test_specks_and_faint_places_are_no_print() -> None:
    page = np.zeros((200, 300), np.float32)
    page[50:53, 50:53] = 1
    page[100:130, 100:200] = 0.2
    assert find_text_boxes(page, PX_PER_MM) == []


def test_a_page_full_of_specks_does_not_take_long_or_fail() -> None:
    rng = np.random.default_rng(0)
    page = (rng.random((600, 800)) < 0.05).astype(np.float32)
    assert all(box.x1_px >= box.x0_px for box in find_text_boxes(page, PX_PER_MM))
