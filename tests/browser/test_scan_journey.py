"""A clinician photographs a print: looks at what was found, puts a lead right, and goes on to Potassium."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ROOT
from tests.browser.dashboard import Dashboard

PHOTO = ROOT / "examples" / "scans" / "phone_photo_3x4.jpg"


def test_photo_is_digitized_a_lead_put_right_and_potassium_estimated(browser: Browser, app_url: str) -> None:
    visit = Dashboard(browser, app_url, width_px=1440)
    page = visit.page

    visit.upload({"photo.jpg": PHOTO.read_bytes()})
    expect(page.get_by_role("button", name="Continue to Review")).to_be_visible()
    page.wait_for_url("**/scan")
    visit.wait_until_drawn()
    expect(visit.charts).to_have_count(1)
    expect(page.get_by_text("12 leads")).to_be_visible()
    expect(page.get_by_text("25 mm/s, 10 mm/mV").first).to_be_visible()

    click_lead(page, "aVL")
    expect(selected_lead(page)).to_have_text(re.compile("aVL"))
    page.get_by_role("radio", name="Trace", exact=True).click()
    expect(page.get_by_text("Click where the trace of aVL runs.")).to_be_visible()
    visit.wait_until_drawn()
    before = trace_of(visit)
    click_lead(page, "aVL")
    expect(page.get_by_text(re.compile("Point 1: "))).to_be_visible()
    visit.wait_until_drawn()
    assert trace_of(visit) != before

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile("Point 1: "))).to_have_count(0)
    visit.wait_until_drawn()
    assert trace_of(visit) == before

    page.get_by_role("button", name="Continue to Review").click()
    expect(page.get_by_text("Calipers: drag a box")).to_be_visible()
    expect(page.get_by_text(re.compile("Lowest lead confidence"))).to_be_visible()
    visit.wait_until_drawn()
    visit.go_to("Potassium", last="As a table")
    expect(page.get_by_text("photo.jpg").first).to_be_visible()
    expect(visit.charts.first).to_be_visible()


def click_lead(page: Page, lead: str) -> None:
    """Click on the picture, a little below where the lead's name is drawn over it."""
    note = page.locator(".stPlotlyChart .annotation").filter(has_text=lead).first.bounding_box()
    assert note is not None
    page.mouse.click(note["x"] + note["width"] / 2, note["y"] + note["height"] + 12)


def selected_lead(page: Page) -> Locator:
    return page.get_by_role("radiogroup", name="Selected lead").get_by_role("radio", checked=True)


def trace_of(visit: Dashboard) -> str:
    """The drawn line of the selected lead."""
    plot = visit.charts.locator(".js-plotly-plot")
    expect(plot).to_have_count(1)  # the former one is gone
    chosen = "plot => Array.from(plot._fullData.find(trace => trace.name === 'Chosen trace').y).join()"
    return str(plot.evaluate(chosen))
