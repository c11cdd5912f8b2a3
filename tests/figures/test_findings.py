import numpy as np
import pytest

from ecg_core.figures.findings import AGE_AXIS_YEARS, age_figure, findings_figure, state_words
from ecg_core.figures.page import arrange
from ecg_core.figures.paper import paper_figure
from ecg_core.figures.theme import palette
from ecg_core.figures.trace_saliency import LEVELS, add_saliency
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord
from ecg_core.twelve_lead.types import FINDING_NAMES, FINDINGS, Finding, TwelveLeadAnswer

NAN = float("nan")
PROBABILITIES = (0.004, 0.41, 0.39, 0.995, 0.4, NAN)


def findings() -> list[Finding]:
    return [
        Finding(code, FINDING_NAMES[code], p, 0.4) for code, p in zip(FINDINGS, PROBABILITIES, strict=True)
    ]


def answer(age_years: float, low: float, high: float) -> TwelveLeadAnswer:
    return TwelveLeadAnswer("m", "M", tuple(findings()), age_years, low, high, STANDARD_LEADS)


def test_words_say_what_the_bars_say() -> None:
    assert [state_words(finding) for finding in findings()] == [
        "Not found, <1 %",
        "Present, 41 %",
        "Not found, 39 %",
        "Present, >99 %",
        "Present, 40 %",
        "Not answerable",
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_a_bar_its_threshold_and_what_was_measured_share_a_row(dark: bool) -> None:
    measured = [f"fact {i}" for i in range(6)]
    fig = findings_figure(findings(), measured, dark)
    bars, thresholds = fig.data
    assert list(bars.x) == [0.004, 0.41, 0.39, 0.995, 0.4, 0.0]
    assert list(bars.marker.pattern.shape) == ["/", "", "/", "", "", "/"]
    assert list(bars.y) == list(thresholds.y)
    assert set(thresholds.x) == {0.4}
    notes = fig.layout.annotations
    for row, (title, state) in enumerate(zip(notes[::2], notes[1::2], strict=True)):
        assert FINDING_NAMES[FINDINGS[row]] in title.text
        assert f"fact {row}" in title.text
        assert state_words(findings()[row]) in state.text
        assert abs(title.y - bars.y[row]) < 0.5
        assert state.y == bars.y[row]


def test_age_and_interval_stay_on_the_axis() -> None:
    fig = age_figure(answer(8.0, -6.0, np.inf), 104.0, dark=False)
    interval, estimate, in_file = fig.data
    assert tuple(interval.x) == AGE_AXIS_YEARS
    assert estimate.x == (8.0,)
    assert in_file.x == (104.0,)
    assert [trace.name for trace in age_figure(answer(60, 45, 75), None, dark=True).data] == [
        "90 % interval",
        "ECG age",
    ]


def test_the_trace_is_broadened_where_and_only_where_the_weight_is_large() -> None:
    rng = np.random.default_rng(3)
    ecg = ECGRecord(rng.normal(0, 0.1, (12, 5000)).astype(np.float32), 500.0, STANDARD_LEADS)
    weight = np.zeros((12, 1000), dtype=np.float32)
    weight[STANDARD_LEADS.index("V2"), 600:650] = 1.0  # 1 s later than in the record: 7.0 to 7.5 s
    page = arrange(ecg, "3x4")
    fig = paper_figure(page, ecg, dark=False)
    n_before = len(fig.data)
    add_saliency(fig, page, ecg, weight, STANDARD_LEADS, 100.0, 1.0, palette(False))
    marks = fig.data[:-n_before]
    assert [mark.name for mark in marks] == [name for _, _, name in LEVELS]
    strip = next(strip for strip in page.strips if strip.lead == "V2")
    for mark in marks:
        shown = np.isfinite(mark.y)
        time_s = strip.start_s + (np.asarray(mark.x)[shown] - strip.x_mm) / page.speed_mm_s
        assert time_s.min() == pytest.approx(7.0, abs=0.011)
        assert time_s.max() == pytest.approx(7.5, abs=0.011)
        height = np.abs(np.asarray(mark.y)[shown] - strip.baseline_mm)
        assert height.max() < 10 * np.abs(ecg.lead_mv("V2")).max() + 1e-3
