"""From lines to a record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.digitization.assemble import FS_HZ, assemble, isoelectric_level
from ecg_core.digitization.types import LeadBox, Trace
from ecg_core.errors import SignalError
from tests.digitization.drawn_lines import beat, calibration, layout_of, lead_box

PX_PER_S, PX_PER_MV = 200.0, 80.0


def trace_of(box: LeadBox, shift_px: float = 0.0, r_px: float = 80.0) -> Trace:
    """Beats 160 px apart on a line at the box's baseline, on the clock of the page."""
    x = np.arange(np.ceil(box.box.x0_px), box.box.x1_px + 0.01, 0.25)
    heights = sum(beat(x - shift_px, at, r_px, r_px / 4) for at in range(60, 2000, 160))
    y = box.baseline_px - heights
    return Trace(box, x, y, np.zeros(len(x), bool), ink=1.0)


@given(
    px_per_s=st.floats(80, 400),
    px_per_mv=st.floats(30, 200),
    zero=st.floats(0, 100),
    start=st.floats(0, 2),
)
def test_time_and_height_follow_the_calibration(
    px_per_s: float, px_per_mv: float, zero: float, start: float
) -> None:
    box = lead_box("V1", 0, 100, (zero + start * px_per_s, zero + (start + 2.5) * px_per_s))
    x = np.linspace(box.box.x0_px, box.box.x1_px, 3000)
    seconds = (x - zero) / px_per_s
    true_mv = 0.8 * np.exp(-(((seconds - start - 1) / 0.05) ** 2))
    trace = Trace(box, x, 100 - true_mv * px_per_mv, np.zeros(len(x), bool), 1.0)
    layout = layout_of(box, time_zero_px=zero)
    record, _, _ = assemble(layout, calibration(1, px_per_s, px_per_mv), [trace])
    assert record.fs_hz == FS_HZ
    signal = record.lead_mv("V1")
    assert np.nanargmax(signal) / FS_HZ == pytest.approx(start + 1, abs=0.003)
    assert np.nanmax(signal) == pytest.approx(0.8, abs=0.01)
    known = np.flatnonzero(np.isfinite(signal)) / FS_HZ
    assert known[0] == pytest.approx(start, abs=0.01)
    assert known[-1] == pytest.approx(start + 2.5, abs=0.01)


def test_leads_stand_in_their_own_windows_in_the_standard_order() -> None:
    boxes = [
        lead_box("aVR", 0, 100, (500, 999), column=1),
        lead_box("I", 0, 100, (0, 499)),
        lead_box("V1", 1, 300, (0, 999)),
    ]
    record, leads, warnings = assemble(layout_of(*boxes), calibration(2), [trace_of(b) for b in boxes])
    assert record.leads == ("I", "aVR", "V1")
    assert [lead.lead for lead in leads] == ["I", "aVR", "V1"]
    assert warnings == ()
    assert np.isnan(record.lead_mv("I")[1300:]).all()
    assert np.isnan(record.lead_mv("aVR")[:1200]).all()
    assert np.isfinite(record.lead_mv("V1")).all()


def test_cabreras_inverted_lead_is_turned_back() -> None:
    box = lead_box("aVR", 0, 100, (0, 499))
    upright, _, _ = assemble(layout_of(box), calibration(1), [trace_of(box)])
    inverted = replace(box, inverted=True)
    turned, _, _ = assemble(layout_of(inverted), calibration(1), [trace_of(inverted)])
    np.testing.assert_allclose(turned.lead_mv("aVR"), -upright.lead_mv("aVR"), atol=0.01)


def test_the_rhythm_strip_is_preferred_and_its_gap_filled_from_the_short_print() -> None:
    short, strip = lead_box("II", 0, 100, (0, 499)), lead_box("II", 1, 300, (0, 999), rhythm=True)
    with_gap = trace_of(strip)
    kept = (with_gap.x_px < 100) | (with_gap.x_px > 200)
    with_gap = Trace(strip, with_gap.x_px[kept], with_gap.y_px[kept], with_gap.bridged[kept], 0.9)
    traces = [trace_of(short), with_gap]
    record, (lead,), _ = assemble(layout_of(short, strip), calibration(2), traces)
    assert np.isfinite(record.lead_mv("II")).all()
    assert record.n_samples > 2400
    assert any("rhythm strip" in note for note in record.notes)
    assert any("left out" in reason for reason in lead.reasons)


def test_two_prints_of_a_lead_that_differ_are_told() -> None:
    short, strip = lead_box("II", 0, 100, (0, 499)), lead_box("II", 1, 300, (0, 999), rhythm=True)
    other = trace_of(short, shift_px=70)
    _, _, warnings = assemble(layout_of(short, strip), calibration(2), [other, trace_of(strip)])
    assert any("II differ" in warning for warning in warnings)


def test_a_gap_stays_unknown_and_the_rest_keeps_its_time() -> None:
    box = lead_box("V5", 0, 100, (0, 999))
    whole = trace_of(box)
    kept = (whole.x_px < 400) | (whole.x_px > 480)
    trace = Trace(box, whole.x_px[kept], whole.y_px[kept], whole.bridged[kept], 0.9)
    record, (lead,), _ = assemble(layout_of(box), calibration(1), [trace])
    signal = record.lead_mv("V5")
    assert np.isnan(signal[1005:1195]).all()
    assert np.isfinite(signal[:995]).all()
    assert np.nanargmax(signal[1200:]) + 1200 == pytest.approx(540 / PX_PER_S * FS_HZ, abs=400)
    assert any("0.40 s left out" in reason for reason in lead.reasons)
    assert lead.confidence < 0.95


def test_what_was_carried_across_lowers_the_confidence_and_is_told() -> None:
    box = lead_box("V5", 0, 100, (0, 999))
    trace = trace_of(box)
    bridged = (trace.x_px > 300) & (trace.x_px < 360)
    _, (clear,), _ = assemble(layout_of(box), calibration(1), [trace])
    _, (lead,), _ = assemble(layout_of(box), calibration(1), [replace(trace, bridged=bridged)])
    assert clear.confidence > 0.95
    assert clear.reasons == ()
    assert lead.confidence < clear.confidence
    assert any("0.30 s carried across" in reason for reason in lead.reasons)


def test_disagreeing_limb_leads_are_doubted() -> None:
    boxes = [lead_box(lead, row, 100 + 100 * row, (0, 999)) for row, lead in enumerate(("I", "II", "III"))]
    traces = [trace_of(box, shift_px=50.0 * row) for row, box in enumerate(boxes)]
    _, leads, warnings = assemble(layout_of(*boxes), calibration(3), traces)
    assert warnings
    assert all("mV" in lead.reasons[-1] and lead.confidence < 0.6 for lead in leads)


@given(level=st.floats(-0.5, 0.5), r=st.floats(0.3, 2.0))
def test_zero_is_the_level_between_beats(level: float, r: float) -> None:
    t = np.arange(2500) * 0.4
    signal = level + sum(beat(t, at, r, 0.3 * r) for at in range(60, 1000, 170))
    assert isoelectric_level(signal) == pytest.approx(level, abs=0.02)


def test_a_page_without_lines_is_refused_in_words() -> None:
    box = lead_box("II", 0, 100, (0, 499))
    empty = Trace(box, np.zeros(0), np.zeros(0), np.zeros(0, bool), 0.0)
    with pytest.raises(SignalError, match="no ECG line"):
        assemble(layout_of(box), calibration(1), [empty])
