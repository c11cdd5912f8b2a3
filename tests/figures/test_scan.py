"""The page as it may be shown: everything found is drawn over it, and what names the patient is gone from the picture."""

from __future__ import annotations

import base64
from dataclasses import replace

import cv2
import numpy as np
import plotly.graph_objects as go
import pytest
from numpy.typing import NDArray

from ecg_core.digitization.types import Anchor, Box, Corrections, PrintedText
from ecg_core.figures.confidence import confidence_level, confidence_words
from ecg_core.figures.export import serialized_bytes
from ecg_core.figures.scan import flat_page_figure, source_page_figure
from ecg_core.figures.scan_picture import (
    COVER_RGB,
    MAX_SIDE_PX,
    corners_of,
    covered,
    covers_on_flat,
    covers_on_source,
    picture_uri,
    private_boxes,
)
from tests.digitization.made_up_page import COLUMNS, NAME_BOX, PX_PER_MM, made_up_digitization

FOUND = made_up_digitization()


def trace(fig: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in fig.data if trace.name == name)


def decoded(uri: str) -> NDArray[np.uint8]:
    jpeg = np.frombuffer(base64.b64decode(uri.partition(",")[2]), np.uint8)
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB), np.uint8)


def test_every_lead_is_named_with_its_confidence_as_number_word_and_sign() -> None:
    notes = [note.text for note in flat_page_figure(FOUND, FOUND.flat.rgb, dark=False).layout.annotations]
    for lead in (lead for column in COLUMNS for lead in column):
        assert any(f"<b>{lead}</b>" in note for note in notes)
    assert any("<b>V3</b> ✕ 42 % poor" in note for note in notes)
    assert any("<b>II</b> rhythm" in note for note in notes)


def test_lines_run_where_the_traces_do() -> None:
    fig = flat_page_figure(FOUND, FOUND.flat.rgb, dark=False)
    poor = next(t for t in FOUND.traces if t.box.lead == "V3")
    drawn = trace(fig, "Traces, poor")
    assert np.abs(np.interp(drawn.x, poor.x_px, poor.y_px) - drawn.y).max() < 0.5
    assert len(drawn.x) < len(poor.x_px)
    bridged = trace(fig, "Bridged")
    assert bridged.line.dash == "dot"
    assert bridged.x[0] == poor.x_px[99] and bridged.x[-1] == poor.x_px[112]


def test_colour_follows_confidence() -> None:
    fig = flat_page_figure(FOUND, FOUND.flat.rgb, dark=False)
    colours = {trace(fig, f"Traces, {word}").line.color for word in ("good", "fair", "poor")}
    assert len(colours) == 3


def test_lead_boxes_that_overlap_are_drawn_apart() -> None:
    fig = flat_page_figure(FOUND, FOUND.flat.rgb, dark=False)
    reaching = [replace(box, box=replace(box.box, y0_px=0, y1_px=799)) for box in FOUND.layout.boxes]
    found = replace(FOUND, layout=replace(FOUND.layout, boxes=tuple(reaching)))
    fig = flat_page_figure(found, FOUND.flat.rgb, dark=False)
    drawn = trace(fig, "Lead boxes, fair")  # aVL alone, in the second row of four
    baselines = sorted({box.baseline_px for box in reaching})
    assert np.nanmin(drawn.y) == pytest.approx((baselines[0] + baselines[1]) / 2)
    assert np.nanmax(drawn.y) == pytest.approx((baselines[1] + baselines[2]) / 2)


def test_five_mm_squares_have_the_scale_that_was_found() -> None:
    squares = trace(flat_page_figure(FOUND, FOUND.flat.rgb, dark=False), "5 mm squares")
    columns = np.unique(squares.x[np.isfinite(squares.x)])
    assert np.allclose(np.diff(columns), 5 * PX_PER_MM)


def test_anchors_are_drawn() -> None:
    anchored = made_up_digitization(corrections=Corrections(anchors=(Anchor(0, 100.0, 150.0),)))
    anchors = trace(flat_page_figure(anchored, FOUND.flat.rgb, dark=False), "Anchors")
    assert (anchors.x, anchors.y) == ((100.0,), (150.0,)) and anchors.marker.opacity == 1
    assert trace(flat_page_figure(FOUND, FOUND.flat.rgb, dark=False), "Anchors").marker.opacity == 0


def test_page_alone_has_no_lines() -> None:
    fig = flat_page_figure(FOUND, FOUND.flat.rgb, dark=True, overlay="nothing")
    assert [trace.name for trace in fig.data] == ["Anchors"]
    assert not fig.layout.annotations


def test_picture_lies_pixel_on_pixel_under_the_lines() -> None:
    image = flat_page_figure(FOUND, FOUND.flat.rgb, dark=False).layout.images[0]
    height, width = FOUND.flat.rgb.shape[:2]
    assert (image.x, image.y, image.sizex, image.sizey) == (-0.5, -0.5, width, height)


def test_corners_and_mesh_stand_in_the_source_picture() -> None:
    rgb = FOUND.page.rgb
    fig = source_page_figure(FOUND, rgb, dark=False, chosen=2)
    corners = trace(fig, "Corners")
    assert np.allclose(np.column_stack([corners.x, corners.y]), FOUND.flat.paper_corners)
    assert corners.marker.size[2] > corners.marker.size[0]
    mesh = trace(fig, "25 mm mesh")
    inside = FOUND.flat.map.to_flat(np.column_stack([mesh.x, mesh.y]).astype(np.float64))
    assert np.nanmin(inside) > -0.5


