"""12-lead answers as the table that the command line writes, and as the JSON that the dashboard offers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ecg_core.twelve_lead.types import FINDINGS, TwelveLeadAnswer

COLUMNS = (
    "file",
    "model",
    *(f"p_{code}" for code in FINDINGS),
    "present",
    "age_years",
    "age_low",
    "age_high",
    "leads",
    "estimated_leads",
    "flags",
)
_BETWEEN = ";"


def answer_table(file: str, answer: TwelveLeadAnswer) -> pd.DataFrame:
    """One row with the columns `COLUMNS`; `present`, leads and flag codes are joined by ``;``."""
    row = (
        file,
        answer.model,
        *(finding.probability for finding in answer.findings),
        _BETWEEN.join(finding.code for finding in answer.findings if finding.present),
        answer.age_years,
        answer.age_low,
        answer.age_high,
        _BETWEEN.join(answer.leads_used),
        _BETWEEN.join(answer.estimated_leads),
        _BETWEEN.join(flag.code for flag in answer.flags),
    )
    return pd.DataFrame([row], columns=list(COLUMNS))


def answer_json(answer: TwelveLeadAnswer) -> dict[str, Any]:
    """The same with thresholds and the flags in words; `null` for what was not answered."""
    return {
        "model": answer.model,
        "findings": {
            finding.code: {
                "name": finding.name,
                "probability": _known(finding.probability),
                "threshold": finding.threshold,
                "present": finding.present if math.isfinite(finding.probability) else None,
            }
            for finding in answer.findings
        },
        "ecg_age_years": _known(answer.age_years),
        "ecg_age_low": _known(answer.age_low),
        "ecg_age_high": _known(answer.age_high),
        "leads_used": list(answer.leads_used),
        "estimated_leads": list(answer.estimated_leads),
        "flags": {flag.code: flag.text for flag in answer.flags},
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
