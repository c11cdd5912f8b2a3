"""Whose ECG this is, how it was recorded and how good the signal is."""

from __future__ import annotations

from html import escape

from app.scans import Scan
from ecg_core.analysis import Analysis
from ecg_core.figures.confidence import confidence_level, confidence_words
from ecg_core.filtering.quality import Grade
from ecg_core.record import ECGRecord

_QUALITY: dict[Grade, tuple[str, str]] = {
    "good": ("✓", "Good signal"),
    "fair": ("▲", "Fair signal"),
    "poor": ("✕", "Poor signal"),
}


def facts_html(analysis: Analysis) -> str:
    """The band on top of every page, as HTML; what a file says is escaped."""
    record = analysis.record
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts_of(record)
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in record.notes)
    return (
        '<section class="kalium-facts" aria-label="Chosen ECG">'
        f'<div class="kalium-title"><h2>{escape(record.source.name)}</h2>{_badges(analysis)}</div>'
        f"<dl>{facts}</dl>{f'<ul>{notes}</ul>' if notes else ''}</section>"
    )


def scan_facts_html(scan: Scan) -> str:
    """The same band while a digitized page is looked at and not analysed as it now is; as HTML."""
    weakest = scan.weakest
    level = confidence_level(weakest.confidence)
    words = f"Lowest lead confidence: {weakest.lead} {confidence_words(weakest.confidence)}"
    unknown = '<span class="kalium-badge kalium-poor">✕ Scale not known</span>'
    notes = "".join(f"<li>{escape(note)}</li>" for note in scan.notes)
    return (
        '<section class="kalium-facts" aria-label="Chosen ECG">'
        f'<div class="kalium-title"><h2>{escape(scan.name)}</h2>{"" if scan.document.scale_known else unknown}'
        f'<span class="kalium-badge kalium-{level.word}">{escape(words)}</span>'
        f'<span class="kalium-summary">Digitized from {scan.pages_words}.</span></div>'
        f"{f'<ul>{notes}</ul>' if notes else ''}</section>"
    )


def facts_of(record: ECGRecord) -> list[tuple[str, str]]:
    """What is known about patient and recording, as name and value; what is unknown is left out or said so."""
    patient = record.patient
    facts = [
        ("Patient", patient.identifier),
        ("Age", "unknown" if patient.age_years is None else f"{patient.age_years:.0f} years"),
        ("Sex", patient.sex or "unknown"),
        ("Recorded", record.recorded_at and f"{record.recorded_at:%-d %b %Y, %H:%M}"),
        ("Device", record.source.device),
        ("Leads", _leads(record)),
        ("Sampling rate", f"{record.fs_hz:g} Hz"),
        ("Length", _length(record.duration_s)),
        ("Format", record.source.format),
    ]
    return [(name, value) for name, value in facts if value]


def _leads(record: ECGRecord) -> str:
    derived = [lead for lead in record.leads if lead in record.derived_leads]
    names = f"{len(record.leads)}" if len(record.leads) > 4 else ", ".join(record.leads)
    return f"{names} (derived: {', '.join(derived)})" if derived else names


def _length(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _badges(analysis: Analysis) -> str:
    sign, word = _QUALITY[analysis.quality.grade]
    badges = (
        f'<span class="kalium-badge kalium-{analysis.quality.grade}"><b aria-hidden="true">{sign}</b> {word}</span>'
        f'<span class="kalium-summary">{escape(analysis.quality.summary)}</span>'
    )
    if analysis.annotation.by_hand is not None:
        badges += (
            '<span class="kalium-badge"><b aria-hidden="true">✎</b> Beats or waves corrected by hand</span>'
        )
    if analysis.record.simulated:
        return '<span class="kalium-badge kalium-simulated">SIMULATED, no patient\'s ECG</span>' + badges
    return badges
