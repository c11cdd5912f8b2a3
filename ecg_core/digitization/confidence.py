"""How far the trace of a lead can be trusted, 0 to 1, and why, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecg_core.digitization.lead_agreement import LeadAgreement
from ecg_core.digitization.types import Calibration, Layout, LeadConfidence, Trace

APART_PX = 1.01  # successive points farther apart enclose a stretch where the line is not known
_CLEAR_INK = 0.9  # mean probability of a line in good print
_DISAGREEMENT = 0.9  # correlation with the other limb leads below which it counts against a lead
_DIFFERENCE_MV = 0.08  # rms; less is told by no eye
_CROSSING_SHARE = 0.02  # of its length in another row's ink that is worth telling


def judge_lead(
    trace: Trace, layout: Layout, calibration: Calibration, agreement: LeadAgreement | None
) -> LeadConfidence:
    """Judge one lead; each doubt is a factor, so that several together weigh more than each."""
    confidence, reasons = min(trace.box.confidence, layout.confidence), list(trace.box.reasons)
    for factor, reason in _doubts(trace, calibration, agreement):
        confidence *= factor
        if reason:
            reasons.append(reason)
    return LeadConfidence(trace.box.lead, float(np.clip(confidence, 0, 1)), tuple(dict.fromkeys(reasons)))


def _doubts(
    trace: Trace, calibration: Calibration, agreement: LeadAgreement | None
) -> Iterator[tuple[float, str]]:
    """Factors from 0 to 1 and the reason of each in words, empty where it is not worth telling."""
    box = trace.box
    width = max(box.box.x1_px - box.box.x0_px, 1.0)
    bridged, missing = bridged_px(trace), missing_px(trace)
    seconds = bridged / calibration.px_per_s
    yield (
        1 - min(bridged / width, 1),
        (f"{seconds:.2f} s carried across where no line was seen" if seconds >= 0.02 else ""),
    )
    seconds = missing / calibration.px_per_s
    yield (
        1 - min(missing / width, 1),
        (f"{seconds:.2f} s left out where no line was seen" if seconds >= 0.05 else ""),
    )
    clear = min(trace.ink / _CLEAR_INK, 1.0) / max(1 - (bridged + missing) / width, 0.1)
    yield min(clear, 1.0), "its line is faint or blurred" if clear < 0.75 else ""
    crossed = trace.crossing_px / width
    if crossed > _CROSSING_SHARE:
        yield (
            max(1 - 2 * crossed, 0.3),
            (f"runs into a neighbouring row for {trace.crossing_px / calibration.px_per_s:.2f} s"),
        )
    if len(trace.y_px) and (trace.y_px.min() < box.box.y0_px + 1 or trace.y_px.max() > box.box.y1_px - 1):
        yield 0.8, "may be cut off: it reaches the edge of where it was looked for"
    if agreement and agreement.correlation < _DISAGREEMENT and agreement.difference_mv > _DIFFERENCE_MV:
        yield (
            max(agreement.correlation, 0.1),
            (f"differs from what {' and '.join(agreement.others)} say by {agreement.difference_mv:.2f} mV"),
        )


def bridged_px(trace: Trace) -> float:
    """How much of a line was carried across where no ink was seen."""
    step = np.diff(trace.x_px)
    return float(step[(trace.bridged[1:] | trace.bridged[:-1]) & (step <= APART_PX)].sum())


def missing_px(trace: Trace) -> float:
    """How much of a lead's box holds no line."""
    width = trace.box.box.x1_px - trace.box.box.x0_px
    step = np.diff(trace.x_px)
    return max(width - 1 - float(step[step <= APART_PX].sum()), 0.0)
