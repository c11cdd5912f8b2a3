"""From an arrangement to the boxes in which traces are looked for, and what a user says about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.arrangement import Arrangement, Cell
from ecg_core.digitization.rows import Row
from ecg_core.digitization.types import Box, BoxCorrection, Corrections, LeadBox
from ecg_core.leads import STANDARD_LEADS

_BAND_MM = 30.0  # from the baseline: where a trace is looked for at least
_BAND_ROWS = 1.5  # the same in distances between rows
_BLANK_MM = 0.8  # a shorter blank at the end of a lead is taken for missing ink
_TOGETHER_MM = 0.5  # leads that end together differ by less
_MOST = 0.7  # of the leads in a column
_AS_USER_SAYS = "as the user says"


def lead_boxes(
    arrangement: Arrangement,
    rows: Sequence[Row],
    spans_px: NDArray[np.float64],
    height: int,
    px_per_mm: float,
) -> tuple[LeadBox, ...]:
    """A box for each cell that holds any trace.

    `spans_px` `(rows, 2)` is from where to where each row runs; `height` is the page's.
    """
    boxes = [
        _box(arrangement, number, rows, spans_px, height, px_per_mm)
        for number in range(len(arrangement.shape.cells))
    ]
    return tuple(box for box in boxes if box is not None)


def _box(
    arrangement: Arrangement,
    number: int,
    rows: Sequence[Row],
    spans_px: NDArray[np.float64],
    height: int,
    px_per_mm: float,
) -> LeadBox | None:
    cell = arrangement.shape.cells[number]
    lead = arrangement.leads[number]
    x0_px, x1_px = _extent(arrangement, cell, rows, spans_px[cell.row], px_per_mm)
    if x1_px - x0_px < 2 * px_per_mm:
        return None
    baseline_px = rows[cell.row].baseline_between(x0_px, x1_px)
    gaps = np.diff([row.baseline_px for row in rows])
    reach_px = max(_BAND_MM * px_per_mm, _BAND_ROWS * float(np.median(gaps)) if len(gaps) else 0.0)
    confidence, reasons = _trust(arrangement, number)
    return LeadBox(
        lead=lead,
        row=cell.row,
        column=cell.column,
        box=Box(x0_px, max(0.0, baseline_px - reach_px), x1_px, min(height - 1.0, baseline_px + reach_px)),
        baseline_px=baseline_px,
        rhythm=cell.rhythm,
        inverted=_is_inverted(arrangement, number),
        name_found=bool(arrangement.shape.names.name_of_cell[number] >= 0),
        confidence=confidence,
        reasons=reasons,
    )


def _is_inverted(arrangement: Arrangement, number: int) -> bool:
    """Whether the layout prints the lead upside down or its name says so, as "-aVR" does."""
    lead, said = arrangement.leads[number], arrangement.shape.names.minus[number]
    usual = lead == arrangement.inverted and not arrangement.shape.cells[number].rhythm
    return usual or (lead == "aVR" and bool(said))


def _extent(
    arrangement: Arrangement, cell: Cell, rows: Sequence[Row], span_px: NDArray[np.float64], px_per_mm: float
) -> tuple[float, float]:
    """From where to where the lead in a cell runs; where nothing is printed at the end of a whole column, not there."""
    shape = arrangement.shape
    if cell.rhythm or shape.n_columns == 1:
        return float(span_px[0]), float(span_px[1])
    x0_px, x1_px = (float(x) for x in shape.bounds_px[cell.column : cell.column + 2])
    x0_px = max(x0_px, float(span_px[0]))
    if cell.column == shape.n_columns - 1:
        return x0_px, float(span_px[1])
    return x0_px, _printed_until(x1_px, rows[: shape.n_main], px_per_mm)


def _printed_until(bound_px: float, rows: Sequence[Row], px_per_mm: float) -> float:
    """Where the leads of a column end that goes on to a boundary: before it where all leave a blank."""
    before_px = bound_px - _BLANK_MM / 2 * px_per_mm
    ends_px = [row.x_px[np.searchsorted(row.x_px, before_px) - 1] for row in rows if row.x_px.size]
    printed_px = float(np.median(ends_px)) if ends_px else bound_px
    together = np.mean([abs(end - printed_px) < _TOGETHER_MM * px_per_mm for end in ends_px] or [0.0])
    blank = printed_px < bound_px - _BLANK_MM * px_per_mm and together > _MOST
    return printed_px if blank else bound_px - 1


def _trust(arrangement: Arrangement, number: int) -> tuple[float, tuple[str, ...]]:
    """How sure the lead of a cell is, and why, in words."""
    lead, shape = arrangement.leads[number], arrangement.shape
    confidence = float(arrangement.probability[number])
    strip = shape.cells[number].rhythm
    if shape.names.name_of_cell[number] < 0:
        if strip:
            return confidence, (f"the name of the rhythm strip was not found; it is most often {lead}",)
        return 0.9 * confidence, (
            f"the name {lead} was not found; it follows from the layout {arrangement.name}",
        )
    evidence = shape.names.evidence[number]
    read = STANDARD_LEADS[int(evidence.argmax())]
    if read == lead:
        return confidence, (f"the name {lead} is printed beside it",)
    return 0.6 * confidence, (
        f"its name looks like {read}, but {lead} stands here in the layout {arrangement.name}",
    )


def corrected(boxes: Sequence[LeadBox], corrections: Corrections) -> tuple[LeadBox, ...]:
    """The boxes as the user wants them.

    A correction's number counts the boxes as they were found; those that the user added stand behind them.
    """
    by_number = {correction.box: correction for correction in corrections.boxes}
    everything = [*boxes, *corrections.added]
    kept = [(box, by_number.get(number)) for number, box in enumerate(everything)]
    return tuple(
        _corrected(box, correction) if correction else box
        for box, correction in kept
        if correction is None or not correction.absent
    )


def _corrected(box: LeadBox, correction: BoxCorrection) -> LeadBox:
    area = correction.area or box.box
    inside = area.y0_px <= box.baseline_px <= area.y1_px
    return replace(
        box,
        lead=correction.lead or box.lead,
        box=area,
        baseline_px=box.baseline_px if inside else (area.y0_px + area.y1_px) / 2,
        inverted=box.inverted and correction.lead in (None, box.lead),
        confidence=1.0 if correction.lead else box.confidence,
        reasons=(_AS_USER_SAYS,) if correction.lead else box.reasons,
    )
