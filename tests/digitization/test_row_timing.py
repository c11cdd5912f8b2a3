"""Rows that are shifted against each other, and a lead drawn upside down, are told by the other leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from ecg_core.digitization.assemble import assemble
from ecg_core.digitization.minus_sign import settle_minus
from ecg_core.digitization.row_timing import row_delays
from ecg_core.digitization.types import LeadBox, Trace
from ecg_core.leads import LIMB_FROM_I_II
from tests.digitization.drawn_lines import beat, calibration, layout_of, lead_box

MS = 0.2  # pixels, at 200 px/s
CALIBRATION = calibration(4)
BASELINES_PX = (100, 300, 500, 700)


def drawn(box: LeadBox, late_px: float = 0.0) -> Trace:
    """A limb lead of a heart whose I and II differ in shape, `late_px` to the right of where it should be."""
    x = np.arange(np.ceil(box.box.x0_px), box.box.x1_px + 0.01, 0.25)
    one = sum(beat(x - late_px, at, 80, 20) for at in range(60, 2000, 160))
    two = sum(beat(x - late_px, at + 4, 40, 50) for at in range(60, 2000, 160))
    of_one, of_two = LIMB_FROM_I_II[box.lead]
    return Trace(box, x, box.baseline_px - of_one * one - of_two * two, np.zeros(len(x), bool), ink=1.0)


def page(late_px: Mapping[int, float]) -> list[Trace]:
    """3x4 without the chest leads, and a rhythm strip."""
    boxes = [
        lead_box(lead, row, BASELINES_PX[row], (500 * column, 500 * column + 499), column=column)
        for column, leads in enumerate((("I", "II", "III"), ("aVR", "aVL", "aVF")))
        for row, lead in enumerate(leads)
    ]
    boxes.append(replace(lead_box("II", 3, BASELINES_PX[3], (0, 999)), rhythm=True))
    return [drawn(box, late_px.get(box.row, 0.0)) for box in boxes]


def test_rows_in_time_stay_where_they_are() -> None:
    traces = page({})
    assert row_delays(layout_of(*(t.box for t in traces)), CALIBRATION, traces) == {}


def test_a_late_and_an_early_row_are_found_and_moved() -> None:
    late_px = {0: 14 * MS, 2: -10 * MS, 3: 8 * MS}
    traces = page(late_px)
    layout = layout_of(*(t.box for t in traces))
    delays = row_delays(layout, CALIBRATION, traces)
    assert {row: delay.start_px for row, delay in delays.items()} == pytest.approx(late_px, abs=2.1 * MS)
    record, _, _ = assemble(replace(layout, row_delays=delays), CALIBRATION, traces)
    one, two, three = (record.lead_mv(lead) for lead in ("I", "II", "III"))
    known = np.isfinite(one + two + three)
    assert np.corrcoef(two[known], (one + three)[known])[0, 1] > 0.995
    assert any("14 ms" in note for note in record.notes)


def test_a_rhythm_strip_is_moved_further_than_other_rows() -> None:
    traces = page({3: -32 * MS})
    delays = row_delays(layout_of(*(t.box for t in traces)), CALIBRATION, traces)
    assert {row: delay.start_px for row, delay in delays.items()} == pytest.approx(
        {3: -32 * MS}, abs=2.1 * MS
    )


def test_a_row_that_drifts_along_the_page_is_put_right() -> None:
    traces = page({0: 6 * MS, 2: -6 * MS})
    drifts = {0: 0.0015, 2: -0.0015}  # 4 ms in the 500 pixels of a column
    traces = [replace(t, x_px=t.x_px * (1 + drifts.get(t.box.row, 0.0))) for t in traces]
    layout = layout_of(*(t.box for t in traces))
    delays = row_delays(layout, CALIBRATION, traces)
    assert delays[0].per_px > 0.001 > -0.001 > delays[2].per_px
    for row, late_px in ((0, 6 * MS), (2, -6 * MS)):
        ends_px = np.array([0.0, 999.0])
        found_px = delays[row].start_px + delays[row].per_px * ends_px
        assert found_px == pytest.approx(late_px + drifts[row] * ends_px, abs=5 * MS)


@pytest.mark.parametrize("drawn_upside_down", [False, True])
def test_the_other_leads_tell_whether_avr_is_upside_down(drawn_upside_down: bool) -> None:
    traces = page({})
    number = next(k for k, trace in enumerate(traces) if trace.box.lead == "aVR")
    avr = traces[number]
    y = 2 * avr.box.baseline_px - avr.y_px if drawn_upside_down else avr.y_px
    traces[number] = replace(avr, y_px=y, box=replace(avr.box, inverted=True))
    layout, settled = settle_minus(layout_of(*(t.box for t in traces)), CALIBRATION, traces)
    assert settled[number].box.inverted is drawn_upside_down
    assert [box.inverted for box in layout.boxes] == [trace.box.inverted for trace in settled]


def test_without_other_limb_leads_the_minus_is_believed() -> None:
    avr = drawn(replace(lead_box("aVR", 0, 100, (0, 499)), inverted=True))
    _, settled = settle_minus(layout_of(avr.box), calibration(1), [avr])
    assert settled[0].box.inverted
