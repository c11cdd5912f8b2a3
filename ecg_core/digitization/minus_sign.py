"""Is aVR printed upside down? Its name may say so, and a bit of a separator before the name looks the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ecg_core.digitization.assemble import lead_prints
from ecg_core.digitization.lead_agreement import check_limb_leads
from ecg_core.digitization.types import Calibration, Layout, LeadBox, Trace

_CONTRADICTS = -0.5  # correlation with what the other limb leads say


def settle_minus(
    layout: Layout, calibration: Calibration, traces: Sequence[Trace]
) -> tuple[Layout, tuple[Trace, ...]]:
    """Layout and traces with aVR turned upright where only that obeys Einthoven's and Goldberger's laws.

    The laws hold wherever the electrodes were, so they tell how a lead is drawn. An upright aVR is left alone.
    """
    if not any(_is_turned(trace.box) for trace in traces):
        return layout, tuple(traces)
    prints = lead_prints(layout, calibration, [trace for trace in traces if not trace.box.rhythm])
    first = {lead: of_lead[0] for lead, of_lead in prints.items()}
    judged = check_limb_leads(
        {lead: one.signal_mv for lead, one in first.items()}, {lead: one.doubt for lead, one in first.items()}
    ).leads.get("aVR")
    if judged is None or judged.correlation > _CONTRADICTS:
        return layout, tuple(traces)
    upright = replace(layout, boxes=tuple(_upright(box) for box in layout.boxes))
    return upright, tuple(replace(trace, box=_upright(trace.box)) for trace in traces)


def _is_turned(box: LeadBox) -> bool:
    return box.lead == "aVR" and box.inverted and not box.rhythm


def _upright(box: LeadBox) -> LeadBox:
    if not _is_turned(box):
        return box
    return replace(
        box, inverted=False, reasons=(*box.reasons, "the other limb leads say that it is not upside down")
    )
