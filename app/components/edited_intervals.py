"""Intervals of the chosen beat and over all beats, beside what they were before the corrections."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.components.text import number
from ecg_core.analysis import Analysis
from ecg_core.annotation.draft import SAME_BEAT_S
from ecg_core.measurements.beat_intervals import beat_intervals_ms


def draw_intervals(analysis: Analysis, beat: int) -> None:
    """A small table: this beat and the median over beats; where a value changed, what it was stands with it."""
    annotation, found = analysis.annotation, analysis.automatic.shown
    now, was = beat_intervals_ms(annotation), beat_intervals_ms(found)
    same = _same_beat(found.r_peaks / found.fs_hz, annotation.r_peaks[beat] / annotation.fs_hz)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in now)
    this = "".join(
        _cell(float(now[name][beat]), np.nan if same is None else float(was[name][same])) for name in now
    )
    all_beats = "".join(_cell(_median(now[name]), _median(was[name])) for name in now)
    st.html(
        '<table class="kalium-intervals" role="status"><thead><tr><td></td>'
        f'{heads}</tr></thead><tbody><tr><th scope="row">Beat {beat + 1}</th>{this}</tr>'
        f'<tr><th scope="row">Median of all beats</th>{all_beats}</tr></tbody></table>'
    )


def _cell(now_ms: float, was_ms: float) -> str:
    now, was = number(now_ms), number(was_ms)
    changed = f" <small>found: {was}</small>" if was != now else ""
    return f"<td><b>{now}</b> ms{changed}</td>"


def _median(values_ms: NDArray[np.float64]) -> float:
    known = values_ms[np.isfinite(values_ms)]
    return float(np.median(known)) if known.size else np.nan


def _same_beat(found_r_s: NDArray[np.float64], r_s: float) -> int | None:
    """The beat as the method found it."""
    if not found_r_s.size:
        return None
    nearest = int(np.abs(found_r_s - r_s).argmin())
    return nearest if abs(found_r_s[nearest] - r_s) <= SAME_BEAT_S else None
