"""A nephrologist asks why an estimate is what it is, what an alarm means on the own ward, and what the patient's past says."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT
from tests.browser.dashboard import Dashboard

EXAMPLES = ROOT / "examples"


def at_potassium(browser: Browser, app_url: str, example: str) -> Dashboard:
    """The dashboard with this example open, on its Potassium page."""
    visit = Dashboard(browser, app_url, width_px=1440)
    visit.page.get_by_role("button", name=example).first.click()
    expect(visit.charts).to_have_count(2)
    visit.wait_until_drawn()
    visit.go_to("Potassium", last="As a table")
    return visit


def test_danger_signs_stand_on_top_and_an_estimate_is_explained_on_request(
    browser: Browser, app_url: str
) -> None:
    visit = at_potassium(browser, app_url, "Left bundle branch block")
    page = visit.page
    danger = page.get_by_role("alert", name="Danger signs")
    expect(danger).to_contain_text("Wide QRS")
    headline = page.locator("[data-testid=stAlert]").first.bounding_box()
    above = danger.bounding_box()
    assert headline is not None and above is not None
    assert above["y"] < headline["y"]

    page.get_by_text("Why: measured values, the trace, what would change it").click()
    expect(page.get_by_text("Measured on this ECG, beside potassium classes")).to_be_visible()
    expect(page.get_by_text("Saliency is a hint where to look")).to_have_count(0)
    for button, told in (
        ("Show it on the trace", "Saliency is a hint where to look"),
        ("Move each sign and estimate again", "with one sign changed at a time"),
        ("Simulate the beats", "this patient may answer more, less or not at all"),
    ):
        n_charts = visit.charts.count()
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text(told)).to_be_visible()
        visit.wait_until_drawn()
        assert visit.charts.count() > n_charts
        expect(page.get_by_role("button", name=button)).to_have_count(0)
    expect(page.get_by_text(re.compile(r"times that change for an estimate 1 mEq/L")).first).to_be_visible()


def test_a_prevalence_set_once_holds_everywhere_and_changes_what_an_alarm_means(
    browser: Browser, app_url: str
) -> None:
    visit = at_potassium(browser, app_url, "Normal sinus rhythm")
    page = visit.page
    page.get_by_text("Class probabilities", exact=True).click()
    set_number(page, "Hyperkalemia, % of patients", "20")
    visit.wait_until_drawn()

    visit.go_to("Evaluation", last="The numbers")
    page.get_by_text("Alarms", exact=True).click()
    expect(page.get_by_text("Of 1,000 patients 200 have it")).to_be_visible()
    visit.wait_until_drawn()
    common = alarm_percents(page)
    set_number(page, "Hyperkalemia, % of patients", "2")
    expect(page.get_by_text("Of 1,000 patients 20 have it")).to_be_visible()
    visit.wait_until_drawn()
    rare = alarm_percents(page)
    assert rare[0] < common[0]  # PPV
    assert rare[1] > common[1]  # NPV


def test_an_earlier_ecg_with_its_laboratory_value_corrects_the_estimate(
    browser: Browser, app_url: str
) -> None:
    visit = at_potassium(browser, app_url, "Left bundle branch block")
    page = visit.page
    page.get_by_text("This patient: earlier ECGs with laboratory values").click()
    page.get_by_role("radio", name="Several, from a table").click()
    choose_files(page, "Table of ECGs with laboratory values", EXAMPLES / "manifest.csv")
    expect(page.get_by_text("Patient in the table")).to_be_visible()
    files = [EXAMPLES / "ptbxl" / f"00185_hr.{suffix}" for suffix in ("hea", "dat")]
    choose_files(page, "The ECG files that it lists", *files)
    expect(page.get_by_text("00185_hr.dat")).to_be_visible()
    visit.wait_until_drawn()
    page.get_by_role("button", name="Add this patient's ECGs").click()
    expect(page.get_by_text("31 Jan 2026, 14:05")).to_be_visible()
    visit.wait_until_drawn()
    n_charts = visit.charts.count()
    page.get_by_text("These earlier ECGs are of the patient whose ECG is open now").click()
    expect(page.get_by_text(re.compile(r"own bias [+\u2212]\d\.\d\d from 1 ECG")).first).to_be_visible()
    expect(page.get_by_text("Over time: KaliumNet")).to_be_visible()
    visit.wait_until_drawn()
    assert visit.charts.count() == n_charts + 1


def choose_files(page: Page, label: str, *files: Path) -> None:
    field = page.get_by_test_id("stFileUploader").filter(has_text=label)
    field.locator("input[type=file]").set_input_files(files)


def set_number(page: Page, label: str, value: str) -> None:
    page.get_by_label(label, exact=True).fill(value)
    page.keyboard.press("Enter")


def alarm_percents(page: Page) -> tuple[float, float]:
    """Of hyperkalemia: which share of alarms is right, and how many without an alarm do not have it."""
    said = page.get_by_text("Of 1,000 patients").first.inner_text()
    found = re.search(r"so ([\d.]+)%.*of the alarms are right.*alarm ([\d.]+)%", said)
    assert found is not None, said
    return float(found[1]), float(found[2])
