"""The form for filter settings."""

from __future__ import annotations

import streamlit as st

from app import state
from ecg_core.filtering.settings import FilterResult, FilterSettings, Mains

_MAINS: dict[str, Mains] = {"Automatic": "auto", "50 Hz": 50, "60 Hz": 60, "Off": None}
_LOW_PASS: dict[str, float | None] = {"Off": None, "40 Hz": 40.0, "100 Hz": 100.0, "150 Hz": 150.0}
_HIGH_PASS_HZ = 0.5


def draw_filter_form(filtered: FilterResult) -> None:
    """Show the settings in force and analyse the ECG again when others are applied."""
    settings = filtered.settings
    with st.form(f"filter_{state.n_opened()}", border=False):
        baseline = st.checkbox("Remove baseline wander (wavelet)", value=settings.remove_baseline)
        high_pass = st.checkbox("0.5 Hz high-pass", value=settings.high_pass_hz is not None)
        mains = st.radio(
            "Mains interference",
            list(_MAINS),
            index=list(_MAINS.values()).index(settings.mains_hz),
            horizontal=True,
        )
        low_pass = st.radio(
            "Low-pass",
            list(_LOW_PASS),
            index=list(_LOW_PASS.values()).index(settings.low_pass_hz),
            horizontal=True,
        )
        if st.form_submit_button("Apply", type="primary"):
            chosen = FilterSettings(
                baseline, _HIGH_PASS_HZ if high_pass else None, _MAINS[mains], _LOW_PASS[low_pass]
            )
            state.refilter(chosen)
            st.rerun()


def filter_words(filtered: FilterResult) -> str:
    """What was done to the signal, in one line, as carts print it."""
    settings = filtered.settings
    steps = [
        "baseline removed" if settings.remove_baseline else "",
        f"{settings.high_pass_hz:g} Hz high-pass" if settings.high_pass_hz else "",
        f"{filtered.mains_hz:g} Hz mains removed" if filtered.mains_hz else "",
        f"{settings.low_pass_hz:g} Hz low-pass" if settings.low_pass_hz else "",
    ]
    return ", ".join(filter(None, steps)) or "no filter"
