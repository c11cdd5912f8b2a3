"""The age that the ECG looks like, beside the age in the file."""

from __future__ import annotations

import math

import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads
from ecg_core.figures.findings import age_figure
from ecg_core.record import Patient
from ecg_core.twelve_lead.types import TwelveLeadAnswer


def draw_age(answer: TwelveLeadAnswer, patient: Patient) -> None:
    """ECG age with its interval, and the age in the file where it is known."""
    st.subheader("ECG age")
    words = age_words(answer, patient.age_years)
    st.markdown(words)
    figure_with_downloads(
        age_figure(answer, patient.age_years, state.is_dark()),
        key=f"age_{state.n_opened()}",
        filename="ecg_age",
        alt=words,
    )
    st.caption(
        "How old patients with ECGs like this one were, on average. It says nothing about a cause; the interval holds "
        "the age of nine in ten patients, and ages at both ends of life are drawn towards the middle."
    )


def age_words(answer: TwelveLeadAnswer, age_years: float | None) -> str:
    """``"**64 years** (90 % interval 48 to 79). Age in the file: 60 years."``"""
    known = math.isfinite(answer.age_low) and math.isfinite(answer.age_high)
    interval = (
        f"90 % interval {max(answer.age_low, 0):.0f} to {answer.age_high:.0f}"
        if known
        else "interval not known"
    )
    said = f"**{answer.age_years:.0f} years** ({interval}). "
    if age_years is None:
        return f"{said}Age not in the file."
    inside = answer.age_low <= age_years <= answer.age_high
    return (
        f"{said}Age in the file: **{age_years:.0f} years**, {'inside' if inside else 'outside'} the interval."
    )
