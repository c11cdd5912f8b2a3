from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.digitization.pulses import find_pulses
from ecg_core.digitization.rows import find_rows
from ecg_core.digitization.types import InkMap, Pulse
from ecg_core.rendering import GridStyle, InkStyle, PageStyle, PulseStyle, sheet
from tests.digitization.printed_page import PX_PER_MM, PrintedPage, printed_page

STYLE = PageStyle(sheet=sheet("3x4", ("II",)), grid=GridStyle(minor="none", major="none"))


def pulses_of(page: PrintedPage, ink: InkMap | None = None) -> tuple[Pulse, ...]:
    ink = ink or page.ink
    return find_pulses(page.flat, ink, find_rows(ink.trace, PX_PER_MM))


@pytest.mark.parametrize("place", ["left", "right"])
@pytest.mark.parametrize("feet_mm", [0.0, 1.5])
@pytest.mark.parametrize(("width_mm", "trace_mm"), [(5.0, 0.25), (2.5, 0.5)])
@pytest.mark.parametrize("gain_mm_mv", [5.0, 10.0, 20.0])
def test_height_and_width_are_measured_to_half_a_pixel(
    place: str, feet_mm: float, width_mm: float, trace_mm: float, gain_mm_mv: float
) -> None:
    style = replace(
        STYLE,
        gain_mm_mv=gain_mm_mv,
        pulses=PulseStyle(place=place, width_mm=width_mm, feet_mm=feet_mm),  # type: ignore[arg-type]
        ink=InkStyle(trace_width_mm=trace_mm),
    )
    pulses = pulses_of(printed_page(style, False))
    assert [pulse.row for pulse in pulses] == [0, 1, 2, 3]
    for pulse in pulses:
        assert pulse.height_px == pytest.approx(gain_mm_mv * PX_PER_MM, abs=0.5)
        assert pulse.width_px == pytest.approx(width_mm * PX_PER_MM, abs=0.6)


def test_a_pulse_on_the_first_row_only_belongs_to_it() -> None:
    page = printed_page(replace(STYLE, pulses=PulseStyle(every_row=False)), False)
    assert [pulse.row for pulse in pulses_of(page)] == [0]


def test_pulses_taken_for_trace_are_found_nonetheless() -> None:
    page = printed_page(STYLE, False)
    everything = InkMap(page.ink.trace + page.ink.pulse, np.zeros_like(page.ink.pulse), page.ink.text)
    recognised, again = pulses_of(page), pulses_of(page, everything)
    assert [pulse.row for pulse in again] == [0, 1, 2, 3]
    for one, other in zip(recognised, again, strict=True):
        assert other.box.x0_px == pytest.approx(one.box.x0_px, abs=1)
        assert other.height_px == pytest.approx(one.height_px, abs=0.5)


def test_a_top_that_lies_on_a_line_of_the_grid_is_seen_in_the_picture() -> None:
    page = printed_page(STYLE, False)
    pulse = page.ink.pulse.copy()
    for printed in page.truth.print.pulses:
        x0, top, x1, _ = (round(edge) for edge in printed.box_px)
        pulse[top - 3 : top + 4, x0 + 3 : x1 - 2] = 0
    assert len(pulses_of(page, replace(page.ink, pulse=pulse))) == 4


def test_traces_hold_no_pulses() -> None:
    page = printed_page(replace(STYLE, pulses=PulseStyle(place="none")), False)
    assert pulses_of(page) == ()
