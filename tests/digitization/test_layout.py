from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ecg_core.digitization.layout import find_layout
from ecg_core.digitization.layouts import known_layouts, layout_names
from ecg_core.digitization.types import Box, BoxCorrection, Corrections, InkMap, Layout, LeadBox, PrintedText
from ecg_core.errors import MissingInformationError, NotAnECGPageError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.rendering import LabelStyle, PageStyle, PulseStyle, SeparatorStyle, Sheet, one_column, sheet
from tests.digitization.printed_page import PX_PER_MM, PrintedPage, cut_off, printed_page

AS_FOUND = Corrections()
STYLE = PageStyle(sheet=sheet("3x4", ("II",)))
SHUFFLED = ("V3", "aVL", "V6", "I", "V1", "aVF", "II", "V5", "aVR", "V2", "III", "V4")


def layout_of(
    page: PrintedPage, texts: Sequence[PrintedText] | None = None, corrections: Corrections = AS_FOUND
) -> Layout:
    return find_layout(page.flat, page.ink, page.texts if texts is None else texts, corrections)


def without_names(page: PrintedPage) -> tuple[PrintedText, ...]:
    return tuple(text for text in page.texts if not text.lead_scores)


def misread(page: PrintedPage, **read_as: str) -> tuple[PrintedText, ...]:
    """The texts of a page with some names read as others."""
    return tuple(
        replace(text, lead_scores={read_as.get(text.text, text.text): 0.9}) if text.lead_scores else text
        for text in page.texts
    )


def require_truth(layout: Layout, page: PrintedPage, within_mm: float = 0.5) -> None:
    """Every lead at its place, from its beginning to its end."""
    truth = page.truth.print.leads
    assert [box.lead for box in layout.boxes] == [lead.lead for lead in truth]
    for box, lead in zip(layout.boxes, truth, strict=True):
        assert (box.row, box.column, box.rhythm, box.inverted) == (
            lead.row,
            lead.column,
            lead.rhythm,
            lead.inverted,
        )
        x_px = lead.points_px[np.isfinite(lead.points_px).all(1), 0]
        assert box.box.x0_px == pytest.approx(x_px[0], abs=within_mm * PX_PER_MM)
        assert box.box.x1_px == pytest.approx(x_px[-1], abs=within_mm * PX_PER_MM)
        assert box.box.y0_px < box.baseline_px < box.box.y1_px


@pytest.mark.parametrize(
    ("printed", "spacing_mm"),
    [
        pytest.param(sheet("3x4"), 30.0, id="3x4"),
        pytest.param(sheet("3x4", ("II",)), 25.0, id="3x4+1"),
        pytest.param(sheet("3x4", ("V1", "II", "V5")), 22.0, id="3x4+3"),
        pytest.param(sheet("3x4", ("II",), cabrera=True), 25.0, id="3x4+1 Cabrera"),
        pytest.param(sheet("6x2", ("II",)), 20.0, id="6x2+1"),
        pytest.param(sheet("6x2", cabrera=True), 20.0, id="6x2 Cabrera"),
        pytest.param(sheet("12x1"), 15.0, id="12x1"),
        pytest.param(sheet("2x6"), 40.0, id="2x6"),
        pytest.param(sheet("4x3"), 30.0, id="4x3"),
        pytest.param(sheet("6x1"), 25.0, id="6x1"),
        pytest.param(sheet("6x1", chest=True), 25.0, id="6x1 of chest leads"),
        pytest.param(one_column(("V2",)), 40.0, id="1x1"),
    ],
)
def test_every_known_layout_is_found(printed: Sheet, spacing_mm: float) -> None:
    page = printed_page(PageStyle(sheet=printed, row_spacing_mm=spacing_mm))
    layout = layout_of(page)
    assert layout.name == printed.name
    require_truth(layout, page)
    assert layout.time_zero_px == pytest.approx(page.truth.print.leads[0].box_px[0], abs=0.5 * PX_PER_MM)
    assert layout.confidence > 0.7
    assert all(box.name_found for box in layout.boxes)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"labels": LabelStyle(place="below", indent_mm=2.0)}, id="names below"),
        pytest.param({"labels": LabelStyle(place="left")}, id="first names left of the pulse"),
        pytest.param({"pulses": PulseStyle(place="right")}, id="pulses at the right"),
        pytest.param({"pulses": PulseStyle(place="none")}, id="no pulses"),
        pytest.param({"gap_s": 0.08}, id="gaps between leads"),
        pytest.param({"joined": True}, id="leads joined"),
        pytest.param({"separators": SeparatorStyle(kind="line")}, id="lines between leads"),
        pytest.param({"gain_mm_mv": 20.0}, id="tall beats"),
    ],
)
def test_how_a_page_is_printed_does_not_matter(change: dict[str, object]) -> None:
    page = printed_page(replace(STYLE, **change))  # type: ignore[arg-type]
    require_truth(layout_of(page), page)


