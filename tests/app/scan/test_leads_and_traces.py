"""Scan: lead boxes and traces are put right, by fields, clicks and drags; steps are undone and done again."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import scans
from app.components.pointer import Drag, Pointed
from ecg_core.digitization.types import Box, Corrections, Digitization
from ecg_core.errors import NotAnECGPageError
from tests.app.scan.scanning import (
    V3,
    V3_MIDDLE,
    V6_MIDDLE,
    corrections,
    leads,
    mode,
    open_picture,
    opened,
    point,
    press,
    select,
)


def test_lead_is_renamed(scan: AppTest) -> None:
    select(scan, V3)
    next(s for s in scan.selectbox if s.label == "Printed lead").set_value("V2")
    press(scan, "Apply")
    assert "V3" not in leads(scan)
    assert opened(scan).pages[0].found.layout.boxes[V3].lead == "V2"
    assert corrections(scan).boxes[0].area is None


def test_lead_stays_selected_as_it_gets_the_name_of_another_and_its_own_again(scan: AppTest) -> None:
    select(scan, V3)
    next(s for s in scan.selectbox if s.label == "Printed lead").set_value("V2")
    press(scan, "Apply")
    assert scan.pills[0].value == V3
    assert len(set(scan.pills[0].options)) == len(scan.pills[0].options)
    press(scan, "Undo")
    assert scan.pills[0].value == V3


def test_lead_is_moved_by_numbers(scan: AppTest) -> None:
    select(scan, V3)
    next(n for n in scan.number_input if n.label == "Right (px)").set_value(700)
    press(scan, "Apply")
    assert opened(scan).pages[0].found.layout.boxes[V3].box.x1_px == 700
    assert opened(scan).pages[0].found.layout.boxes[V3].lead == "V3"


def test_correction_is_undone_and_done_again_and_all_are_reset(scan: AppTest) -> None:
    select(scan, V3)
    press(scan, "Remove")
    assert "V3" not in leads(scan)
    press(scan, "Undo")
    assert "V3" in leads(scan)
    press(scan, "Redo")
    assert "V3" not in leads(scan)
    press(scan, "Reset all")
    assert corrections(scan) == Corrections()
    press(scan, "Undo")
    assert "V3" not in leads(scan)


def test_failing_correction_leaves_the_page_as_it_was(scan: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Digitization:
        raise NotAnECGPageError("No trace there.")

    monkeypatch.setattr(scans, "redigitize", refuse)
    before = opened(scan)
    select(scan, V3)
    press(scan, "Remove")
    assert scan.error[0].value == "No trace there. The page is shown as it was before."
    assert opened(scan) is before


def test_click_selects_a_lead_and_a_drawn_box_moves_it(app: AppTest, hand: list[Pointed]) -> None:
    open_picture(app)
    point(app, hand, V3_MIDDLE)
    assert app.pills[0].value == V3
    point(app, hand, Drag(600, 420, 780, 560))
    assert opened(app).pages[0].found.layout.boxes[V3].box == Box(600, 420, 780, 560)
    point(app, hand, Drag(600, 420, 603, 560))  # a slip of the hand
    assert len(opened(app).pages[0].past) == 1


def test_drawn_box_adds_a_lead(app: AppTest, hand: list[Pointed]) -> None:
    open_picture(app)
    select(app, V3)
    press(app, "Remove")
    select(app, -1)
    next(s for s in app.selectbox if s.label == "Printed lead").set_value("V3").run()
    point(app, hand, Drag(560, 420, 800, 560))
    assert "V3" in leads(app)
    assert opened(app).pages[0].found.layout.boxes[-1].row == 2


def test_click_anchors_the_trace_of_the_selected_lead(app: AppTest, hand: list[Pointed]) -> None:
    open_picture(app)
    select(app, V3)
    mode(app, "Trace")
    before = opened(app).document.record.lead_mv("V3")
    point(app, hand, V3_MIDDLE)
    anchor = corrections(app).anchors[0]
    assert (anchor.box, anchor.x_px, anchor.y_px) == (V3, V3_MIDDLE.x, V3_MIDDLE.y)
    assert not np.array_equal(opened(app).document.record.lead_mv("V3"), before, equal_nan=True)
    point(app, hand, V6_MIDDLE)
    assert app.pills[0].value == V3 + 3 and len(corrections(app).anchors) == 1
    select(app, V3)
    press(app, "Delete")
    assert corrections(app).anchors == ()


def test_anchor_is_entered_by_numbers(scan: AppTest) -> None:
    select(scan, V3)
    mode(scan, "Trace")
    scan.number_input[0].set_value(620)
    press(scan, "Add point")
    assert [(anchor.box, anchor.x_px) for anchor in corrections(scan).anchors] == [(V3, 620.0)]
