"""A digitized document as JSON."""

from __future__ import annotations

from typing import Any

from ecg_core.digitization.document import Document
from ecg_core.digitization.types import Digitization, LeadConfidence


def document_json(document: Document) -> dict[str, Any]:
    """What was found on the first page with ECG, with the leads, warnings and time of the whole document.

    `pages` holds the same of every page where there are several.
    """
    pages = [page_json(page) for page in document.pages]
    whole = {
        "leads": _leads_json(document.leads),
        "warnings": list(document.record.notes),
        "seconds": round(sum(page["seconds"] for page in pages), 3),
    }
    return pages[0] | whole | ({"pages": pages} if len(pages) > 1 else {})


def page_json(page: Digitization) -> dict[str, Any]:
    """What was found on one page; pixels are those of the source picture, `gain_mm_mv` is that of the uppermost row."""
    grid, calibration = page.flat.grid, page.calibration
    return {
        "page": page.page.number,
        "layout": page.layout.name,
        "layout_confidence": round(page.layout.confidence, 3),
        "speed_mm_s": calibration.speed_mm_s,
        "gain_mm_mv": calibration.gain_mm_mv[min(calibration.gain_mm_mv)],
        "gain_mm_mv_by_lead": {box.lead: calibration.gain_mm_mv_of(box) for box in page.layout.boxes},
        "scale_confidence": round(calibration.confidence, 3),
        "scale_evidence": list(dict.fromkeys((*grid.evidence, *calibration.evidence))),
        "px_per_mm": round((grid.source_px_per_mm_x + grid.source_px_per_mm_y) / 2, 4),
        "px_per_mm_x": round(grid.source_px_per_mm_x, 4),
        "px_per_mm_y": round(grid.source_px_per_mm_y, 4),
        "rotation_deg": round(grid.rotation_deg, 2),
        "leads": _leads_json(page.leads),
        "warnings": list(page.warnings),
        "seconds": round(sum(page.seconds.values()), 3),
        "seconds_by_stage": {stage: round(seconds, 3) for stage, seconds in page.seconds.items()},
    }


def _leads_json(leads: tuple[LeadConfidence, ...]) -> dict[str, Any]:
    return {
        lead.lead: {"confidence": round(lead.confidence, 3), "reasons": list(lead.reasons)} for lead in leads
    }
