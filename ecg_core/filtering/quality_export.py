"""Signal quality as plain JSON values, the key "quality" of `python -m ecg_core annotate`."""

from __future__ import annotations

from typing import Any

from ecg_core.filtering.gaps import runs
from ecg_core.filtering.quality import QualityReport
from ecg_core.filtering.quality_seconds import DEFECT_WORDS


def quality_json(report: QualityReport) -> dict[str, Any]:
    """Grades and reasons by lead; "defects" with their seconds, and "unusable": the seconds no model may use, by lead."""
    seconds = report.seconds
    return {
        "grade": report.grade,
        "summary": report.summary,
        "notes": list(report.notes),
        "leads": {lead.lead: {"grade": lead.grade, "reasons": list(lead.reasons)} for lead in report.leads},
        "defects": [
            {
                "lead": stretch.lead,
                "defect": DEFECT_WORDS[stretch.defect],
                "start_s": stretch.start_s,
                "stop_s": stretch.stop_s,
            }
            for stretch in seconds.stretches()
        ],
        "unusable": {
            lead: [
                [float(start), min(float(stop), seconds.duration_s)] for start, stop in runs(~usable).tolist()
            ]
            for lead in seconds.leads
            if not (usable := seconds.usable(lead)).all()
        },
    }
