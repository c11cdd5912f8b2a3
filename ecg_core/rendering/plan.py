"""Where everything stands on the page, in millimetres from its upper left corner."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.errors import SignalError
from ecg_core.leads import CHEST_LEADS
from ecg_core.printed_leads import upright_name
from ecg_core.record import ECGRecord
from ecg_core.rendering.style import PageStyle


@dataclass(frozen=True)
class PlannedLead:
    """One stretch of a lead: its place on the page and its time on the page's clock."""

    label: str  # with a minus where it is inverted
    row: int
    column: int
    rhythm: bool
    x0_mm: float
    x1_mm: float
    baseline_mm: float
    start_s: float
    end_s: float
    gain_mm_mv: float


@dataclass(frozen=True)
class PagePlan:
    """The measures of a page."""

    width_mm: float
    height_mm: float
    row_height_mm: float
    rows_x0_mm: float
    rows_x1_mm: float
    baselines_mm: tuple[float, ...]
    leads: tuple[PlannedLead, ...]


def plan_page(record: ECGRecord, style: PageStyle) -> PagePlan:
    """Lay a record out. Leads that the record lacks leave their place empty.

    Raises SignalError where the record holds no lead of the sheet or the page has no room.
    """
    x0_mm, row_s = _time_axis(record, style)
    lines = style.sheet.lines
    spacing_mm, top_mm, height_mm = _row_axis(style, len(lines))
    width_mm = style.page_mm[0] if style.page_mm else _needed_width_mm(style, row_s)
    baselines_mm = tuple(top_mm + (row + 0.5) * spacing_mm for row in range(len(lines)))
    leads = [
        planned
        for row, labels in enumerate(lines)
        for planned in _plan_row(style, row, labels, x0_mm, baselines_mm[row], row_s)
        if upright_name(planned.label) in record.leads
    ]
    if not leads:
        raise SignalError(
            f"This ECG holds none of the leads of the sheet {style.sheet.name}; it has {', '.join(record.leads)}."
        )
    x1_mm = x0_mm + row_s * style.speed_mm_s
    return PagePlan(width_mm, height_mm, spacing_mm, x0_mm, x1_mm, baselines_mm, tuple(leads))


def pulse_room_mm(style: PageStyle) -> float:
    """The width that a row's pulse takes beside the trace."""
    pulses = style.pulses
    return 0.0 if pulses.place == "none" else pulses.width_mm + 2 * pulses.feet_mm + pulses.space_mm


def _needed_width_mm(style: PageStyle, row_s: float) -> float:
    return style.margin_left_mm + pulse_room_mm(style) + row_s * style.speed_mm_s + style.margin_right_mm


def _time_axis(record: ECGRecord, style: PageStyle) -> tuple[float, float]:
    """Where the rows begin and how many seconds they hold."""
    row_s = min(style.row_s, record.duration_s)
    if style.page_mm:
        room_mm = style.page_mm[0] - _needed_width_mm(style, 0.0)
        row_s = min(row_s, room_mm / style.speed_mm_s)
    if row_s <= 0.5:
        raise SignalError("Less than half a second fits on the page. Choose a longer ECG or a wider page.")
    left_pulse_mm = pulse_room_mm(style) if style.pulses.place == "left" else 0.0
    return style.margin_left_mm + left_pulse_mm, row_s


def _row_axis(style: PageStyle, n_rows: int) -> tuple[float, float, float]:
    """Height of a row, where the first begins, height of the page."""
    margins_mm = style.margin_top_mm + style.margin_bottom_mm
    if style.page_mm is None:
        height_mm = margins_mm + n_rows * style.row_spacing_mm
        return style.row_spacing_mm, style.margin_top_mm, height_mm
    height_mm = style.page_mm[1]
    spacing_mm = min(style.row_spacing_mm, (height_mm - margins_mm) / n_rows)
    if spacing_mm <= 0:
        raise SignalError("The page has no room between its upper and lower margin.")
    spare_mm = height_mm - margins_mm - n_rows * spacing_mm
    return spacing_mm, style.margin_top_mm + spare_mm / 2, height_mm


def _plan_row(
    style: PageStyle, row: int, labels: tuple[str, ...], x0_mm: float, baseline_mm: float, row_s: float
) -> list[PlannedLead]:
    column_s = row_s / len(labels)
    planned = []
    for column, label in enumerate(labels):
        start_s = column * column_s
        is_last = column == len(labels) - 1
        end_s = start_s + column_s - (0.0 if is_last else style.gap_s)
        chest_gain = style.chest_gain_mm_mv if label in CHEST_LEADS else None
        planned.append(
            PlannedLead(
                label=label,
                row=row,
                column=column,
                rhythm=row >= len(style.sheet.rows),
                x0_mm=x0_mm + start_s * style.speed_mm_s,
                x1_mm=x0_mm + (start_s + column_s) * style.speed_mm_s,
                baseline_mm=baseline_mm,
                start_s=start_s,
                end_s=end_s,
                gain_mm_mv=chest_gain or style.gain_mm_mv,
            )
        )
    return planned
