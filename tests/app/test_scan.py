"""Scan: a printed page is opened, looked at, put right, covered, passed on and taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import scans
from app.components import scan_pointer
from app.components.scan_downloads import wfdb_zip
from app.components.scan_pointer import Click, as_click_or_box
from app.scans import Scan, ScannedPage
from ecg_core.digitization import document
from ecg_core.digitization.digitize import Progress
from ecg_core.digitization.types import Box, Corrections, Digitization, PageImage
from ecg_core.errors import NotAnECGPageError, SignalError
from ecg_core.readers import NamedBytes, open_ecg
from tests.app.uploads import Upload, csv_without_time, upload
from tests.digitization.made_up_page import (
    COLUMN_PX,
    COLUMNS,
    LEFT_PX,
    PITCH_PX,
    PX_PER_MM,
    TOP_PX,
    made_up_digitization,
    made_up_picture,
)

Where = Click | Box
V3_MIDDLE = Click(LEFT_PX + 2.5 * COLUMN_PX, TOP_PX + 2 * PITCH_PX - 20)
V6_MIDDLE = Click(LEFT_PX + 3.5 * COLUMN_PX, TOP_PX + 2 * PITCH_PX - 20)
BY_HAND = "It is an ECG: set it up by hand"
V3 = 8  # its position in the layout, column by column


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture shows the made-up page; digitization proper has tests of its own."""
    digitize_as(monkeypatch, made_up_digitization)


def digitize_as(monkeypatch: pytest.MonkeyPatch, digitize: Callable[..., Digitization]) -> None:
    monkeypatch.setattr(document, "digitize_page", digitize)
    monkeypatch.setattr(
        scans, "redigitize", lambda before, said, progress: digitize(before.page, said, progress)
    )


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Where]]:
    """Where the user points next: AppTest has no mouse, so a button does it."""
    places: list[Where] = []

    def listen(chart_key: str, fig: object, on_pointed: Callable[[Where], None]) -> None:
        st.button("Point", key="point", on_click=lambda: on_pointed(places[-1]))

    monkeypatch.setattr(scan_pointer, "listen", listen)
    yield places


@pytest.fixture
def scan(app: AppTest) -> AppTest:
    """The dashboard with a page opened in it."""
    return open_picture(app)


def open_picture(app: AppTest) -> AppTest:
    app.file_uploader[0].set_value([picture()]).run()
    assert not app.exception and not [error for error in app.error if "scale" not in error.value]
    return app


def picture(name: str = "jane_doe.png") -> Upload:
    _, png = cv2.imencode(".png", made_up_picture().rgb[::2, ::2, ::-1])
    return upload(name, png.tobytes())


def opened(app: AppTest) -> Scan:
    scan: Scan = app.session_state["chosen_scan"]
    return scan


def corrections(app: AppTest) -> Corrections:
    return opened(app).pages[0].found.corrections


def leads(app: AppTest) -> tuple[str, ...]:
    return opened(app).document.record.leads


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def mode(app: AppTest, name: str) -> AppTest:
    return next(c for c in app.segmented_control if c.label == "Correct").set_value(name).run()


def select(app: AppTest, position: int) -> AppTest:
    return app.pills[0].set_value(position).run()


def point(app: AppTest, hand: list[Where], where: Where) -> AppTest:
    hand.append(where)
    return app.button(key="point").click().run()


def said(app: AppTest) -> str:
    texts = (*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.html)
    return "\n".join(element.value for element in texts)


def test_page_without_a_scan_says_what_it_is_for(app: AppTest) -> None:
    app.switch_page("views/scan.py").run()
    assert "on paper" in app.title[0].value
    assert "Upload a scan, a phone photo or a PDF" in said(app)
    assert not app.info


def test_digital_ecg_has_nothing_to_digitize(open_example: Callable[[str], AppTest]) -> None:
    app = open_example("normal").switch_page("views/scan.py").run()
    assert "nothing to digitize" in app.info[0].value


