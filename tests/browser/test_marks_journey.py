"""A cardiologist puts the end of a T wave right: QTc follows, the step is undone and redone, and the marks go along."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import wfdb
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.dashboard import Dashboard

LATER_MS = 40.0
PAPER_MM_S = 25


def test_t_offset_is_moved_qtc_follows_and_all_is_exported(
    browser: Browser, app_url: str, tmp_path: Path
) -> None:
    visit = Dashboard(browser, app_url, width_px=1440)
    page = visit.page
    page.get_by_role("button", name="Normal sinus rhythm").first.click()
    expect(visit.charts).to_have_count(2)
    visit.wait_until_drawn()
    visit.go_to("Cycles", last="Beat by beat")
    page.get_by_text("Correct beats and waves").click()
    expect(page.get_by_text("Click where the T offset is.")).to_be_visible()
    visit.wait_until_drawn()

    found_ms = qtc_ms(page)
    click_later(page)
    expect(page.get_by_text("T offset in beat 2")).to_be_visible()
    visit.wait_until_drawn()
    assert qtc_ms(page) - found_ms == pytest.approx(LATER_MS, rel=0.15)  # RR is near 1 s
    expect(interval_cells(page).nth(3)).to_contain_text(f"found: {found_ms:.0f}")

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("All marks are automatic")).to_be_visible()
    visit.wait_until_drawn()
    assert qtc_ms(page) == found_ms
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_text("T offset in beat 2")).to_be_visible()
    visit.wait_until_drawn()

    qt_cell, qt_ms = interval_cells(page).nth(2), leading_number(interval_cells(page).nth(2))
    page.get_by_role("spinbutton", name="T offset, ms from R").press("ArrowUp")
    expect(qt_cell).to_have_text(re.compile(f"^{qt_ms + 2:.0f} ms"))
    visit.wait_until_drawn()
    with page.expect_download() as download:
        page.get_by_role("button", name="Annotation (JSON)").click()
    saved = Path(download.value.path()).read_bytes()
    (edit,) = json.loads(saved)["edited"]
    assert (edit["edit"], edit["wave"], edit["mark"]) == ("mark moved", "T", "offset")
    with page.expect_download() as download:
        page.get_by_role("button", name="ECG and annotation").click()
    ZipFile(BytesIO(Path(download.value.path()).read_bytes())).extractall(tmp_path)
    marks = wfdb.rdann(str(tmp_path / "ecg"), "waves")
    by_hand = [sample for sample, note in zip(marks.sample, marks.aux_note, strict=True) if note == "by hand"]
    assert by_hand == [round(edit["to_s"] * marks.fs)]


def test_what_was_saved_is_loaded_again_and_undone_by_key(browser: Browser, app_url: str) -> None:
    visit = Dashboard(browser, app_url, width_px=1440)
    page = visit.page
    page.get_by_role("button", name="Normal sinus rhythm").first.click()
    expect(visit.charts).to_have_count(2)
    visit.wait_until_drawn()
    visit.go_to("Cycles", last="Beat by beat")
    page.get_by_text("Correct beats and waves").click()
    expect(page.get_by_text("All marks are automatic")).to_be_visible()
    visit.wait_until_drawn()

    load(page, {"edited": []})
    expect(page.get_by_text("holds no corrections by hand").first).to_be_visible()
    page.keyboard.press("Escape")
    visit.wait_until_drawn()
    load(page, {"edited": [{"edit": "wave absent in all beats", "wave": "P"}]})
    expect(page.get_by_text("no P in 12 beats")).to_be_visible()
    visit.wait_until_drawn()
    expect(page.get_by_text("holds no corrections by hand")).to_have_count(0)

    page.keyboard.press("Control+z")
    expect(page.get_by_text("All marks are automatic")).to_be_visible()
    visit.wait_until_drawn()
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_text("no P in 12 beats")).to_be_visible()


def load(page: Page, annotation: dict[str, object]) -> None:
    """Give a file of corrections to the form behind the button."""
    page.get_by_role("button", name="Load corrections").click()
    payload = {
        "name": "annotation.json",
        "mimeType": "application/json",
        "buffer": json.dumps(annotation).encode(),
    }
    page.locator("[data-testid=stPopoverBody] input[type=file]").set_input_files([payload])


def click_later(page: Page) -> None:
    """Click on the chart where the T offset would be `LATER_MS` later."""
    chart = page.locator("[class*=st-key-beat_1_] .js-plotly-plot")
    expect(chart).to_have_count(1)
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").bounding_box()
    assert box is not None
    place = """(plot, later_mm) => {
        const line = plot._fullData.find((trace) => trace.name === "T offset");
        return plot._fullLayout.xaxis.d2p(line.x[0] + later_mm);
    }"""
    x_px = float(chart.evaluate(place, LATER_MS / 1000 * PAPER_MM_S))
    page.mouse.click(box["x"] + x_px, box["y"] + box["height"] / 2)


def interval_cells(page: Page) -> Locator:
    """PR, QRS, QT and QTc of the chosen beat."""
    return page.locator(".kalium-intervals tbody tr").first.locator("td")


def qtc_ms(page: Page) -> float:
    return leading_number(interval_cells(page).nth(3))


def leading_number(cell: Locator) -> float:
    said = re.match(r"\d+", cell.inner_text())
    assert said is not None
    return float(said.group())
