"""The delineation method whose waves are shown and measured, and a second one on the same trace."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from app import state
from app.components.downloads import table_with_download
from app.components.text import as_markdown
from ecg_core.analysis import Analysis
from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.methods import DEFAULT_METHOD, delineators
from ecg_core.annotation.notices import notices
from ecg_core.annotation.types import Annotation
from ecg_core.measurements.measure import measure
from ecg_core.record import ECGRecord

_FOUND = "second_method_found"
_AUTOMATIC = "As found, without corrections"


_METHODS_HELP = (
    "learned: a small network, the most accurate in our measurements. multilead: rules over all leads together. "
    "prominence, dwt: methods of NeuroKit2."
)


@dataclass(frozen=True, eq=False)
class _Found:
    """What a method found in a signal, kept so that it is searched once only."""

    signal: ECGRecord
    method: str
    annotation: Annotation


def choose_method() -> None:
    """The method that finds the waves, for this and all following ECGs of the session."""
    key = "method"
    st.session_state[key] = state.method()  # also where another one was chosen and failed
    st.selectbox(
        "Waves found by",
        list(delineators()),
        format_func=lambda name: f"{name} (default)" if name == DEFAULT_METHOD else name,
        key=key,
        on_change=lambda: state.use_method(st.session_state[key]),
        width=200,
        help=_METHODS_HELP,
    )


def draw_method_notice() -> None:
    """That potassium does not follow the choice of another method."""
    if state.method() != DEFAULT_METHOD:
        st.caption(
            f"Waves and intervals on this page are by the method {state.method()}. **Potassium stays judged with the "
            f"default method, {DEFAULT_METHOD},** which its networks were trained with."
        )


def choose_second_method(analysis: Analysis) -> Annotation | None:
    """What the method to compare with found; None while there is none to compare with."""
    shown = analysis.annotation.method
    methods = [name for name in delineators() if name != shown]
    options = [*([_AUTOMATIC] if analysis.annotation.by_hand is not None else []), *methods]
    method = st.selectbox(
        "Compare with",
        options,
        index=None,
        placeholder="No other method",
        key=f"second_method_{state.n_opened()}",
        persist_state="session",
        width=220,
        help="Another method's waves are drawn as bars below those that are shown.",
    )
    if method is None or method not in options:
        return None
    return analysis.automatic.shown if method == _AUTOMATIC else _found(analysis.filtered.record, method)


def _found(signal: ECGRecord, method: str) -> Annotation:
    kept: _Found | None = st.session_state.get(_FOUND)
    if kept is None or kept.signal is not signal or kept.method != method:
        with st.spinner(f"Finding waves by {method}…"):
            kept = _Found(signal, method, annotate(signal, method))
        st.session_state[_FOUND] = kept
    return kept.annotation


def draw_comparison(analysis: Analysis, second: Annotation) -> None:
    """The intervals by both methods side by side."""
    st.subheader("Two methods compared")
    for notice in notices(second):
        st.warning(as_markdown(notice))
    ours = f"{analysis.annotation.method}{'' if analysis.annotation.by_hand is None else ' + by hand'}"
    theirs = second.method if second.method != analysis.annotation.method else f"{second.method}, as found"
    rows = [
        (one.name, one.value, other.value, other.value - one.value, one.unit, one.n_beats, other.n_beats)
        for one, other in zip(analysis.measurements, measure(second, analysis.filtered.record), strict=True)
        if one.group != "Per lead"
    ]
    columns = ["Measurement", ours, theirs, "Difference", "Unit", f"Beats ({ours})", f"Beats ({theirs})"]
    whole = {name: st.column_config.NumberColumn(format="%.0f") for name in (ours, theirs, "Difference")}
    table_with_download(
        pd.DataFrame(rows, columns=columns).round(1),
        key="two_methods",
        filename="two_methods",
        height="content",
        column_config=whole,
    )
