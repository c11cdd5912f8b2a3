"""A digitized page that no digitization made: for tests of what comes after one, in milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.types import (
    Box,
    Calibration,
    Corrections,
    Digitization,
    FlatPage,
    GridScale,
    InkMap,
    Layout,
    LeadBox,
    LeadConfidence,
    PageImage,
    Points,
    PrintedText,
    Pulse,
    Trace,
)
from ecg_core.record import ECGRecord, Source

PX_PER_MM = 4.0
SIZE_PX = (1120, 800)  # width, height
FS_HZ = 500.0
COLUMNS = (("I", "II", "III"), ("aVR", "aVL", "aVF"), ("V1", "V2", "V3"), ("V4", "V5", "V6"))
LEFT_PX, TOP_PX, COLUMN_PX, PITCH_PX = 60.0, 170.0, 250.0, 160.0
POOR_LEAD = "V3"
NAME_BOX = Box(60, 20, 260, 44)
NOTHING_CORRECTED = Corrections()
SCALE_BOX = Box(60, 760, 300, 780)


@dataclass(frozen=True)
class Tilt:
    """The page photographed a little turned: an affine map, flat to source."""

    matrix: NDArray[np.float64]  # (2, 3)

    def to_source(self, flat: Points) -> Points:
        return flat @ self.matrix[:, :2].T + self.matrix[:, 2]

    def to_flat(self, source: Points) -> Points:
        return (source - self.matrix[:, 2]) @ np.linalg.inv(self.matrix[:, :2]).T


def made_up_digitization(
    page: PageImage | None = None,
    corrections: Corrections = NOTHING_CORRECTED,
    progress: Callable[[str], None] = lambda stage: None,
    *,
    scale_known: bool = True,
    leads: tuple[tuple[str, ...], ...] = COLUMNS,
) -> Digitization:
    """A 3x4 page of ten seconds with beats of one millivolt, and the user's corrections carried out."""
    progress("Making a page up")
    page = page or made_up_picture()
    flat = _flat(page, corrections)
    layout = _layout(leads, corrections)
    calibration = _calibration(corrections, scale_known)
    traces = tuple(_trace(number, box, corrections) for number, box in enumerate(layout.boxes))
    nothing = np.zeros(flat.rgb.shape[:2], np.float32)
    return Digitization(
        page=page,
        flat=flat,
        ink=InkMap(nothing, nothing, nothing),
        texts=_texts(layout),
        layout=layout,
        calibration=calibration,
        traces=traces,
        leads=tuple(_confidence(box.lead) for box in layout.boxes),
        record=_record(layout, calibration, traces),
        warnings=("The trace of V3 is faint in places.",),
        corrections=corrections,
        seconds={"Making a page up": 0.0},
    )


def made_up_picture() -> PageImage:
    """The page's picture, turned by 2 degrees on a dark table."""
    flat = _drawn()
    height, width = flat.shape[0] + 100, flat.shape[1] + 120
    rgb = cv2.warpAffine(flat, _tilt().matrix, (width, height), borderValue=(70, 60, 50))
    return PageImage(np.asarray(rgb, np.uint8), dpi=None)


def _tilt() -> Tilt:
    angle = np.deg2rad(2.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return Tilt(np.column_stack([turn, [70.0, 25.0]]))


def _drawn() -> NDArray[np.uint8]:
    """The flat page: grid, traces, names, and a patient's name."""
    width, height = SIZE_PX
    rgb = np.full((height, width, 3), 255, np.uint8)
    for step_mm, colour in ((1, (250, 225, 220)), (5, (240, 180, 170))):
        step_px = round(step_mm * PX_PER_MM)
        rgb[::step_px] = colour
        rgb[:, ::step_px] = colour
    layout = _layout(COLUMNS, Corrections())
    for number, box in enumerate(layout.boxes):
        trace = _trace(number, box, Corrections())
        line = np.rint(np.column_stack([trace.x_px, trace.y_px])).astype(np.int32)
        cv2.polylines(rgb, [line], False, (30, 30, 30), 2, cv2.LINE_AA)
        _write(rgb, box.lead, box.box.x0_px + 4, box.baseline_px - 50)
    _write(rgb, "DOE JANE 1950", NAME_BOX.x0_px, NAME_BOX.y1_px - 4)
    _write(rgb, "25 mm/s  10 mm/mV", SCALE_BOX.x0_px, SCALE_BOX.y1_px - 4)
    return rgb


def _write(rgb: NDArray[np.uint8], text: str, x_px: float, y_px: float) -> None:
    cv2.putText(rgb, text, (round(x_px), round(y_px)), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 2)


def _flat(page: PageImage, corrections: Corrections) -> FlatPage:
    rgb = _drawn()
    width, height = SIZE_PX
    corners = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float64)
    tilt = _tilt()
    said = corrections.paper_corners
    return FlatPage(
        rgb=rgb,
        inside=np.ones(rgb.shape[:2], np.bool_),
        px_per_mm=corrections.px_per_mm or PX_PER_MM,
        map=tilt,
        grid=GridScale(
            True,
            corrections.px_per_mm or PX_PER_MM,
            corrections.px_per_mm or PX_PER_MM,
            rotation_deg=2.0 if corrections.rotation_deg is None else corrections.rotation_deg,
            confidence=0.9,
            evidence=("Grid lines every 4.0 px, every fifth stronger.",),
        ),
        paper_corners=tilt.to_source(corners) if said is None else np.array(said, np.float64),
    )


