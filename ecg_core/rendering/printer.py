"""The clean print: paper, grid, traces, pulses, separators and text."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.printed_leads import upright_name
from ecg_core.record import ECGRecord
from ecg_core.rendering.fast_strokes import strokes_by_ink
from ecg_core.rendering.grid import grid_paper
from ecg_core.rendering.lettering import TextLayer
from ecg_core.rendering.page import (
    TRUTH_FS_HZ,
    Print,
    PrintedLead,
    PrintedPulse,
    RenderedPage,
)
from ecg_core.rendering.plan import PagePlan, PlannedLead, plan_page
from ecg_core.rendering.strokes import Patch, paint, stroke
from ecg_core.rendering.style import PageStyle
from ecg_core.rendering.text import write_texts
from ecg_core.rendering.warp import Points


def print_page(record: ECGRecord, style: PageStyle) -> RenderedPage:
    """Print a record cleanly, as a file of the device would show it. Raises SignalError as `plan_page` does."""
    plan = plan_page(record, style)
    size = (round(plan.width_mm * style.px_per_mm), round(plan.height_mm * style.px_per_mm))
    samples = _samples_by_lead(record, plan)
    leads = tuple(
        _printed_lead(planned, samples[upright_name(planned.label)], plan, style) for planned in plan.leads
    )
    pulses = printed_pulses(plan, style)
    text = TextLayer(size)
    write_texts(text, plan, style)

    rgb = grid_paper(size, style.px_per_mm, style.paper_colour, style.grid, antialias=style.ink.antialias)
    joins = _joins(leads) if style.joined else ()
    _draw(rgb, leads, pulses, joins, plan, style)
    cover = text.cover if style.ink.antialias else _hard(text.cover)
    paint(rgb, Patch(0, 0, cover), style.ink.text_colour)
    printed = Print(
        size=size,
        px_per_mm=style.px_per_mm,
        speed_mm_s=style.speed_mm_s,
        sheet=style.sheet.name,
        trace_width_px=style.ink.trace_width_mm * style.px_per_mm,
        leads=leads,
        pulses=pulses,
        joins=joins,
        strings=tuple(text.strings),
        record=_printed_record(record, leads, style),
    )
    return RenderedPage(rgb, cover, printed)


def mm_to_px(mm: NDArray[np.float64] | float, px_per_mm: float) -> NDArray[np.float64]:
    """Millimetres from the page's edge to pixels, whose centres are at whole numbers."""
    return np.asarray(mm) * px_per_mm - 0.5


def _samples_by_lead(record: ECGRecord, plan: PagePlan) -> dict[str, NDArray[np.float64]]:
    """Each lead at TRUTH_FS_HZ by linear interpolation, as a pen would draw it."""
    time_s = np.arange(int(record.duration_s * TRUTH_FS_HZ)) / TRUTH_FS_HZ
    own_s = np.arange(record.n_samples) / record.fs_hz
    names = {upright_name(planned.label) for planned in plan.leads}
    return {name: np.interp(time_s, own_s, record.lead_mv(name).astype(float)) for name in names}


def _printed_lead(
    planned: PlannedLead, samples_mv: NDArray[np.float64], plan: PagePlan, style: PageStyle
) -> PrintedLead:
    first = round(planned.start_s * TRUTH_FS_HZ)
    stretch_mv = samples_mv[first : round(planned.end_s * TRUTH_FS_HZ)]
    inverted = planned.label.startswith("-")
    drawn_mv = (-1 if inverted else 1) * (stretch_mv - _centre_mv(stretch_mv))
    seconds = np.arange(first, first + len(stretch_mv)) / TRUTH_FS_HZ
    x_mm = plan.rows_x0_mm + seconds * style.speed_mm_s
    y_mm = planned.baseline_mm - drawn_mv * planned.gain_mm_mv
    half_mm = plan.row_height_mm / 2
    corners_mm = (planned.x0_mm, planned.baseline_mm - half_mm, planned.x1_mm, planned.baseline_mm + half_mm)
    x0, y0, x1, y1 = (float(mm_to_px(mm, style.px_per_mm)) for mm in corners_mm)
    return PrintedLead(
        lead=upright_name(planned.label),
        row=planned.row,
        column=planned.column,
        rhythm=planned.rhythm,
        inverted=inverted,
        gain_mm_mv=planned.gain_mm_mv,
        baseline_px=float(mm_to_px(planned.baseline_mm, style.px_per_mm)),
        box_px=(x0, y0, x1, y1),
        first_sample=first,
        points_px=mm_to_px(np.column_stack([x_mm, y_mm]), style.px_per_mm),
    )


def _centre_mv(samples_mv: NDArray[np.float64]) -> float:
    """Devices print a lead around its baseline, whatever its offset."""
    known = samples_mv[np.isfinite(samples_mv)]
    return float(np.median(known)) if len(known) else 0.0


def _printed_record(record: ECGRecord, leads: tuple[PrintedLead, ...], style: PageStyle) -> ECGRecord:
    """The samples as drawn, millivolts from each row's baseline; of a lead printed twice the longer stretch."""
    n_samples = max(lead.first_sample + len(lead.points_px) for lead in leads)
    names = tuple(dict.fromkeys(lead.lead for lead in leads))
    signal = np.full((len(names), n_samples), np.nan, np.float32)
    for lead in sorted(leads, key=lambda lead: len(lead.points_px)):
        px_per_mv = lead.gain_mm_mv * style.px_per_mm * (-1 if lead.inverted else 1)
        row = signal[names.index(lead.lead)]
        row[:] = np.nan
        end = lead.first_sample + len(lead.points_px)
        row[lead.first_sample : end] = (lead.baseline_px - lead.points_px[:, 1]) / px_per_mv
    return replace(
        record,
        signal_mv=signal,
        fs_hz=TRUTH_FS_HZ,
        leads=names,
        derived_leads=record.derived_leads & set(names),
    )


