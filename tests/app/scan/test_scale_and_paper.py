"""Scan: the scale is confirmed or changed, the paper put straight, and patient text covered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.components.pointer import Click, Drag, Pointed
from app.scans import Scan, ScannedPage
from ecg_core.digitization import document
from ecg_core.digitization.types import Corrections
from tests.app.scan.scanning import (
    V3,
    corrections,
    digitize_as,
    mode,
    open_picture,
    opened,
    point,
    press,
    said,
    select,
)
from tests.digitization.made_up_page import PX_PER_MM, made_up_digitization


def test_unknown_scale_is_asked_for_and_nothing_is_passed_on_before(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digitize_as(monkeypatch, lambda *said: made_up_digitization(*said, scale_known=False))
    open_picture(app)
    assert "scale of this page is not known" in app.error[0].value
    assert next(button for button in app.button if button.label == "Continue to Review").disabled
    app.switch_page("views/potassium.py").run()
    assert "scale of this page is not known" in app.warning[0].value
    assert app.session_state["chosen_analysis"] is None
    app.switch_page("views/scan.py").run()
    press(app, "Confirm this scale")
    assert corrections(app) == Corrections(
        px_per_mm=PX_PER_MM, speed_mm_s=25.0, gain_mm_mv=10.0, chest_gain_mm_mv=10.0
    )
    app.switch_page("views/potassium.py").run()
    assert app.session_state["chosen_analysis"] is not None


def test_scale_form_says_only_what_was_changed(scan: AppTest) -> None:
    mode(scan, "Scale")
    next(s for s in scan.selectbox if "speed" in s.label).set_value(50.0)
    press(scan, "Apply")
    assert corrections(scan) == Corrections(speed_mm_s=50.0)
    assert opened(scan).document.record.duration_s == pytest.approx(5, abs=0.01)
    next(s for s in scan.selectbox if "chest" in s.label).set_value(5.0)
    press(scan, "Apply")
    assert "limb leads 10 mm/mV, chest leads 5 mm/mV" in said(scan)


def test_ruler_of_a_known_length_gives_pixels_per_mm(app: AppTest, hand: list[Pointed]) -> None:
    open_picture(app)
    mode(app, "Scale")
    point(app, hand, Drag(100, 100, 350, 120))  # 50 mm
    assert corrections(app).px_per_mm == pytest.approx(5.0)
    point(app, hand, Drag(100, 100, 103, 120))
    assert corrections(app).px_per_mm == pytest.approx(5.0)


def test_clicks_place_one_corner_of_the_paper_after_the_other(app: AppTest, hand: list[Pointed]) -> None:
    open_picture(app)
    select(app, V3)
    press(app, "Remove")
    mode(app, "Paper")
    point(app, hand, Click(10, 20))
    point(app, hand, Click(600, 25))
    corners = corrections(app).paper_corners
    assert corners is not None and corners[:2] == ((10.0, 20.0), (600.0, 25.0))
    assert corrections(app).boxes == ()  # they belonged to the page as it was


def test_page_is_turned(scan: AppTest) -> None:
    mode(scan, "Paper")
    next(r for r in scan.radio).set_value("180°")
    press(scan, "Apply")
    assert corrections(scan) == Corrections(quarter_turns=2)


def test_cover_is_drawn_and_deleted(app: AppTest, hand: list[Pointed]) -> None:
    open_picture(app)
    mode(app, "Privacy")
    assert "1 piece of print covered" in said(app)
    point(app, hand, Drag(100, 300, 200, 400))
    assert len(opened(app).pages[0].covers) == 1
    app.toggle[0].set_value(False).run()
    assert "**not** covered" in said(app)
    press(app, "Delete")
    assert opened(app).pages[0].covers == ()


def test_change_that_touches_no_finding_keeps_the_document() -> None:
    page = ScannedPage(made_up_digitization())
    scan = Scan("a.png", (page,), document.document_of([page.found]))
    assert scan.with_page(0, replace(page, covers=(np.zeros((4, 2)),))).document is scan.document
