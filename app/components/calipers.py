"""Calipers: a box drawn on the paper gives a time, a rate and a voltage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from app.components.downloads import csv_download
from ecg_core.figures.page import Page
from ecg_core.figures.strips import strip_in_box
from ecg_core.record import ECGRecord


@dataclass(frozen=True)
class Caliper:
    """One measurement on the paper."""

    lead: str
    start_s: float
    interval_ms: float
    amplitude_mv: float

    @property
    def rate_bpm(self) -> float:
        """The rate whose beats are this far apart."""
        return 60_000 / self.interval_ms


def measure_box(page: Page, record: ECGRecord, box: dict[str, Any]) -> Caliper | None:
    """What a box selection (``{"x": [mm, mm], "y": [mm, mm]}``) measures; None for a box without width."""
    left, right = sorted(float(x) for x in box["x"])
    low, high = sorted(float(y) for y in box["y"])
    if right <= left:
        return None
    strip = strip_in_box(page, record, (left, right), (low, high))
    return Caliper(
        strip.lead,
        page.time_s(strip, left),
        (right - left) / page.speed_mm_s * 1000,
        (high - low) / page.gain_mm_mv,
    )


def remember_box(chart_key: str, list_key: str, page: Page, record: ECGRecord) -> None:
    """Add the box just drawn on a chart to the list of measurements (a chart's callback)."""
    measured: list[Caliper] = st.session_state.setdefault(list_key, [])
    for box in st.session_state[chart_key]["selection"]["box"]:
        caliper = measure_box(page, record, box)
        if caliper is not None and caliper not in measured:
            measured.append(caliper)


def draw_reading(list_key: str) -> None:
    """The last measurement in large figures, or how to make one."""
    measured: list[Caliper] = st.session_state.get(list_key, [])
    if not measured:
        st.html(
            '<p class="kalium-reading">Calipers: drag a box on the trace to measure time and voltage.</p>'
        )
        return
    last = measured[-1]
    st.html(
        f'<p class="kalium-reading" role="status"><b>{last.interval_ms:.0f} ms</b>'
        f"<b>{last.rate_bpm:.0f} bpm</b><b>{last.amplitude_mv:.2f} mV</b>"
        f"<span>in {last.lead} from {last.start_s:.2f} s</span></p>"
    )


def draw_list(list_key: str) -> None:
    """All measurements of this ECG, with a way to clear and to save them."""
    measured: list[Caliper] = st.session_state.get(list_key, [])
    if not measured:
        return
    st.subheader("Caliper measurements")
    table = pd.DataFrame(
        {
            "Lead": [c.lead for c in measured],
            "From (s)": [round(c.start_s, 3) for c in measured],
            "Time (ms)": [round(c.interval_ms) for c in measured],
            "Rate (bpm)": [round(c.rate_bpm) for c in measured],
            "Voltage (mV)": [round(c.amplitude_mv, 2) for c in measured],
        }
    )
    st.dataframe(table, hide_index=True, key=f"{list_key}_table")
    with st.container(horizontal=True):
        csv_download(table, key=f"{list_key}_csv", filename="calipers")
        st.button("Clear", icon=":material/delete:", type="tertiary", on_click=measured.clear)
