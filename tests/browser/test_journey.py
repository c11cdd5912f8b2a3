"""A clinician's visit, from an uploaded ECG to the predictions and past a broken file."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from ecg_core.inference.table import COLUMNS
from tests.browser.conftest import ROOT
from tests.browser.dashboard import Dashboard

HEADER = ROOT / "examples" / "ludb" / "11.hea"
PAIR = {path.name: path.read_bytes() for path in (HEADER, HEADER.with_suffix(".dat"))}
MODELS = {json.loads(card.read_text())["name"] for card in (ROOT / "checkpoints").glob("*/card.json")}
PAPER_MM_S = 25


def test_upload_look_measure_download_and_go_on_after_a_broken_file(
    browser: Browser, app_url: str, tmp_path: Path
) -> None:
    visit = Dashboard(browser, app_url, width_px=1280)
    page = visit.page

    visit.upload(PAIR)
    expect(visit.charts).to_have_count(2)  # the paper, and the map of signal quality
    visit.wait_until_drawn()
    expect(page.get_by_text("11.hea")).to_be_visible()

    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_text("40 Hz", exact=True).click()
    page.get_by_role("button", name="Apply").click()
    expect(visit.charts.filter(has_text="40 Hz low-pass")).to_have_count(1)
    visit.wait_until_drawn()
    page.keyboard.press("Escape")  # closes the popover
    expect(visit.charts).to_have_count(2)

    width_mm = visit.drag_on_chart(0.1, 0.1)
    reading = page.get_by_role("status").filter(has_text="bpm")
    expect(reading).to_be_visible()
    measured_ms = float(reading.locator("b").first.inner_text().removesuffix(" ms"))
    assert measured_ms == pytest.approx(width_mm / PAPER_MM_S * 1000, rel=0.02)

    visit.go_to("Cycles", last="Beat by beat")
    expect(visit.charts).to_have_count(2)

    visit.go_to("Potassium", last="As a table")
    expect(visit.charts.first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download predictions").click()
    table = pd.read_csv(download.value.path())
    assert tuple(table.columns) == COLUMNS
    assert set(table["model"]) == MODELS
    assert set(table["file"]) == {"11.hea"}
    assert np.isfinite(table["k_meq_l"]).all()
    assert table["k_meq_l"].between(table["k_low"], table["k_high"]).all()

    visit.go_to("Evaluation", last="The numbers")
    expect(visit.charts.first).to_be_visible()
    expect(page.get_by_text("SIMULATED")).not_to_have_count(0)

    visit.go_to("About", last="Versions")

    visit.upload({"12.hea": PAIR["11.hea"].replace(b"11.dat", b"12.dat"), "12.dat": PAIR["11.dat"][:999]})
    expect(page.get_by_role("alert").filter(has_text="shorter than 12.hea says")).to_be_visible()
    visit.wait_until_drawn()
    visit.go_to("Cycles", last="Beat by beat")
    expect(visit.charts).to_have_count(2)
    expect(page.get_by_text("11.hea")).to_be_visible()


def test_example_on_a_tablet(browser: Browser, app_url: str) -> None:
    visit = Dashboard(browser, app_url, width_px=768, height_px=1024)
    visit.page.get_by_role("button", name="Atrial fibrillation").click()
    expect(visit.charts).to_have_count(2)
    visit.wait_until_drawn()
    box = visit.charts.first.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 768
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 768
    visit.go_to("Cycles", last="Beat by beat")
    tables = visit.page.locator("table.kalium-readings")
    expect(tables).to_have_count(3)  # rhythm, measurements over all leads, waves of the lead
    for table in tables.all():
        box = table.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 768
    visit.go_to("Potassium", last="As a table")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 768


def test_an_ecg_chosen_at_the_end_of_a_long_page_is_shown_from_its_top(
    browser: Browser, app_url: str
) -> None:
    visit = Dashboard(browser, app_url, width_px=1440, height_px=600)
    last = visit.page.get_by_role("button", name="Phone photo of a printed ECG")
    last.scroll_into_view_if_needed()
    visit.page.get_by_role("button", name="Simulated severe hyperkalemia").click()
    expect(visit.charts).to_have_count(2)
    visit.wait_until_drawn()
    expect(visit.page.get_by_role("heading", name="Simulated severe hyperkalemia")).to_be_in_viewport()
