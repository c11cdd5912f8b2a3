"""What the user entered about the patient's earlier ECGs: one list per browser session, kept over all pages."""

from __future__ import annotations

import streamlit as st

from ecg_core.patient.history import EarlierECG, by_time

_EARLIER = "patient_earlier"


def earlier_ecgs() -> tuple[EarlierECG, ...]:
    """All that were entered, the oldest first."""
    known: tuple[EarlierECG, ...] = st.session_state.get(_EARLIER, ())
    return known


def remember(one: EarlierECG) -> None:
    """Add one more."""
    st.session_state[_EARLIER] = by_time((*earlier_ecgs(), one))


def forget(one: EarlierECG) -> None:
    """Take one away again."""
    st.session_state[_EARLIER] = tuple(other for other in earlier_ecgs() if other is not one)
