"""Scan: pages are opened, refused, set up by hand, and make one record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from app import scans
from ecg_core.digitization.digitize import Progress
from ecg_core.digitization.types import Corrections, Digitization, PageImage
from ecg_core.errors import NotAnECGPageError, SignalError
from ecg_core.readers import NamedBytes
from tests.app.scan.scanning import (
    BY_HAND,
    V3,
    corrections,
    digitize_as,
    leads,
    opened,
    picture,
    press,
    said,
    select,
)
from tests.app.uploads import Upload, csv_without_time
from tests.digitization.made_up_page import COLUMNS, made_up_digitization


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
    (table,) = (body for element in scan.get("html") if "<tbody>" in (body := element.proto.body))
    rows = table.split("<tbody>")[1].split("</tr>")
    assert [f">{lead}</th>" in row for lead, row in zip(("I", "II", "III"), rows, strict=False)] == [True] * 3
    assert "12 of 250 columns show no ink" in rows[V3]


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


def test_files_too_large_together_are_refused() -> None:
    file = NamedBytes("a.png", bytes(11_000_000))
    with pytest.raises(ValueError, match="20 MB together"):
        scans.open_scan((file, file), lambda stage: None)


def test_text_table_is_no_scan(app: AppTest) -> None:
    assert not scans.is_scan((NamedBytes("a.csv", csv_without_time()),))