def test_names_decide_where_leads_stand_in_no_usual_order() -> None:
    page = printed_page(PageStyle(sheet=one_column(SHUFFLED), row_spacing_mm=16.0))
    layout = layout_of(page)
    assert layout.name == "12x1"
    require_truth(layout, page)


def test_a_lost_name_in_no_usual_order_leaves_doubt() -> None:
    page = printed_page(PageStyle(sheet=one_column(SHUFFLED), row_spacing_mm=16.0))
    lost = tuple(text for text in page.texts if text.text not in ("V1", "III", "aVF"))
    boxes = layout_of(page, lost).boxes
    doubted = {box.row for box in boxes if box.confidence < 0.5}
    assert doubted == {SHUFFLED.index(lead) for lead in ("V1", "III", "aVF")}


def test_without_names_the_usual_order_is_assumed_and_said() -> None:
    page = printed_page(replace(STYLE, separators=SeparatorStyle(kind="line")))
    layout = layout_of(page, without_names(page))
    require_truth(layout, page)
    assert layout.confidence < layout_of(page).confidence
    assert any("no lead name could be read" in reason for reason in layout.reasons)
    assert not any(box.name_found for box in layout.boxes)


def test_a_misread_name_does_not_move_a_lead() -> None:
    page = printed_page(STYLE)
    layout = layout_of(page, misread(page, V5="V6", aVL="aVR"))
    require_truth(layout, page)
    by_lead = {box.lead: box for box in layout.boxes}
    assert by_lead["V5"].confidence < by_lead["V4"].confidence
    assert any("looks like V6" in reason for reason in by_lead["V5"].reasons)


def test_a_minus_before_a_name_turns_the_lead_over() -> None:
    page = printed_page(STYLE)
    said = tuple(replace(text, text="-aVR") if text.text == "aVR" else text for text in page.texts)
    assert [box.lead for box in layout_of(page, said).boxes if box.inverted] == ["aVR"]
    assert not any(box.inverted for box in layout_of(page).boxes)


def test_an_unnamed_rhythm_strip_is_probably_lead_two() -> None:
    page = printed_page(STYLE)
    last = max(text.box.y0_px for text in page.texts if text.lead_scores)
    strip = layout_of(page, [text for text in page.texts if text.box.y0_px != last]).boxes[-1]
    assert (strip.lead, strip.rhythm, strip.name_found) == ("II", True, False)
    assert strip.confidence < 0.7
    assert "most often II" in strip.reasons[0]


@pytest.mark.parametrize("place", ["below", "above"])
def test_names_between_close_rows_go_to_the_right_ones(place: str) -> None:
    labels = LabelStyle(place=place, distance_mm=5.0)  # type: ignore[arg-type]
    page = printed_page(PageStyle(sheet=sheet("12x1"), row_spacing_mm=14.0, labels=labels))
    require_truth(layout_of(page), page)


def test_a_page_cut_off_at_the_right_has_a_shorter_last_column() -> None:
    page = cut_off(printed_page(replace(STYLE, margin_right_mm=0.0)), right_mm=25.0)
    layout = layout_of(page)
    starts = [box.box.x0_px for box in layout.boxes[:4]]
    truth = [lead.box_px[0] for lead in page.truth.print.leads[:4]]
    assert starts == pytest.approx(truth, abs=PX_PER_MM)
    assert layout.boxes[3].box.x1_px == pytest.approx(page.flat.rgb.shape[1], abs=PX_PER_MM)


@pytest.mark.parametrize("cut_mm", [8.0, 10.0, 13.0])
def test_names_at_one_distance_from_their_leads_tell_a_short_last_column_from_equal_parts(
    cut_mm: float,
) -> None:
    plain = replace(STYLE, margin_right_mm=0.0, joined=True, pulses=PulseStyle("none"), speed_mm_s=24.0)
    page = cut_off(printed_page(plain), right_mm=cut_mm)
    starts = [lead.box_px[0] for lead in page.truth.print.leads]
    assert [box.box.x0_px for box in layout_of(page).boxes] == pytest.approx(starts, abs=PX_PER_MM)