def printed_pulses(plan: PagePlan, style: PageStyle) -> tuple[PrintedPulse, ...]:
    """The calibration pulses, one for each row or one for the page."""
    pulses = style.pulses
    if pulses.place == "none":
        return ()
    left_mm = (
        plan.rows_x0_mm - pulses.space_mm - pulses.feet_mm - pulses.width_mm
        if pulses.place == "left"
        else plan.rows_x1_mm + pulses.space_mm + pulses.feet_mm
    )
    gains = {lead.row: lead.gain_mm_mv for lead in plan.leads}
    rows = sorted(gains) if pulses.every_row else sorted(gains)[:1]
    return tuple(_pulse(row, gains[row], left_mm, plan.baselines_mm[row], style) for row in rows)


def _pulse(row: int, gain_mm_mv: float, left_mm: float, baseline_mm: float, style: PageStyle) -> PrintedPulse:
    right_mm, top_mm = left_mm + style.pulses.width_mm, baseline_mm - gain_mm_mv
    feet_mm = style.pulses.feet_mm
    outline_mm = [
        (left_mm - feet_mm, baseline_mm),
        (left_mm, baseline_mm),
        (left_mm, top_mm),
        (right_mm, top_mm),
        (right_mm, baseline_mm),
        (right_mm + feet_mm, baseline_mm),
    ]
    outline = mm_to_px(np.array(outline_mm), style.px_per_mm)
    (x0, y0), (x1, y1) = outline[2], outline[4]
    return PrintedPulse(
        row,
        gain_mm_mv,
        (float(x0), float(y0), float(x1), float(y1)),
        tuple((float(x), float(y)) for x, y in outline),
    )


def _draw(
    rgb: NDArray[np.uint8],
    leads: tuple[PrintedLead, ...],
    pulses: tuple[PrintedPulse, ...],
    joins: tuple[Points, ...],
    plan: PagePlan,
    style: PageStyle,
) -> None:
    """Pen strokes, in place."""
    ink = style.ink
    size = (rgb.shape[1], rgb.shape[0])
    width_px = ink.trace_width_mm * style.px_per_mm
    for lead in leads:
        for parts, share in strokes_by_ink(lead.points_px, ink.fast_fade):
            _ink(rgb, stroke(parts, width_px, size), style, share)
    strokes: list[tuple[list[Points], float]] = []
    strokes += [([np.array(pulse.outline_px)], width_px) for pulse in pulses]
    strokes += [([join], width_px) for join in joins]
    if style.border:
        strokes.append(([_frame(plan, style)], width_px))
    separator_px = max(style.separators.width_mm * style.px_per_mm, 0.7)
    strokes += [([line], separator_px) for line in separators(plan, style)]
    for lines, line_width_px in strokes:
        _ink(rgb, stroke(lines, line_width_px, size), style)


def _ink(rgb: NDArray[np.uint8], patch: Patch | None, style: PageStyle, share: float = 1.0) -> None:
    """Lay strokes of the pen with a share of its full ink, in place."""
    if patch is None:
        return
    cover = patch.cover if style.ink.antialias else _hard(patch.cover)
    faded = cover if share == 1 else np.asarray(cv2.convertScaleAbs(cover, alpha=share), np.uint8)
    paint(rgb, replace(patch, cover=faded), style.ink.trace_colour)


def _joins(leads: tuple[PrintedLead, ...]) -> tuple[Points, ...]:
    """What the pen draws on its way from the end of one lead to the start of the next one."""
    pairs = [(left, right) for left, right in pairwise(leads) if left.row == right.row]
    ends = [np.stack([left.points_px[-1], right.points_px[0]]) for left, right in pairs]
    return tuple(line for line in ends if np.isfinite(line).all())


def _frame(plan: PagePlan, style: PageStyle) -> Points:
    """A rectangle around the rows, half way to the edges of the page."""
    left, right = plan.rows_x0_mm / 4, (plan.rows_x1_mm + 3 * plan.width_mm) / 4
    top = plan.baselines_mm[0] - plan.row_height_mm / 2
    bottom = (plan.baselines_mm[-1] + plan.row_height_mm / 2 + plan.height_mm) / 2
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return mm_to_px(np.array(corners), style.px_per_mm)


def _hard(cover: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.where(cover >= 100, 255, 0).astype(np.uint8)


def separators(plan: PagePlan, style: PageStyle) -> list[Points]:
    """The marks between two leads of a row, in pixels."""
    half_mm = style.separators.height_mm / 2
    pieces: list[tuple[float, float]]
    match style.separators.kind:
        case "none":
            return []
        case "bar":
            pieces = [(-half_mm, half_mm)]
        case "ticks":
            pieces = [(-half_mm, -half_mm / 2), (half_mm / 2, half_mm)]
        case "line":
            pieces = [(-plan.row_height_mm / 2, plan.row_height_mm / 2)]
        case "dashes":
            steps = np.arange(-half_mm, half_mm, 2.0)
            pieces = [(float(y), float(y) + 1.2) for y in steps]
    return [
        mm_to_px(
            np.array([(lead.x0_mm, lead.baseline_mm + y0), (lead.x0_mm, lead.baseline_mm + y1)]),
            style.px_per_mm,
        )
        for lead in plan.leads
        if lead.column > 0
        for y0, y1 in pieces
    ]
