"""Reasons to distrust what a 12-lead model says."""

from __future__ import annotations

from collections.abc import Sequence

from ecg_core.inference.predict import AnnotatedECG
from ecg_core.inference.reasons import other_method
from ecg_core.inference.types import Flag
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import DIGITIZED_PAGE
from ecg_core.twelve_lead.inputs import FS_HZ, SAMPLES

FEW_LEADS = 8
MIN_BEATS = 3
_SHORT_S = 8.0


def reasons_to_doubt(ecg: AnnotatedECG, used: Sequence[str]) -> tuple[Flag, ...]:
    """Everything that speaks against the answer, or explains why there is none."""
    record, n_beats = ecg.filtered, ecg.annotation.n_beats
    poor = [lead.lead for lead in ecg.quality.leads if lead.grade == "poor" and lead.lead in used]
    told = (
        record.simulated and Flag("simulated", "This ECG was changed by a simulation; it is no patient's."),
        record.source.format == DIGITIZED_PAGE
        and Flag(
            "digitized", "This ECG was digitized from a page; the model learned with digital recordings."
        ),
        len(used) < len(STANDARD_LEADS) and Flag("lead_missing", _few_leads(used)),
        n_beats == 0 and Flag("no_beats", "No heartbeat was found in this recording."),
        0 < n_beats < MIN_BEATS and Flag("too_short", f"Only {n_beats} beats: rhythm cannot be judged."),
        record.duration_s < _SHORT_S
        and Flag(
            "too_short",
            f"The recording lasts {record.duration_s:.1f} s; the model learned with {SAMPLES / FS_HZ:.0f} s.",
        ),
        bool(poor) and Flag("noise", f"Poor signal in {', '.join(poor)}."),
        other_method(ecg.annotation),
        ecg.annotation.by_hand is not None and Flag("edited", "Beats or waves were corrected by hand."),
    )
    return tuple(flag for flag in told if flag)


def _few_leads(used: Sequence[str]) -> str:
    if not used:
        return "None of the twelve standard leads shows a heartbeat."
    names = ", ".join(used) if len(used) <= FEW_LEADS else f"{len(used)} leads"
    return f"The answer rests on {names} alone; with fewer leads it is less certain."
