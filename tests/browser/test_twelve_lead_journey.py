"""A clinician asks what twelve leads say, then what two of them can."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT
from tests.browser.dashboard import Dashboard

TWO_LEADS = ROOT / "examples" / "georgia" / "E07515_II_V5.csv"
RECORDED = {"II", "V5"}
ESTIMATED = {"I", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V6"}


def test_findings_and_age_from_twelve_leads_and_from_two(browser: Browser, app_url: str) -> None:
    visit = Dashboard(browser, app_url, width_px=1440)
    page = visit.page

    page.get_by_role("button", name="Atrial fibrillation").click()
    expect(visit.charts).to_have_count(2)
    visit.go_to("12-lead", last="Beat and rhythm: thresholds and model card", path="twelve_lead")
    expect(page.get_by_role("heading", name="Atrial fibrillation", level=3)).to_be_visible()
    expect(page.get_by_text("Beat and rhythm answers from 12 leads:")).to_be_visible()
    findings = visit.charts.filter(has_text="First-degree AV block")
    expect(findings).to_have_text(re.compile(r"\d %"))
    expect(page.get_by_text(re.compile(r"\d years \(90 % interval \d+ to \d+\)"))).to_be_visible()
    expect(page.get_by_text("Age in the file: 79 years")).to_be_visible()
    expect(page.get_by_role("heading", name="What a finding rests on")).to_be_visible()
    expect(page.get_by_role("heading", name="Restored leads")).to_have_count(0)

    visit.upload({TWO_LEADS.name: TWO_LEADS.read_bytes()})
    expect(page.get_by_role("region", name="Chosen ECG").get_by_text(TWO_LEADS.name)).to_be_visible()
    visit.wait_until_drawn()
    visit.go_to("12-lead", last="Beat and rhythm, few leads: thresholds and model card", path="twelve_lead")
    expect(page.get_by_text("Beat and rhythm, few leads answers from 2 leads: II, V5")).to_be_visible()
    expect(page.get_by_text("with fewer leads it is less certain")).to_be_visible()
    expect(page.get_by_role("heading", name="Restored leads: estimated, not recorded")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="no finding may rest on it")).to_be_visible()

    paper = visit.charts.last
    names = paper.locator(".annotation-text").all_text_contents()
    assert {name.split()[0] for name in names if "estimated" in name and "r 0." in name} == ESTIMATED
    dashes = paper.locator(".js-plotly-plot").evaluate(
        "plot => plot.data.map(line => [line.name, line.line.dash])"
    )
    assert {name for name, dash in dashes if dash == "dot"} == ESTIMATED
    assert {name for name, dash in dashes if dash == "solid"} >= RECORDED