def test_corners_outside_the_picture_are_in_sight() -> None:
    outside = replace(FOUND.flat, paper_corners=FOUND.flat.paper_corners + np.array([-200.0, 150.0]))
    fig = source_page_figure(replace(FOUND, flat=outside), FOUND.page.rgb, dark=False)
    (left, right), (bottom, top) = fig.layout.xaxis.range, fig.layout.yaxis.range
    assert (outside.paper_corners[:, 0] > left).all() and (outside.paper_corners[:, 0] < right).all()
    assert (outside.paper_corners[:, 1] > top).all() and (outside.paper_corners[:, 1] < bottom).all()


def test_large_grainy_page_stays_below_a_megabyte() -> None:
    large = cv2.resize(FOUND.flat.rgb, (2240, 1600), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    grain = np.random.default_rng(3).normal(0, 12, large.shape)
    fig = flat_page_figure(FOUND, np.clip(large + grain, 0, 255).astype(np.uint8), dark=False)
    assert max(decoded(fig.layout.images[0].source).shape) == MAX_SIDE_PX
    assert serialized_bytes(fig) < 1_000_000


def test_all_print_but_names_and_scale_is_private() -> None:
    (box,) = private_boxes(FOUND.texts, FOUND.layout.boxes, PX_PER_MM)
    assert box.x0_px < NAME_BOX.x0_px and box.y1_px > NAME_BOX.y1_px


@pytest.mark.parametrize(
    ("text", "lead_scores", "is_private"),
    [
        ("V3", {"V3": 0.9}, False),
        ("", {"V1": 0.2, "V4": 0.1}, True),
        ("25 mm/s", {}, False),
        ("DOE", {}, True),
        ("", {}, True),
    ],
    ids=["lead name", "hardly a name", "speed", "patient", "unread"],
)
def test_what_may_name_the_patient(text: str, lead_scores: dict[str, float], is_private: bool) -> None:
    boxes = private_boxes(
        [PrintedText(Box(0, 0, 9, 9), text, 0.9, lead_scores)], FOUND.layout.boxes, PX_PER_MM
    )
    assert bool(boxes) is is_private


def test_unread_name_beside_its_lead_stays_but_long_print_there_does_not() -> None:
    lead = FOUND.layout.boxes[0]
    x_px, y_px = lead.box.x0_px + 4, lead.baseline_px - 50
    short = PrintedText(Box(x_px, y_px, x_px + 5 * PX_PER_MM, y_px + 12), "", 0.5)
    long = PrintedText(Box(x_px, y_px, x_px + 25 * PX_PER_MM, y_px + 12), "", 0.5)
    assert private_boxes([short], FOUND.layout.boxes, PX_PER_MM) == ()
    assert len(private_boxes([long], FOUND.layout.boxes, PX_PER_MM)) == 1


def test_nothing_is_left_of_what_is_covered() -> None:
    rgb = FOUND.flat.rgb
    boxes = private_boxes(FOUND.texts, FOUND.layout.boxes, PX_PER_MM)
    shown = covered(rgb, covers_on_flat(FOUND.flat, boxes, []))
    name = shown[int(NAME_BOX.y0_px) : int(NAME_BOX.y1_px), int(NAME_BOX.x0_px) : int(NAME_BOX.x1_px)]
    assert (name == COVER_RGB).all()
    assert (rgb == FOUND.flat.rgb).all() and (shown != rgb).any()


def test_cover_drawn_on_the_flat_page_hides_the_same_in_the_source() -> None:
    drawn = FOUND.flat.map.to_source(corners_of(NAME_BOX))
    on_flat = covered(FOUND.flat.rgb, covers_on_flat(FOUND.flat, [], [drawn]))
    on_source = covered(FOUND.page.rgb, covers_on_source(FOUND.flat, [], [drawn]))
    middle = np.array([[(NAME_BOX.x0_px + NAME_BOX.x1_px) / 2, (NAME_BOX.y0_px + NAME_BOX.y1_px) / 2]])
    x, y = np.rint(middle[0]).astype(int)
    assert (on_flat[y, x] == COVER_RGB).all()
    x, y = np.rint(FOUND.flat.map.to_source(middle)[0]).astype(int)
    assert (on_source[y, x] == COVER_RGB).all()


def test_picture_uri_is_the_picture() -> None:
    rgb = np.full((60, 90, 3), (200, 100, 50), np.uint8)
    shown = decoded(picture_uri(rgb))
    assert shown.shape == rgb.shape
    assert np.abs(shown.astype(int) - rgb).max() < 6


def test_confidence_has_a_word_for_every_number() -> None:
    assert [confidence_level(c).word for c in (1.0, 0.8, 0.79, 0.5, 0.49, 0.0)] == [
        "good",
        "good",
        "fair",
        "fair",
        "poor",
        "poor",
    ]
    assert confidence_level(float("nan")).word == "poor"
    assert confidence_words(0.62) == "▲ 62 % fair"
