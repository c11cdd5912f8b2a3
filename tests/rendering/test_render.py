from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ecg_core.errors import SignalError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.printed_leads import KIT_ROWS
from ecg_core.record import ECGRecord
from ecg_core.rendering import (
    PULSE,
    SHEETS,
    TEXT,
    TRACE,
    GridStyle,
    InkStyle,
    PageStyle,
    PrintedLead,
    PulseStyle,
    RenderedPage,
    SeparatorStyle,
    one_column,
    render_page,
    sheet,
)

NO_GRID = GridStyle(minor="none", major="none")
PLAIN = PageStyle(
    grid=NO_GRID, paper_colour=(255, 255, 255), ink=InkStyle(trace_colour=(0, 0, 0)), row_spacing_mm=20
)
LAYOUTS = [
    *(sheet(name) for name in SHEETS),
    sheet("3x4", ("II", "V1", "V5")),
    sheet("6x2", cabrera=True),
    sheet("6x1", chest=True),
    one_column(KIT_ROWS, ("II",)),
]


def drawn_mv(page: RenderedPage, lead: PrintedLead) -> tuple[np.ndarray, np.ndarray]:
    """Seconds on the page's clock and millivolts, read from the darkness of each column of a lead's box."""
    x0, y0, x1, y1 = (round(edge) for edge in lead.box_px)
    columns = np.arange(x0 + 4, x1 - 3)
    trace = (page.classes[y0 : y1 + 1] == TRACE)[:, columns]
    near = trace | np.roll(trace, 1, axis=0) | np.roll(trace, -1, axis=0)
    ink = np.where(near, 255.0 - page.rgb[y0 : y1 + 1, columns, 0], 0.0)
    centre = (ink * np.arange(y0, y1 + 1)[:, None]).sum(axis=0) / ink.sum(axis=0)
    printed = page.print
    rows_start_px = min(each.box_px[0] for each in printed.leads)
    seconds = (columns - rows_start_px) / (printed.px_per_mm * printed.speed_mm_s)
    sign = -1 if lead.inverted else 1
    return seconds, sign * (lead.baseline_px - centre) / (printed.px_per_mm * lead.gain_mm_mv)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: f"{layout.name}-{layout.rows[0][0]}")
def test_each_lead_is_drawn_where_and_as_the_truth_says(waves: ECGRecord, layout: object) -> None:
    style = replace(PLAIN, sheet=layout, labels=replace(PLAIN.labels, distance_mm=9.5, size_mm=1.5))
    page = render_page(waves, style)
    assert set(page.truth.leads) == {lead.removeprefix("-") for row in layout.lines for lead in row}
    error_px = []
    for lead in page.print.leads:
        truth_mv = page.truth.lead_mv(lead.lead)
        seconds, read_mv = drawn_mv(page, lead)
        expected_mv = np.interp(seconds, np.arange(len(truth_mv)) / page.truth.fs_hz, truth_mv)
        # A lead printed twice is centred in each of its two places.
        offset_mv = np.median(read_mv - expected_mv) if np.isfinite(expected_mv).all() else np.nan
        if not any(other.rhythm and other.lead == lead.lead for other in page.print.leads):
            assert abs(offset_mv) < 0.05 / (lead.gain_mm_mv * style.px_per_mm)
        error_px.append((read_mv - offset_mv - expected_mv) * lead.gain_mm_mv * style.px_per_mm)
    assert np.quantile(np.abs(np.concatenate(error_px)), 0.98) < 0.1


def test_short_leads_have_their_window_and_rhythm_strips_are_whole(waves: ECGRecord) -> None:
    truth = render_page(waves, replace(PLAIN, sheet=sheet("3x4", ["II"]))).truth
    assert (truth.fs_hz, truth.n_samples) == (500, 5000)
    for column, lead in enumerate(("I", "aVR", "V1", "V4")):
        known = np.flatnonzero(np.isfinite(truth.lead_mv(lead)))
        assert (known[0], known[-1]) == (1250 * column, 1250 * column + 1249)
    assert np.isfinite(truth.lead_mv("II")).all()
    assert np.std(truth.lead_mv("II") - waves.lead_mv("II")) < 1e-6


