"""How far the trace of a lead can be trusted, and why, in words."""

from __future__ import annotations

import numpy as np

from ecg_core.digitization.types import Calibration, Layout, LeadConfidence, Trace


def judge_lead(trace: Trace, layout: Layout, calibration: Calibration) -> LeadConfidence:
    """Judge one lead by the ink under its line and what was carried across."""
    box = trace.box
    width = max(box.box.x1_px - box.box.x0_px, 1.0)
    step = np.diff(trace.x_px)
    bridged_px = float(step[trace.bridged[1:] | trace.bridged[:-1]].sum())
    missing_px = max(width - float(step[step <= 1.01].sum()), 0.0)
    reasons = list(box.reasons)
    if bridged_px / calibration.px_per_s > 0.02:
        reasons.append(f"{bridged_px / calibration.px_per_s:.2f} s carried across where no line was seen")
    if missing_px / calibration.px_per_s > 0.05:
        reasons.append(f"{missing_px / calibration.px_per_s:.2f} s left out because no line was seen there")
    share = 1 - (bridged_px + missing_px) / width
    confidence = min(1.0, trace.ink + 0.1) * max(share, 0.0) * min(box.confidence, layout.confidence)
    return LeadConfidence(box.lead, confidence, tuple(reasons))