def test_a_page_cut_off_at_the_left_has_a_shorter_first_column() -> None:
    cut_mm = 35.0
    page = cut_off(printed_page(STYLE), left_mm=cut_mm)
    boxes = layout_of(page).boxes[:4]
    truth = [lead.box_px[0] - cut_mm * PX_PER_MM for lead in page.truth.print.leads[:4]]
    assert [box.lead for box in boxes] == ["I", "aVR", "V1", "V4"]
    assert [box.box.x0_px for box in boxes] == pytest.approx([0.0, *truth[1:]], abs=PX_PER_MM)


def test_a_page_without_trace_is_refused_in_words() -> None:
    page = printed_page(STYLE)
    blank = InkMap(*(np.zeros_like(page.ink.trace) for _ in range(3)))
    with pytest.raises(NotAnECGPageError, match="No ECG trace"):
        find_layout(page.flat, blank, (), AS_FOUND)


def test_time_zero_is_at_the_stroke_of_a_pulse_that_the_trace_is_joined_to() -> None:
    page = printed_page(replace(STYLE, pulses=PulseStyle("left", 5.0, feet_mm=0.0, space_mm=0.0)))
    layout = layout_of(page)
    zero_px = page.truth.print.leads[0].box_px[0]
    assert layout.time_zero_px == pytest.approx(zero_px, abs=0.15 * PX_PER_MM)
    assert all(box.box.x0_px > layout.time_zero_px for box in layout.boxes if box.column == 0)


class TestCorrections:
    """What the user says is final."""

    def test_a_layout_is_taken_over(self) -> None:
        page = printed_page(STYLE)
        layout = layout_of(page, without_names(page), Corrections(layout="3x4+1 Cabrera"))
        assert layout.name == "3x4+1 Cabrera"
        assert [box.lead for box in layout.boxes if box.inverted] == ["aVR"]

    def test_a_layout_is_spread_over_a_page_without_a_trace(self) -> None:
        page = printed_page(STYLE)
        blank = replace(page, ink=InkMap(*(np.zeros_like(page.ink.trace) for _ in range(3))))
        layout = layout_of(blank, (), Corrections(layout="3x4+1"))
        assert [box.lead for box in layout.boxes if not box.rhythm] == [
            box.lead for box in layout_of(page).boxes if not box.rhythm
        ]
        baselines = sorted({box.baseline_px for box in layout.boxes})
        assert np.allclose(np.diff(baselines), page.flat.rgb.shape[0] / 4)

    @pytest.mark.parametrize("name", ["3x4", "3x4+3", "12x1", "1x1"])
    def test_a_layout_has_its_number_of_rows_whatever_was_found(self, name: str) -> None:
        layout = layout_of(printed_page(STYLE), corrections=Corrections(layout=name))
        assert layout.name == name
        n_rows = {"3x4": 3, "3x4+3": 6, "12x1": 12, "1x1": 1}[name]
        assert {box.row for box in layout.boxes} == set(range(n_rows))

    def test_an_unknown_layout_is_refused_with_those_that_are_known(self) -> None:
        with pytest.raises(MissingInformationError, match=r"5x5.*3x4\+1"):
            layout_of(printed_page(STYLE), corrections=Corrections(layout="5x5"))

    def test_boxes_are_renamed_moved_removed_and_added(self) -> None:
        page = printed_page(STYLE)
        found = layout_of(page).boxes
        area = Box(100, 300, 300, 400)
        own = LeadBox("V1", 4, 0, Box(50, 900, 800, 980), 940.0, rhythm=True)
        corrections = Corrections(
            boxes=(BoxCorrection(0, lead="aVL"), BoxCorrection(1, absent=True), BoxCorrection(2, area=area)),
            added=(own,),
        )
        boxes = layout_of(page, corrections=corrections).boxes
        assert len(boxes) == len(found)
        assert (boxes[0].lead, boxes[0].confidence) == ("aVL", 1.0)
        assert (boxes[1].lead, boxes[1].box) == (found[2].lead, area)
        assert boxes[1].baseline_px == 350.0
        assert boxes[2:-1] == found[3:]
        assert boxes[-1] == own


def test_known_layouts_name_each_lead_once() -> None:
    for n_rows in range(1, 16):
        for layout in known_layouts(n_rows):
            leads = [lead for row in layout.rows for lead in row]
            assert len(set(leads)) == len(leads)
            assert set(leads) <= set(STANDARD_LEADS)
            assert layout.n_rows == n_rows
            assert layout.name in layout_names()
