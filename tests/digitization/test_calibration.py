from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ecg_core.digitization.calibration import calibrate
from ecg_core.digitization.layout import find_layout
from ecg_core.digitization.time_scale import Measures, time_scale_without_grid
from ecg_core.digitization.types import Calibration, Corrections, PrintedText
from ecg_core.rendering import PageStyle, PulseStyle, sheet
from tests.digitization.printed_page import PX_PER_MM, PrintedPage, printed_page

AS_FOUND = Corrections()
STYLE = PageStyle(sheet=sheet("3x4", ("II",)))
NO_PULSES = replace(STYLE, pulses=PulseStyle(place="none"))
NOTHING_PRINTED = {"footer": ()}


def calibration_of(
    page: PrintedPage, texts: Sequence[PrintedText] | None = None, corrections: Corrections = AS_FOUND
) -> Calibration:
    texts = page.texts if texts is None else texts
    layout = find_layout(page.flat, page.ink, texts, corrections)
    return calibrate(page.flat, layout, texts, corrections)


def printing(page: PrintedPage, *said: str) -> tuple[PrintedText, ...]:
    """The texts of a page with others in place of what it prints about its scale."""
    names = tuple(text for text in page.texts if text.lead_scores)
    return names + tuple(replace(names[0], text=text, lead_scores={}) for text in said)


def require_scale(
    calibration: Calibration, speed_mm_s: float, gain_mm_mv: float, within: float = 1e-9
) -> None:
    assert calibration.speed_mm_s == speed_mm_s
    assert calibration.px_per_s == pytest.approx(speed_mm_s * PX_PER_MM, rel=within)
    for row, px_per_mv in calibration.px_per_mv.items():
        assert calibration.gain_mm_mv[row] == pytest.approx(gain_mm_mv, rel=within)
        assert px_per_mv == pytest.approx(gain_mm_mv * PX_PER_MM, rel=within)


@pytest.mark.parametrize("speed_mm_s", [25.0, 50.0])
@pytest.mark.parametrize("gain_mm_mv", [5.0, 10.0, 20.0])
@pytest.mark.parametrize("style", [pytest.param(STYLE, id="pulses"), pytest.param(NO_PULSES, id="no pulses")])
def test_grid_and_print_give_the_scale(style: PageStyle, speed_mm_s: float, gain_mm_mv: float) -> None:
    pulses = replace(style.pulses, width_mm=0.2 * speed_mm_s)
    page = printed_page(
        replace(style, speed_mm_s=speed_mm_s, gain_mm_mv=gain_mm_mv, row_s=5.0, pulses=pulses)
    )
    calibration = calibration_of(page)
    require_scale(calibration, speed_mm_s, gain_mm_mv)
    assert calibration.known
    assert calibration.warnings == ()
    assert calibration.confidence > 0.8


@pytest.mark.parametrize("gain_mm_mv", [5.0, 20.0])
def test_pulses_tell_the_gain_that_is_not_printed(gain_mm_mv: float) -> None:
    page = printed_page(replace(STYLE, gain_mm_mv=gain_mm_mv, footer=("25 mm/s",)))
    calibration = calibration_of(page)
    require_scale(calibration, 25.0, gain_mm_mv)
    assert calibration.known
    assert calibration.warnings == ()


def test_what_only_rests_on_convention_is_said() -> None:
    calibration = calibration_of(printed_page(replace(NO_PULSES, footer=())))
    require_scale(calibration, 25.0, 10.0)
    assert calibration.known
    assert calibration.confidence < 0.7
    assert any("25 mm/s is assumed" in warning for warning in calibration.warnings)
    assert any("10 mm/mV is assumed" in warning for warning in calibration.warnings)


def test_fifty_millimetres_a_second_follow_from_the_length_of_the_rows() -> None:
    pulses = PulseStyle(width_mm=10.0)
    page = printed_page(replace(STYLE, speed_mm_s=50.0, footer=(), pulses=pulses))
    calibration = calibration_of(page)
    require_scale(calibration, 50.0, 10.0)
    assert any("assumed" in warning for warning in calibration.warnings)


def test_a_printed_gain_that_the_pulse_contradicts_is_warned_of() -> None:
    page = printed_page(replace(STYLE, gain_mm_mv=5.0, footer=("25 mm/s", "20 mm/mV")))
    calibration = calibration_of(page)
    require_scale(calibration, 25.0, 5.0)
    assert calibration.confidence < 0.7
    assert any("20 mm/mV is printed" in warning for warning in calibration.warnings)


