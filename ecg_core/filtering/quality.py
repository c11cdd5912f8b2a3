"""Signal quality of a record, lead by lead."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecg_core.filtering.baseline import remove_wander
from ecg_core.filtering.beat_model import model_beats
from ecg_core.filtering.electrodes import suspect_exchange
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.filtering.mains import mains_amplitudes_mv
from ecg_core.filtering.quality_checks import Finding, LeadSignals, check_lead
from ecg_core.filtering.quality_seconds import Defect, SecondsQuality, blank_seconds, judge_seconds
from ecg_core.filtering.second_features import above_qrs
from ecg_core.leads import CHEST_LEADS
from ecg_core.record import DIGITIZED_PAGE, ECGRecord

Grade = Literal["good", "fair", "poor"]


@dataclass(frozen=True)
class LeadQuality:
    """One lead's grade and, unless it is good, why (``"flat for 3.1 s"``, ``"muscle noise"``)."""

    lead: str
    grade: Grade
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class QualityReport:
    """The grade of every lead, of the record as a whole, and one sentence for the badge.

    `notes` are about the record and not one lead. `seconds` is the same second by second, of the whole
    record. `electrodes` is one of the notes: that electrodes look exchanged, and what to do.
    """

    leads: tuple[LeadQuality, ...]
    grade: Grade
    summary: str
    seconds: SecondsQuality
    notes: tuple[str, ...] = ()
    electrodes: str | None = None


_LONGEST_JUDGED_S = 300.0
_NAMED_LEADS = 3


def assess_quality(raw: ECGRecord, filtered: ECGRecord) -> QualityReport:
    """Grade every lead of a record and the record as a whole.

    `filtered` is the same record after `filter_record`: noise and amplitude are measured in what that
    left, everything else in `raw`. A lead is poor where it cannot be used, fair where something is
    wrong with it, else good; a record is poor where more than a quarter of its leads are, good where
    none is poor and no more than a quarter fair. Of a recording longer than 5 minutes the middle 5
    minutes are judged, and a note says so. On a digitized page a lead is judged where it is printed, and a note
    says how long that is.

    Against the remarks of the PTB-XL annotators on its first 500 records, a lead each: large wander is
    called in 41 % of the leads with a remark on drift and 2 % of the others, muscle noise in 36 % of
    those with one on static noise and 4 % of the others, a burst in 12 % and 1 %.
    """
    notes = []
    seconds = judge_seconds(raw, filtered)
    off = seconds.where(Defect.ELECTRODE_OFF)
    if raw.duration_s > _LONGEST_JUDGED_S:
        middle = _middle_seconds(raw)
        raw, filtered, off = _cut(raw, middle), _cut(filtered, middle), off[:, middle]
        notes.append(f"Judged from {_LONGEST_JUDGED_S / 60:g} minutes in the middle of the recording")
    attached = blank_seconds(filtered, off)
    leads = tuple(
        _grade_lead(name, check_lead(signals))
        for name, signals in zip(raw.leads, _lead_signals(raw, attached, off), strict=True)
    )
    electrodes = _exchanged_electrodes(attached, leads)
    if electrodes is not None:
        notes.append(electrodes)
    if raw.source.format == DIGITIZED_PAGE:
        notes.append(_printed_for(raw))
    summary = "; ".join([_summary(leads), *notes])
    return QualityReport(leads, _record_grade(leads), summary, seconds, tuple(notes), electrodes)


def _exchanged_electrodes(attached: ECGRecord, leads: tuple[LeadQuality, ...]) -> str | None:
    """A warning that electrodes look exchanged. An unusable chest lead fits no place and says nothing about it."""
    if any(lead.grade == "poor" and lead.lead in CHEST_LEADS for lead in leads):
        return None
    exchange = suspect_exchange(attached)
    return None if exchange is None else exchange.warning


def _middle_seconds(record: ECGRecord) -> slice:
    start = int((record.duration_s - _LONGEST_JUDGED_S) / 2)
    return slice(start, start + int(_LONGEST_JUDGED_S))


def _cut(record: ECGRecord, seconds: slice) -> ECGRecord:
    start, stop = (round(second * record.fs_hz) for second in (seconds.start, seconds.stop))
    return record.with_signal(record.signal_mv[:, start:stop])


def _lead_signals(raw: ECGRecord, filtered: ECGRecord, off: NDArray[np.bool_]) -> list[LeadSignals]:
    """Each lead's signals; `filtered` is blank in the seconds `(leads, seconds)` in which its electrode is off."""
    fs_hz = raw.fs_hz
    raw_mv, unrecorded = bridge_gaps(blank_seconds(raw, off).signal_mv)
    filtered_mv, _ = bridge_gaps(filtered.signal_mv)
    noise_mv = above_qrs(filtered_mv - model_beats(filtered_mv, fs_hz), fs_hz)
    wander_mv = raw_mv - remove_wander(raw_mv, fs_hz, wavelet=True, high_pass_hz=0.5)
    mains_mv = mains_amplitudes_mv(raw_mv, fs_hz).max(axis=0)
    missing = ~np.isfinite(raw.signal_mv)
    return [
        LeadSignals(
            raw_mv[row, kept],
            filtered_mv[row, kept],
            wander_mv[row, kept],
            noise_mv[row, kept],
            mains_mv=float(mains_mv[row]),
            fs_hz=fs_hz,
            missing_share=_missing_share(missing[row], on_page=raw.source.format == DIGITIZED_PAGE),
            off_s=float(off[row].sum()),
        )
        for row, kept in enumerate(~unrecorded)
    ]


def _missing_share(missing: NDArray[np.bool_], on_page: bool) -> float:
    """Of a lead `(samples,)`; of one printed on a page, of the part from its first to its last sample."""
    if on_page and not missing.all():
        first, last = np.flatnonzero(~missing)[[0, -1]]
        missing = missing[first : last + 1]
    return float(missing.mean())


def _printed_for(raw: ECGRecord) -> str:
    printed_s = np.isfinite(raw.signal_mv).sum(axis=1) / raw.fs_hz
    range_s = sorted({f"{printed_s.min():.1f}", f"{printed_s.max():.1f}"}, key=float)
    return f"{' to '.join(range_s)} s of each lead are printed"


def _grade_lead(name: str, findings: list[Finding]) -> LeadQuality:
    grade: Grade = "good"
    if findings:
        grade = "poor" if any(finding.unusable for finding in findings) else "fair"
    return LeadQuality(name, grade, tuple(finding.reason for finding in findings))


def _record_grade(leads: tuple[LeadQuality, ...]) -> Grade:
    grades = [lead.grade for lead in leads]
    quarter = len(leads) / 4
    if grades.count("poor") > quarter:
        return "poor"
    return "good" if "poor" not in grades and grades.count("fair") <= quarter else "fair"


def _summary(leads: tuple[LeadQuality, ...]) -> str:
    """``"Good signal in 10 of 12 leads; flat for 9.8 s in V3; muscle noise in V1"``."""
    with_reason: dict[str, list[str]] = defaultdict(list)
    for lead in leads:
        for reason in lead.reasons:
            with_reason[reason].append(lead.lead)
    good = sum(lead.grade == "good" for lead in leads)
    parts = [f"Good signal in {good} of {len(leads)} lead{'s' if len(leads) > 1 else ''}"]
    for reason, names in with_reason.items():
        where = ", ".join(names) if len(names) <= _NAMED_LEADS else f"{len(names)} leads"
        parts.append(f"{reason} in {where}")
    return "; ".join(parts)