def _layout(leads: tuple[tuple[str, ...], ...], corrections: Corrections) -> Layout:
    found = [
        _box(lead, row, column, LEFT_PX + COLUMN_PX * column, COLUMN_PX)
        for column, names in enumerate(leads)
        for row, lead in enumerate(names)
    ]
    found.append(replace(_box("II", 3, 0, LEFT_PX, COLUMN_PX * len(leads)), rhythm=True))
    boxes: list[LeadBox | None] = list(found)
    for said in corrections.boxes:
        old = found[said.box]
        new = replace(old, lead=said.lead or old.lead, box=said.area or old.box)
        boxes[said.box] = None if said.absent else new
    pulses = tuple(
        Pulse(Box(20, box.baseline_px - 40, 40, box.baseline_px), 40.0, 20.0, box.row)
        for box in found
        if box.column == 0
    )
    return Layout(
        name=corrections.layout or "3x4+1",
        boxes=(*(box for box in boxes if box is not None), *corrections.added),
        pulses=pulses,
        time_zero_px=LEFT_PX,
        confidence=0.95,
        reasons=("12 of 12 lead names were read.",),
    )


def _box(lead: str, row: int, column: int, left_px: float, width_px: float) -> LeadBox:
    baseline = TOP_PX + PITCH_PX * row
    area = Box(left_px, baseline - 80, left_px + width_px - 1, baseline + 70)
    return LeadBox(lead, row, column, area, baseline, name_found=True, confidence=0.95)


def _calibration(corrections: Corrections, scale_known: bool) -> Calibration:
    speed = corrections.speed_mm_s or 25.0
    gain = corrections.gain_mm_mv or 10.0
    said = corrections.speed_mm_s is not None and corrections.gain_mm_mv is not None
    px_per_mm = corrections.px_per_mm or PX_PER_MM
    return Calibration(
        px_per_s=speed * px_per_mm,
        px_per_mv=dict.fromkeys(range(4), gain * px_per_mm),
        speed_mm_s=speed,
        gain_mm_mv=dict.fromkeys(range(4), gain),
        known=scale_known or said,
        confidence=0.95 if scale_known else 0.2,
        evidence=("25 mm/s: printed and grid agree.", "10 mm/mV: pulse 40.0 px."),
        warnings=() if scale_known or said else ("No grid, pulse or printed scale was found.",),
        chest_gain_ratio=1.0 if corrections.chest_gain_mm_mv is None else corrections.chest_gain_mm_mv / gain,
    )


def _trace(number: int, box: LeadBox, corrections: Corrections) -> Trace:
    """Ten beats in ten seconds, in each lead of its own height; an anchor pulls the line near it."""
    x_px = np.arange(box.box.x0_px, box.box.x1_px + 1)
    t_s = (x_px - LEFT_PX) / (25 * PX_PER_MM) % 1.0
    scale = 0.5 + 0.1 * (number % 12)
    beat_mv = scale * np.exp(-(((t_s - 0.4) / 0.015) ** 2)) + 0.25 * np.exp(-(((t_s - 0.65) / 0.05) ** 2))
    y_px = box.baseline_px - 10 * PX_PER_MM * beat_mv
    for anchor in corrections.anchors:
        if anchor.box == number:
            nearness = np.exp(-(((x_px - anchor.x_px) / 4) ** 2))
            y_px = y_px + nearness * (anchor.y_px - np.interp(anchor.x_px, x_px, y_px))
    bridged = np.zeros(x_px.shape, np.bool_)
    bridged[100:112] = box.lead == POOR_LEAD
    return Trace(box, x_px, y_px, bridged, ink=0.9)


def _confidence(lead: str) -> LeadConfidence:
    if lead == POOR_LEAD:
        return LeadConfidence(lead, 0.42, ("12 of 250 columns show no ink.",))
    return LeadConfidence(lead, 0.66 if lead == "aVL" else 0.96)


def _texts(layout: Layout) -> tuple[PrintedText, ...]:
    names = tuple(
        PrintedText(
            Box(box.box.x0_px + 2, box.baseline_px - 66, box.box.x0_px + 40, box.baseline_px - 46),
            box.lead,
            0.9,
            {box.lead: 0.95},
        )
        for box in layout.boxes
    )
    return (
        PrintedText(NAME_BOX, "", 0.8),
        PrintedText(SCALE_BOX, "25 mm/s 10 mm/mV", 0.9),
        *names,
    )


def _record(layout: Layout, calibration: Calibration, traces: tuple[Trace, ...]) -> ECGRecord:
    """Every lead at 500 Hz in its own window; of a lead printed twice the longer stretch."""
    end_px = max(box.box.x1_px for box in layout.boxes)
    n_samples = round((end_px - layout.time_zero_px) / calibration.px_per_s * FS_HZ)
    at_px = layout.time_zero_px + np.arange(n_samples) / FS_HZ * calibration.px_per_s
    signals: dict[str, NDArray[np.float32]] = {}
    for trace in sorted(traces, key=lambda trace: len(trace.x_px)):
        mv = (trace.box.baseline_px - trace.y_px) / calibration.px_per_mv_of(trace.box)
        signals[trace.box.lead] = np.interp(at_px, trace.x_px, mv, np.nan, np.nan).astype(np.float32)
    return ECGRecord(
        np.stack(list(signals.values())), FS_HZ, tuple(signals), source=Source("page", "digitized page")
    )