def test_truth_of_an_inverted_lead_is_upright(waves: ECGRecord) -> None:
    page = render_page(waves, replace(PLAIN, sheet=sheet("6x1", cabrera=True)))
    assert [lead.lead for lead in page.print.leads if lead.inverted] == ["aVR"]
    assert np.corrcoef(page.truth.lead_mv("aVR"), waves.lead_mv("aVR"))[0, 1] > 0.999
    assert "-aVR" in {string.text for string in page.print.strings}


@pytest.mark.parametrize("px_per_mm", [4.3, 7.874, 11.81])
def test_grid_has_the_scale_that_is_told(waves: ECGRecord, px_per_mm: float) -> None:
    style = PageStyle(px_per_mm=px_per_mm, sheet=one_column(["II"]), labels=replace(PLAIN.labels, size_mm=1))
    page = render_page(waves, style)
    assert page.px_per_mm == pytest.approx((px_per_mm, px_per_mm))
    for axis in (0, 1):
        darkness = 255 - page.rgb[..., 1].astype(float).mean(axis=axis)
        spectrum = np.abs(np.fft.rfft(darkness - darkness.mean(), 1 << 18))
        frequency = np.fft.rfftfreq(1 << 18)
        near = np.abs(frequency * px_per_mm - 1) < 0.1
        assert frequency[near][spectrum[near].argmax()] * px_per_mm == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize(("gain", "speed"), [(10, 25), (5, 50), (20, 12.5)])
def test_pulses_and_words_tell_gain_and_speed(waves: ECGRecord, gain: float, speed: float) -> None:
    style = replace(
        PLAIN,
        gain_mm_mv=gain,
        speed_mm_s=speed,
        row_s=2,
        row_spacing_mm=50,
        pulses=PulseStyle(width_mm=0.2 * speed),
    )
    page = render_page(waves, style)
    assert {string.text for string in page.print.strings} >= {f"{speed:g} mm/s", f"{gain:g} mm/mV"}
    assert len(page.print.pulses) == len(style.sheet.lines)
    rows, columns = np.nonzero(page.classes[: round(page.print.leads[3].box_px[3])] == PULSE)
    of_first_row = rows < page.print.leads[0].box_px[3]
    height_px, width_px = np.ptp(rows[of_first_row]), np.ptp(columns[of_first_row])
    assert height_px == pytest.approx(gain * 8, abs=3)
    assert width_px == pytest.approx((0.2 * speed + 2 * style.pulses.feet_mm) * 8, abs=3)


def test_chest_leads_may_have_another_gain(waves: ECGRecord) -> None:
    page = render_page(waves, replace(PLAIN, sheet=sheet("12x1"), chest_gain_mm_mv=5.0))
    gains = {lead.lead: lead.gain_mm_mv for lead in page.print.leads}
    assert gains == {lead: 5.0 if lead.startswith("V") else 10.0 for lead in STANDARD_LEADS}
    assert "10/5 mm/mV" in {string.text for string in page.print.strings}
    heights_px = [pulse.box_px[3] - pulse.box_px[1] for pulse in page.print.pulses]
    assert heights_px == pytest.approx([80] * 6 + [40] * 6)
    assert np.std(page.truth.lead_mv("V3") - waves.lead_mv("V3")) < 1e-6


def test_names_stand_in_their_boxes_as_text(waves: ECGRecord) -> None:
    page = render_page(waves, replace(PLAIN, labels=replace(PLAIN.labels, spelling="capitals")))
    names = [string for string in page.print.strings if string.lead]
    assert [name.lead for name in names] == [lead.lead for lead in page.print.leads]
    assert {"AVR", "V1"} <= {name.text for name in names}
    text = page.classes == TEXT
    for name in names:
        x0, y0, x1, y1 = (round(edge) for edge in name.box_px)
        assert text[y0 : y1 + 1, x0 : x1 + 1].any()
        text[y0 : y1 + 1, x0 : x1 + 1] = False
    for string in page.print.strings:
        x0, y0, x1, y1 = (round(edge) for edge in string.box_px)
        text[y0 : y1 + 1, x0 : x1 + 1] = False
    assert not text.any()