def test_chest_leads_at_half_gain_share_rows_with_limb_leads() -> None:
    page = printed_page(replace(STYLE, chest_gain_mm_mv=5.0))
    calibration = calibration_of(page)
    layout = find_layout(page.flat, page.ink, page.texts, AS_FOUND)
    assert calibration.chest_gain_ratio == 0.5
    for box in layout.boxes:
        gain_mm_mv = 5.0 if box.lead.startswith("V") else 10.0
        assert calibration.px_per_mv_of(box) == pytest.approx(gain_mm_mv * PX_PER_MM)


def test_rows_may_have_gains_of_their_own() -> None:
    page = printed_page(
        PageStyle(sheet=sheet("12x1"), chest_gain_mm_mv=5.0, footer=("25 mm/s",), row_spacing_mm=20)
    )
    calibration = calibration_of(page)
    assert [calibration.gain_mm_mv[row] for row in range(12)] == [10.0] * 6 + [5.0] * 6


@pytest.mark.parametrize("lines", [0.4, 0.5, 2.0])
def test_a_grid_whose_lines_were_taken_for_others_is_put_right_by_pulses_rows_and_print(lines: float) -> None:
    page = printed_page(STYLE)
    layout = find_layout(page.flat, page.ink, page.texts, AS_FOUND)
    misjudged = replace(page.flat, px_per_mm=lines * PX_PER_MM)
    calibration = calibrate(misjudged, layout, page.texts, AS_FOUND)
    require_scale(calibration, 25.0, 10.0)
    assert any("please check the scale" in warning for warning in calibration.warnings)
    said = calibrate(misjudged, layout, page.texts, Corrections(px_per_mm=lines * PX_PER_MM))
    assert said.px_per_s == pytest.approx(said.speed_mm_s * misjudged.px_per_mm)


class TestWithoutGrid:
    @pytest.mark.parametrize("gain_mm_mv", [5.0, 10.0, 20.0])
    @pytest.mark.parametrize("footer", [("{speed} mm/s", "{gain} mm/mV"), ()], ids=["printed", "not printed"])
    def test_rows_of_ten_seconds_and_pulses_give_the_scale(
        self, gain_mm_mv: float, footer: tuple[str, ...]
    ) -> None:
        page = printed_page(replace(STYLE, gain_mm_mv=gain_mm_mv, footer=footer), grid_found=False)
        calibration = calibration_of(page)
        require_scale(calibration, 25.0, gain_mm_mv, within=0.01)
        assert calibration.known
        assert bool(calibration.warnings) == (not footer)

    def test_a_wrong_guess_of_the_page_size_does_not_matter(self) -> None:
        page = printed_page(STYLE, grid_found=False)
        page = replace(page, flat=replace(page.flat, px_per_mm=1.15 * PX_PER_MM))
        require_scale(calibration_of(page), 25.0, 10.0, within=0.01)

    def test_nothing_to_go_by_is_a_guess_and_says_what_to_do(self) -> None:
        page = printed_page(replace(NO_PULSES, footer=()), grid_found=False)
        page = replace(page, flat=replace(page.flat, px_per_mm=1.2 * PX_PER_MM))
        calibration = calibration_of(page)
        assert not calibration.known
        assert calibration.confidence < 0.5
        assert any("please enter" in warning for warning in calibration.warnings)


class TestCorrections:
    def test_speed_and_gains_of_the_user_are_final(self) -> None:
        page = printed_page(STYLE)
        said = Corrections(speed_mm_s=50.0, gain_mm_mv=20.0, chest_gain_mm_mv=10.0)
        calibration = calibration_of(page, corrections=said)
        require_scale(calibration, 50.0, 20.0)
        assert (calibration.chest_gain_ratio, calibration.known, calibration.confidence) == (0.5, True, 1.0)

    def test_without_a_grid_the_users_speed_and_gain_stand(self) -> None:
        page = printed_page(STYLE, grid_found=False)
        calibration = calibration_of(page, corrections=Corrections(speed_mm_s=25.0, gain_mm_mv=10.0))
        require_scale(calibration, 25.0, 10.0, within=0.01)

    def test_a_misread_print_is_overruled(self) -> None:
        page = printed_page(NO_PULSES)
        texts = printing(page, "50 mm/s", "5 mm/mV")
        require_scale(calibration_of(page, texts, Corrections(speed_mm_s=25.0, gain_mm_mv=10.0)), 25.0, 10.0)


def test_a_page_without_grid_and_without_rows_has_no_known_time_scale() -> None:
    scale = time_scale_without_grid(Measures(0.0, None, None, None), 5.0, (), None, None)
    assert (scale.px_per_s, scale.known) == (125.0, False)
