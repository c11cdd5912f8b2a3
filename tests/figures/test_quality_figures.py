"""Signal quality drawn: the map of leads and seconds, and shaded paper."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from ecg_core.figures.export import serialized_bytes
from ecg_core.figures.page import LayoutName, arrange
from ecg_core.figures.paper import paper_figure
from ecg_core.figures.quality_bins import (
    FAIR,
    GOOD,
    MAX_BINS,
    NOT_RECORDED,
    NOT_USABLE,
    bin_quality,
    clock,
)
from ecg_core.figures.quality_map import quality_alt, quality_map
from ecg_core.filtering.quality_seconds import Defect, SecondsQuality
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord


def quality(n_leads: int = 12, seconds: float = 10.0) -> SecondsQuality:
    shape = (n_leads, int(np.ceil(seconds)))
    return SecondsQuality(
        STANDARD_LEADS[:n_leads], seconds, np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint8)
    )


def mark(seconds: SecondsQuality, lead: str, where: slice, defect: Defect, *, unusable: bool) -> None:
    row = seconds.leads.index(lead)
    seconds.defects[row, where] |= np.uint8(defect)
    if unusable:
        seconds.unusable[row, where] |= np.uint8(defect)


def trace(fig: go.Figure, name: str) -> Any:
    return next(t for t in fig.data if t.name == name)


def test_each_second_has_its_level_and_its_reason() -> None:
    seconds = quality()
    mark(seconds, "V3", slice(4, 7), Defect.ELECTRODE_OFF, unusable=True)
    mark(seconds, "II", slice(0, 1), Defect.MUSCLE, unusable=False)
    mark(seconds, "I", slice(9, 10), Defect.MISSING, unusable=True)
    bins = bin_quality(seconds)
    assert bins.bin_s == 1
    v3 = bins.leads.index("V3")
    assert bins.levels[v3].tolist() == [GOOD] * 4 + [NOT_USABLE] * 3 + [GOOD] * 3
    assert bins.words[v3, 4] == "V3, 4 s to 5 s: not usable (electrode off)"
    assert bins.words[v3, 0] == "V3, 0 s to 1 s: good"
    assert bins.levels[1, 0] == FAIR
    assert bins.levels[0, 9] == NOT_RECORDED


def test_what_is_not_printed_on_a_page_is_not_recorded_rather_than_bad() -> None:
    seconds = quality()
    seconds.unusable[0, 3:] = Defect.MISSING
    assert bin_quality(seconds).levels[0].tolist() == [GOOD] * 3 + [NOT_RECORDED] * 7


def test_a_day_is_binned_and_light() -> None:
    seconds = quality(n_leads=2, seconds=86_400)
    mark(seconds, "I", slice(0, 200), Defect.FLAT, unusable=True)
    mark(seconds, "I", slice(720, 760), Defect.MUSCLE, unusable=False)
    mark(seconds, "I", slice(1080, 1083), Defect.MUSCLE, unusable=False)
    bins = bin_quality(seconds)
    assert bins.bin_s == 360
    assert bins.levels.shape == (2, MAX_BINS)
    assert bins.levels[0, :4].tolist() == [NOT_USABLE, GOOD, FAIR, GOOD]
    assert "flat 200 s" in bins.words[0, 0]
    assert "muscle noise 3 s" in bins.words[0, 3]
    assert serialized_bytes(quality_map(bins, seconds.duration_s, dark=False)) < 200_000


def test_map_says_its_levels_by_signs_and_words_as_well_as_colours() -> None:
    seconds = quality()
    mark(seconds, "V3", slice(4, 7), Defect.FLAT, unusable=True)
    fig = quality_map(bin_quality(seconds), seconds.duration_s, dark=True)
    assert [t.name for t in fig.data[1:]] == ["good", "▲ fair", "✕ not usable"]
    assert (np.asarray(fig.data[0].text) == "✕").sum() == 3
    assert "V3 flat from 4 to 7 s" in quality_alt(seconds)
    assert "all good" in quality_alt(quality())


@pytest.mark.parametrize(("seconds", "words"), [(7, "7 s"), (9.6, "9.6 s"), (200, "0:03:20")])
def test_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def record() -> ECGRecord:
    noise = np.random.default_rng(7).normal(0, 0.1, (12, 5000))
    return ECGRecord(noise.astype(np.float32), 500.0, STANDARD_LEADS)


@pytest.mark.parametrize(
    ("layout", "lead", "left_mm", "right_mm"),
    [("12x1", "V3", 4 * 25, 7 * 25), ("3x4", "V3", 5 * 25, 7 * 25), ("6x2", "V3", 5 * 25, 7 * 25)],
)
def test_unusable_seconds_are_shaded_where_the_lead_stands(
    layout: LayoutName, lead: str, left_mm: float, right_mm: float
) -> None:
    seconds = quality()
    mark(seconds, lead, slice(4, 7), Defect.FLAT, unusable=True)
    mark(seconds, "V4", slice(0, 9), Defect.MUSCLE, unusable=False)
    page = arrange(record(), layout)
    fig = paper_figure(page, record(), dark=False, quality=seconds)
    shade = trace(fig, "Not usable")
    baseline_mm = next(strip.baseline_mm for strip in page.strips if strip.lead == lead)
    assert (min(shade.x[:5]), max(shade.x[:5])) == (left_mm, right_mm)
    assert min(shade.y[:5]) < baseline_mm < max(shade.y[:5])
    assert len(shade.x) == 6
    assert [note.text for note in fig.layout.annotations].count("flat") == 1


def test_good_signal_changes_nothing_on_the_paper() -> None:
    page = arrange(record(), "3x4")
    assert paper_figure(page, record(), dark=False, quality=quality()) == paper_figure(
        page, record(), dark=False
    )


def test_a_loose_electrode_stays_in_its_row_and_elsewhere_nothing_is_cut() -> None:
    ecg = record()
    signal = ecg.signal_mv.copy()
    signal[8, 2000:3500] = 30.0  # V3 from 4 to 7 s
    signal[8, 500] = 5.0  # tall, and a heart's
    loose = ecg.with_signal(signal)
    seconds = quality()
    mark(seconds, "V3", slice(4, 7), Defect.ELECTRODE_OFF, unusable=True)
    page = arrange(loose, "12x1")
    line = trace(paper_figure(page, loose, dark=False, quality=seconds), "V3")
    baseline_mm = next(strip.baseline_mm for strip in page.strips if strip.lead == "V3")
    assert np.nanmax(line.y[2000:3500]) <= baseline_mm + page.pitch_mm / 2
    assert np.nanmax(line.y[:2000]) == pytest.approx(baseline_mm + 50.0)
