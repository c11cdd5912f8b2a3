"""Corrections of a digitized page, one small change at a time.

On the screen a lead box is known by its position in the layout shown. `Corrections.boxes` counts the boxes as
found, removed ones included and the user's own after them; `Corrections.anchors` counts those of the layout shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.components.pointer import Drag
from ecg_core.digitization.types import Anchor, Box, BoxCorrection, Corrections, Digitization, LeadBox
from ecg_core.leads import CHEST_LEADS, STANDARD_LEADS

MIN_BOX_PX = 8.0  # a smaller box was not meant


def box_of(drag: Drag) -> Box:
    """What was drawn on a picture of the page, whose axes count pixels."""
    return Box(drag.x0, drag.y0, drag.x1, drag.y1)


def without_boxes(corrections: Corrections) -> Corrections:
    """Corrections for a page that is laid out anew: boxes and anchors belonged to it as it was."""
    return replace(corrections, boxes=(), added=(), anchors=())


def change_box(
    found: Digitization, position: int, *, lead: str | None = None, area: Box | None = None
) -> Corrections:
    """Another name or place for a lead box; None leaves what is."""
    corrections = found.corrections
    number, n_found = _numbers(found)[position], _n_found(found)
    if number >= n_found:
        added = list(corrections.added)
        own = added[number - n_found]
        added[number - n_found] = replace(own, lead=lead or own.lead, box=area or own.box)
        return replace(corrections, added=tuple(added))
    said = _said(corrections, number)
    return _say(corrections, replace(said, lead=lead or said.lead, area=area or said.area))


def remove_box(found: Digitization, position: int) -> Corrections:
    """The page without one lead box and its anchors."""
    corrections = found.corrections
    number, n_found = _numbers(found)[position], _n_found(found)
    anchors = tuple(
        replace(anchor, box=anchor.box - (anchor.box > position))
        for anchor in corrections.anchors
        if anchor.box != position
    )
    corrections = replace(corrections, anchors=anchors)
    if number >= n_found:
        kept = tuple(own for n, own in enumerate(corrections.added) if n != number - n_found)
        return replace(corrections, added=kept)
    return _say(corrections, BoxCorrection(number, absent=True))


def add_box(found: Digitization, lead: str, area: Box) -> Corrections:
    """One more lead box, in the row whose zero line is nearest."""
    middle_px = (area.y0_px + area.y1_px) / 2
    boxes = found.layout.boxes
    row = min(boxes, key=lambda box: abs(box.baseline_px - middle_px)).row if boxes else 0
    column = sum(box.row == row and box.box.x1_px <= area.x0_px for box in boxes)
    own = LeadBox(lead, row, column, area, middle_px, confidence=1.0, reasons=("drawn by the user",))
    return replace(found.corrections, added=(*found.corrections.added, own))


def add_anchor(corrections: Corrections, position: int, x_px: float, y_px: float) -> Corrections:
    """One more point that the trace of a lead box runs through; one at the same column is replaced."""
    kept = tuple(a for a in corrections.anchors if a.box != position or abs(a.x_px - x_px) >= 1)
    return replace(corrections, anchors=(*kept, Anchor(position, x_px, y_px)))


def remove_anchor(corrections: Corrections, anchor: Anchor) -> Corrections:
    """The page without one anchor."""
    return replace(corrections, anchors=tuple(a for a in corrections.anchors if a is not anchor))


def box_at(found: Digitization, x_px: float, y_px: float) -> int | None:
    """Position of the lead box at a point: of those that hold it the one whose zero line is nearest."""
    holding = [
        position
        for position, box in enumerate(found.layout.boxes)
        if box.box.x0_px <= x_px <= box.box.x1_px and box.box.y0_px <= y_px <= box.box.y1_px
    ]
    boxes = found.layout.boxes
    return min(holding, key=lambda n: abs(boxes[n].baseline_px - y_px), default=None)


def in_standard_order(boxes: Sequence[LeadBox]) -> list[int]:
    """Positions of lead boxes in the order in which clinicians read them, rhythm strips last."""

    def rank(position: int) -> tuple[bool, int]:
        box = boxes[position]
        known = box.lead in STANDARD_LEADS
        return box.rhythm, STANDARD_LEADS.index(box.lead) if known else len(STANDARD_LEADS)

    return sorted(range(len(boxes)), key=rank)


def gains_mm_mv(found: Digitization) -> tuple[float, float]:
    """Gain of the limb and of the chest leads; of a kind that is not printed the other's."""
    gain_mm_mv_of = found.calibration.gain_mm_mv_of
    limb = [gain_mm_mv_of(box) for box in found.layout.boxes if box.lead not in CHEST_LEADS]
    chest = [gain_mm_mv_of(box) for box in found.layout.boxes if box.lead in CHEST_LEADS]
    either = [*limb, *chest, 10.0]
    return (limb or either)[0], (chest or either)[0]


def _n_found(found: Digitization) -> int:
    """How many boxes the layout had before the user's corrections."""
    absent = sum(said.absent for said in found.corrections.boxes)
    return len(found.layout.boxes) - len(found.corrections.added) + absent


def _numbers(found: Digitization) -> list[int]:
    """For each box shown its number among those found, removed ones included, and the user's own."""
    absent = {said.box for said in found.corrections.boxes if said.absent}
    n_found, n_added = _n_found(found), len(found.corrections.added)
    return [number for number in range(n_found + n_added) if number not in absent]


def _said(corrections: Corrections, number: int) -> BoxCorrection:
    return next((said for said in corrections.boxes if said.box == number), BoxCorrection(number))


def _say(corrections: Corrections, said: BoxCorrection) -> Corrections:
    others = tuple(other for other in corrections.boxes if other.box != said.box)
    return replace(corrections, boxes=(*others, said))