def test_separators_and_grid_are_no_signal(waves: ECGRecord) -> None:
    bare = render_page(waves, PLAIN)
    marked = render_page(
        waves, replace(PLAIN, grid=GridStyle(), separators=SeparatorStyle("bar", 15.0, 0.6), border=True)
    )
    assert (bare.classes == marked.classes).all()
    assert (bare.rgb != marked.rgb).any()


def test_a_gap_between_leads_holds_no_truth_and_joins_are_trace(waves: ECGRecord) -> None:
    gaps = render_page(waves, replace(PLAIN, gap_s=0.1)).truth
    assert np.isfinite(gaps.lead_mv("I")).sum() == 1200
    assert np.isfinite(gaps.lead_mv("V4")).sum() == 1250
    joined = render_page(waves, replace(PLAIN, joined=True))
    assert len(joined.print.joins) == 9
    for (x0, y0), (_, y1) in joined.print.joins:
        assert joined.classes[round((y0 + y1) / 2), round(x0)] == TRACE


def test_leads_that_the_record_lacks_leave_their_place_empty(waves: ECGRecord) -> None:
    page = render_page(waves.select(["II", "V5"]), PLAIN)
    assert set(page.truth.leads) == {"II", "V5"}
    with pytest.raises(SignalError, match="none of the leads"):
        render_page(waves.select(["II"]), replace(PLAIN, sheet=one_column(["V1"])))


def test_page_without_room_is_refused(waves: ECGRecord) -> None:
    with pytest.raises(SignalError, match="half a second"):
        render_page(waves, replace(PLAIN, page_mm=(30, 100)))
    with pytest.raises(SignalError, match="no room"):
        render_page(waves, replace(PLAIN, page_mm=(300, 30)))


def test_row_holds_what_fits_on_a_given_page(waves: ECGRecord) -> None:
    page = render_page(waves, replace(PLAIN, page_mm=(150, 200)))
    assert page.size == (1200, 1600)
    assert page.truth.duration_s == pytest.approx((150 - 16 - 8) / 25, abs=0.01)


def test_samples_that_are_not_known_are_not_drawn(waves: ECGRecord) -> None:
    signal = waves.signal_mv.copy()
    signal[:, 2000:3000] = np.nan
    page = render_page(waves.with_signal(signal), replace(PLAIN, sheet=one_column(["V1"])))
    assert np.isnan(page.truth.lead_mv("V1")[2000:3000]).all()
    x0 = page.print.leads[0].box_px[0]
    assert not (page.classes[:, round(x0 + 4.1 * 200) : round(x0 + 5.9 * 200)] == TRACE).any()


def test_other_rates_are_drawn_at_their_own_time(waves: ECGRecord) -> None:
    slow = waves.with_signal(waves.signal_mv[:, ::4], fs_hz=125)
    truth = render_page(slow, replace(PLAIN, sheet=sheet("12x1"))).truth
    assert truth.fs_hz == 500
    full = waves.lead_mv("V2")[: truth.n_samples]
    assert np.std(truth.lead_mv("V2") - full) < 0.003


def test_unusual_sheet_is_refused() -> None:
    with pytest.raises(ValueError, match="3x4"):
        sheet("5x5")


def test_every_sheet_holds_its_leads_once() -> None:
    for name in ("3x4", "6x2", "12x1", "2x6", "4x3"):
        assert sorted(lead for row in sheet(name).rows for lead in row) == sorted(STANDARD_LEADS)
    assert sheet("3x4").rows[0] == ("I", "aVR", "V1", "V4")
    assert sheet("2x6").rows[1] == ("V1", "V2", "V3", "V4", "V5", "V6")
    assert [a for a, b in pairwise(sheet("3x4", cabrera=True).rows)] != []
