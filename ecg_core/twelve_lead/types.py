"""What a 12-lead model says about one ECG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecg_core.inference.types import Flag

FindingCode = Literal["1AVB", "CRBBB", "CLBBB", "SBRAD", "AFIB", "STACH"]

# Codes of PTB-XL's SCP-ECG statements, in the order of every output.
FINDING_NAMES: dict[FindingCode, str] = {
    "1AVB": "First-degree AV block",
    "CRBBB": "Complete right bundle branch block",
    "CLBBB": "Complete left bundle branch block",
    "SBRAD": "Sinus bradycardia",
    "AFIB": "Atrial fibrillation",
    "STACH": "Sinus tachycardia",
}
FINDINGS: tuple[FindingCode, ...] = tuple(FINDING_NAMES)


@dataclass(frozen=True)
class Finding:
    """One finding: its calibrated probability, and whether that reaches the threshold; NaN where the model abstains."""

    code: FindingCode
    name: str  # for the screen
    probability: float
    threshold: float

    @property
    def present(self) -> bool:
        """Whether the model calls it."""
        return self.probability >= self.threshold


@dataclass(frozen=True)
class TwelveLeadAnswer:
    """The findings in the order of `FINDINGS`, and the age in years with its 90 % interval.

    All numbers are NaN when the model abstains. `leads_used` are those it saw; `estimated_leads` those among
    them that were restored from others and not recorded. `flags` are the reasons to distrust the answer.
    """

    model: str  # checkpoint name
    title: str  # for the screen
    findings: tuple[Finding, ...]
    age_years: float
    age_low: float
    age_high: float
    leads_used: tuple[str, ...]
    estimated_leads: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def abstained(self) -> bool:
        """Whether there is no answer."""
        return bool(np.isnan([self.age_years, *(finding.probability for finding in self.findings)]).all())

    def finding(self, code: FindingCode) -> Finding:
        """One of the findings."""
        return self.findings[FINDINGS.index(code)]