def test_upload_of_a_picture_shows_what_was_found(scan: AppTest) -> None:
    words = said(scan)
    assert "**12 leads**, layout 3x4" in words
    assert "**25 mm/s, 10 mm/mV**" in words
    assert "pulse 40" in words
    assert "faint in places" in scan.warning[0].value
    assert "Lowest lead confidence: V3 ✕ 42 % poor" in words
    table = scan.dataframe[0].value
    assert list(table["Lead"][:3]) == ["I", "II", "III"]
    assert table.loc[V3, "Why"] == "12 of 250 columns show no ink"


def test_bundled_page_opens_from_the_empty_state(app: AppTest) -> None:
    app.switch_page("views/scan.py").run()
    app.button(key="scan_start_phone_photo").click().run()
    assert opened(app).name == "Phone photo of a printed ECG"
    assert "public domain" in said(app)


def test_recording_takes_the_place_of_a_scan(scan: AppTest, wfdb_pair: list[Upload]) -> None:
    scan.file_uploader[0].set_value(wfdb_pair).run()
    assert scan.session_state["chosen_scan"] is None
    assert scan.session_state["chosen_analysis"].record.source.name == "00185_hr.hea"


def test_page_without_ecg_is_refused_and_the_previous_ecg_stays(
    open_example: Callable[[str], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(page: PageImage, *_: object, **__: object) -> Digitization:
        raise NotAnECGPageError("This is a cat.")

    app = open_example("normal")
    digitize_as(monkeypatch, refuse)
    app.file_uploader[0].set_value([picture()]).run()
    assert app.error[0].value == "This is a cat. The previous ECG is still shown."
    assert app.session_state["chosen_analysis"] is not None


def only_by_hand(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    """Pages of these numbers are refused until the user gives their layout."""

    def digitize(page: PageImage, said: Corrections, progress: Progress) -> Digitization:
        if page.number in numbers and said.layout is None:
            raise NotAnECGPageError(f"Nothing beats on page {page.number}.")
        columns = COLUMNS[:2] if page.number == 1 else COLUMNS[2:]
        return made_up_digitization(page, said, progress, leads=columns)

    digitize_as(monkeypatch, digitize)


def test_refused_page_is_set_up_by_hand(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    only_by_hand(monkeypatch, 1)
    app.file_uploader[0].set_value([picture()]).run()
    assert app.error[0].value == "Nothing beats on page 1."
    next(s for s in app.selectbox if s.label == "Layout").set_value("6x1")
    press(app, BY_HAND)
    assert not app.error
    assert corrections(app) == Corrections(layout="6x1")
    assert "set this page up by hand" in said(app) and "Nothing beats" in said(app)
    press(app, "Remove")
    press(app, "Reset all")
    assert corrections(app) == Corrections(layout="6x1")
    assert "As found" not in next(s for s in app.selectbox if s.label == "Layout of the page").options
    app.switch_page("views/review.py").run()
    notes = app.session_state["chosen_analysis"].record.notes
    assert "Page 1 was set up by hand; it was not taken for an ECG before." in notes


def test_of_several_refused_pages_one_is_set_up_and_then_another(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_by_hand(monkeypatch, 1, 2)
    app.file_uploader[0].set_value([picture("a.png"), picture("b.png")]).run()
    assert "None of the 2 pages can be used." in app.error[0].value
    assert "Nothing beats on page 2." in app.error[0].value
    next(s for s in app.selectbox if s.label == "Page").set_value(2)
    press(app, BY_HAND)
    assert [page.found.page.number for page in opened(app).pages] == [2]
    select(app, 0)
    press(app, "Remove")
    assert "V1" not in leads(app)
    press(app, BY_HAND)
    assert [page.found.page.number for page in opened(app).pages] == [1, 2]
    assert app.session_state["chosen_scan_page"] == 0
    assert len(leads(app)) == 11  # what was corrected on the other page stays so
    assert not any(button.label == BY_HAND for button in app.button)


def test_page_that_cannot_be_set_up_says_why_and_may_be_tried_again(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(page: PageImage, *_: object, **__: object) -> Digitization:
        raise SignalError("No line could be followed.")

    digitize_as(monkeypatch, refuse)
    app.file_uploader[0].set_value([picture()]).run()
    press(app, BY_HAND)
    assert app.error[0].value == "No line could be followed."
    assert any(button.label == BY_HAND for button in app.button)
    app.button(key="start_normal").click().run()
    assert not any(button.label == BY_HAND for button in app.button)


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


def test_click_selects_a_lead_and_a_drawn_box_moves_it(app: AppTest, hand: list[Where]) -> None:
    open_picture(app)
    point(app, hand, V3_MIDDLE)
    assert app.pills[0].value == V3
    point(app, hand, Box(600, 420, 780, 560))
    assert opened(app).pages[0].found.layout.boxes[V3].box == Box(600, 420, 780, 560)
    point(app, hand, Box(600, 420, 603, 560))  # a slip of the hand
    assert len(opened(app).pages[0].past) == 1


def test_drawn_box_adds_a_lead(app: AppTest, hand: list[Where]) -> None:
    open_picture(app)
    select(app, V3)
    press(app, "Remove")
    select(app, -1)
    next(s for s in app.selectbox if s.label == "Printed lead").set_value("V3").run()
    point(app, hand, Box(560, 420, 800, 560))
    assert "V3" in leads(app)
    assert opened(app).pages[0].found.layout.boxes[-1].row == 2


def test_click_anchors_the_trace_of_the_selected_lead(app: AppTest, hand: list[Where]) -> None:
    open_picture(app)
    select(app, V3)
    mode(app, "Trace")
    before = opened(app).document.record.lead_mv("V3")
    point(app, hand, V3_MIDDLE)
    anchor = corrections(app).anchors[0]
    assert (anchor.box, anchor.x_px, anchor.y_px) == (V3, V3_MIDDLE.x_px, V3_MIDDLE.y_px)
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


def test_ruler_of_a_known_length_gives_pixels_per_mm(app: AppTest, hand: list[Where]) -> None:
    open_picture(app)
    mode(app, "Scale")
    point(app, hand, Box(100, 100, 350, 120))  # 50 mm
    assert corrections(app).px_per_mm == pytest.approx(5.0)
    point(app, hand, Box(100, 100, 103, 120))
    assert corrections(app).px_per_mm == pytest.approx(5.0)


def test_clicks_place_one_corner_of_the_paper_after_the_other(app: AppTest, hand: list[Where]) -> None:
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


def test_cover_is_drawn_and_deleted(app: AppTest, hand: list[Where]) -> None:
    open_picture(app)
    mode(app, "Privacy")
    assert "1 piece of print covered" in said(app)
    point(app, hand, Box(100, 300, 200, 400))
    assert len(opened(app).pages[0].covers) == 1
    app.toggle[0].set_value(False).run()
    assert "**not** covered" in said(app)
    press(app, "Delete")
    assert opened(app).pages[0].covers == ()


def test_record_goes_through_the_other_pages_like_any_other(scan: AppTest) -> None:
    scan.switch_page("views/review.py").run()
    analysis = scan.session_state["chosen_analysis"]
    assert analysis.record.source.name == "jane_doe.png"
    assert any("Lowest lead confidence: V3" in note for note in analysis.record.notes)
    assert analysis.annotation.n_beats >= 8
    for page in ("cycles", "potassium"):
        scan.switch_page(f"views/{page}.py").run()
        assert not scan.exception
        assert scan.session_state["chosen_analysis"] is analysis


def test_correction_after_a_look_is_analysed_again_through_the_same_filter(scan: AppTest) -> None:
    scan.switch_page("views/review.py").run()
    next(r for r in scan.radio if r.label == "Low-pass").set_value("40 Hz")
    press(scan, "Apply")
    scan.switch_page("views/scan.py").run()
    select(scan, V3)
    press(scan, "Remove")
    scan.switch_page("views/review.py").run()
    analysis = scan.session_state["chosen_analysis"]
    assert "V3" not in analysis.record.leads
    assert analysis.filtered.settings.low_pass_hz == 40


def test_pages_of_one_ecg_make_one_record(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def digitize(page: PageImage, *rest: object) -> Digitization:
        if page.number == 3:
            raise NotAnECGPageError("This is a letter.")
        return made_up_digitization(page, *rest, leads=COLUMNS[:2] if page.number == 1 else COLUMNS[2:])

    digitize_as(monkeypatch, digitize)
    app.file_uploader[0].set_value([picture("1.png"), picture("2.png"), picture("3.png")]).run()
    assert len(leads(app)) == 12
    assert any("This is a letter." in warning.value for warning in app.warning)
    pages = next(c for c in app.segmented_control if c.label == "Page")
    assert list(pages.options) == ["Page 1", "Page 2"]
    pages.set_value(1).run()
    press(app, "Remove")  # the first lead of the second page
    assert "V1" not in leads(app)
    assert opened(app).pages[0].found.corrections == Corrections()


def test_downloads_are_named_without_the_upload(scan: AppTest) -> None:
    names = [button.proto.url for button in scan.download_button]
    assert len(names) >= 4
    assert not any("jane" in name for name in names)


def test_wfdb_download_holds_the_record(scan: AppTest) -> None:
    record = opened(scan).as_record()
    back = open_ecg((NamedBytes("ecg.zip", wfdb_zip(record)),))
    assert back.leads == record.leads and back.fs_hz == record.fs_hz
    assert np.allclose(back.signal_mv, record.signal_mv, atol=2e-3, equal_nan=True)


def test_files_too_large_together_are_refused() -> None:
    file = NamedBytes("a.png", bytes(11_000_000))
    with pytest.raises(ValueError, match="20 MB together"):
        scans.open_scan((file, file), lambda stage: None)


def test_change_that_touches_no_finding_keeps_the_document() -> None:
    page = ScannedPage(made_up_digitization())
    scan = Scan("a.png", (page,), document.document_of([page.found]))
    assert scan.with_page(0, replace(page, covers=(np.zeros((4, 2)),))).document is scan.document


def test_part_of_the_picture_in_sight_is_kept() -> None:
    def script() -> None:
        import plotly.graph_objects as go
        import streamlit as st

        from app.components.scan_pointer import forget_view, keep_view

        fig = go.Figure(
            layout={"xaxis": {"range": [0, 100]}, "yaxis": {"range": [80, 0]}, "dragmode": "select"}
        )
        zoomed = keep_view(fig, "chart")
        st.write(f"{zoomed} {fig.layout.xaxis.range[1]} {fig.layout.dragmode}")
        st.button("Whole page", on_click=forget_view, args=("chart",))

    app = AppTest.from_function(script).run()
    assert app.markdown[0].value == "False 100 select"
    app.session_state["chart_view"] = {"x": [10.0, 30.0], "y": [40.0, 20.0], "dragmode": "zoom"}
    assert app.run().markdown[0].value == "True 30.0 zoom"
    assert app.button[0].click().run().markdown[0].value == "False 100 select"


@pytest.mark.parametrize(
    ("pointed", "meant"),
    [
        ({"from": [5, 6], "to": [5.5, 6], "dragged": False}, Click(5.5, 6.0)),
        ({"from": [9, 2], "to": [1, 8], "dragged": True}, Box(1.0, 2.0, 9.0, 8.0)),
    ],
    ids=["click", "box drawn backwards"],
)
def test_pointing_is_a_click_or_a_box(pointed: dict[str, object], meant: Where) -> None:
    assert as_click_or_box(pointed) == meant


def test_text_table_is_no_scan(app: AppTest) -> None:
    assert not scans.is_scan((NamedBytes("a.csv", csv_without_time()),))
