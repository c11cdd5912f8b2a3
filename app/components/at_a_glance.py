"""What a cardiograph prints on top of an ECG: rate, intervals, axis, and what stands out in the rhythm."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.components.measurements_panel import value_words
from app.components.rhythm_words import fact_name, found_name
from app.components.text import as_markdown, inside_a_sentence
from ecg_core.analysis import Analysis
from ecg_core.measurements.types import Measurement
from ecg_core.rhythm.types import RhythmFacts

_SHOWN = (
    ("Rate", "heart_rate_bpm"),
    ("PR", "pr_ms"),
    ("QRS", "qrs_ms"),
    ("QT", "qt_ms"),
    ("QTc (Fridericia)", "qtc_fridericia_ms"),
    ("QRS axis", "qrs_axis_deg"),
)


def draw_at_a_glance(analysis: Analysis) -> None:
    """An alert where electrodes look exchanged, and a line of readings."""
    if analysis.quality.electrodes is not None:
        st.error(f"**{as_markdown(analysis.quality.electrodes)}.**", icon=":material/swap_horiz:")
    st.html(glance_html(analysis))


def glance_html(analysis: Analysis) -> str:
    """The line as HTML: medians over the beats, and a badge for each fact found."""
    by_key = {measurement.key: measurement for measurement in analysis.measurements}
    n_beats = analysis.annotation.n_beats
    values = "".join(
        f"<div><dt>{name}</dt><dd>{_reading(by_key[key], n_beats)}</dd></div>" for name, key in _SHOWN
    )
    return (
        '<section class="kalium-glance" aria-label="Rate, intervals and rhythm">'
        f"<dl>{values}</dl><p>{_rhythm_badges(analysis.rhythm)}</p></section>"
    )


def _reading(measurement: Measurement, n_beats: int) -> str:
    """The value; where most beats had none to give, from how many it is."""
    words, n_measured = value_words(measurement.value, measurement.unit), measurement.n_beats
    if not 0 < n_measured < n_beats / 2:
        return words
    return f"{words} <small>in {n_measured} of {n_beats} beats</small>"


def _rhythm_badges(rhythm: RhythmFacts) -> str:
    badges = [
        f'<span class="kalium-badge kalium-fair" title="{escape(fact.text)}"><b aria-hidden="true">▲</b> '
        f"{escape(found_name(fact))}</span>"
        for fact in rhythm.found
    ]
    not_assessed = [fact_name(fact) for fact in rhythm.facts if fact.found is None]
    if not badges and len(not_assessed) < len(rhythm.facts):
        badges = [
            '<span class="kalium-badge kalium-good"><b aria-hidden="true">✓</b> No rhythm finding</span>'
        ]
    if not_assessed:
        badges.append(
            f'<span class="kalium-summary">Not assessed: {escape(", ".join(map(inside_a_sentence, not_assessed)))}</span>'
        )
    return " ".join(badges)
