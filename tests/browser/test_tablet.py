"""On a tablet held upright no result table is cut off, and no title lies under a figure's buttons."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, expect

from tests.browser.dashboard import Dashboard

WIDTH_PX = 768
# Sections of the Evaluation page with a table, and a text at the end of each.
SECTIONS = {
    "Detection": "n is the support; precision, recall and F1 are those of naming the range by the estimate.",
    "Alarms": "Alarms that are right (PPV)",
    "Subgroups": "AUC K ≥ 6.5",
    "All models": "How far the models agree with each other",
}


def test_result_tables_are_not_cut_off(browser: Browser, app_url: str) -> None:
    visit = Dashboard(browser, app_url, WIDTH_PX)
    visit.go_to("Evaluation", last="The numbers")
    for section, last in SECTIONS.items():
        visit.page.get_by_text(section, exact=True).click()
        expect(visit.page.get_by_text(last)).to_be_visible()
        visit.wait_until_drawn()
        assert spare_px(visit.page.locator(".kalium-table")) >= 0, section


def test_the_first_titles_of_class_ranges_stand_clear_of_the_buttons(browser: Browser, app_url: str) -> None:
    visit = Dashboard(browser, app_url, WIDTH_PX)
    visit.page.get_by_role("button", name="Normal sinus rhythm").click()
    expect(visit.charts).to_have_count(2)
    visit.go_to("Potassium", last="As a table")
    visit.page.get_by_text("Why: measured values, the trace, what would change it").click()
    chart = visit.charts.filter(has_text="T width, II")
    expect(chart.locator(".modebar")).to_be_visible()
    buttons = chart.locator(".modebar").bounding_box()
    title = chart.locator(".annotation").filter(has_text="downslope").bounding_box()
    assert buttons is not None and title is not None
    assert buttons["y"] + buttons["height"] <= title["y"]


def spare_px(table: Locator) -> int:
    """How much wider the only box of a table is than what stands in it; below zero it must be scrolled."""
    expect(table).to_have_count(1)
    return int(table.evaluate("box => box.clientWidth - box.scrollWidth"))
