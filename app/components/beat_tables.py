"""Measurements and beats as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ecg_core.annotation.draft import MARK_WORDS, QRS
from ecg_core.annotation.types import PEAK, Annotation, Cycles
from ecg_core.measurements.beat_intervals import beat_intervals_ms
from ecg_core.measurements.types import Measurement

_WAVES = ("P", "QRS", "T")
_LAST_SHOWN = "Cut around R only"
_SHORT = {
    "R peak (s)": "R (s)",
    "QTc (Fridericia) (ms)": "QTc (ms)",
    "In median beat": "In median",
    _LAST_SHOWN: "R only",
}
_COLUMN_PX = 72


def measurement_table(measurements: Sequence[Measurement]) -> pd.DataFrame:
    """A row for each measurement, to take away: what and where, its values to 3 decimals, and by which definition."""
    return pd.DataFrame(
        {
            "key": m.key,
            "measurement": m.name,
            "group": m.group,
            "leads": " ".join(m.leads),
            "unit": m.unit,
            "median": m.value,
            "lower_quartile": m.low,
            "upper_quartile": m.high,
            "median_beat": m.median_beat,
            "beats": m.n_beats,
            "definition": m.source,
        }
        for m in measurements
    ).round(3)


def beat_table(annotation: Annotation, cycles: Cycles) -> pd.DataFrame:
    """A row for each beat: when, its intervals, how it was used in this lead, what is by hand, and its marks."""
    r_s = annotation.r_peaks / annotation.fs_hz
    intervals = {f"{name} (ms)": np.round(ms) for name, ms in beat_intervals_ms(annotation).items()}
    return pd.DataFrame(
        {
            "Beat": np.arange(1, annotation.n_beats + 1),
            "R peak (s)": np.round(r_s, 3),
            "RR (ms)": np.round(np.diff(r_s, prepend=np.nan) * 1000),
            **intervals,
            "By hand": [hand_words(annotation, beat) for beat in range(annotation.n_beats)],
            "In median beat": np.where(cycles.in_median, "yes", "no"),
            "Cut around R only": np.where(annotation.r_only, "yes", "no"),
            **_marks(annotation),
        }
    )


def beat_view(table: pd.DataFrame) -> dict[str, Any]:
    """How `st.dataframe` shows a table of `beat_table`: as much as a tablet has room for; the times of marks are saved only."""
    names = [str(name) for name in table.columns]
    shown = names[: names.index(_LAST_SHOWN) + 1]
    if not table["By hand"].any():
        shown.remove("By hand")
    headings = {name: st.column_config.Column(_SHORT.get(name), width=_COLUMN_PX) for name in shown}
    return {"column_order": shown, "column_config": headings}


def hand_words(annotation: Annotation, beat: int) -> str:
    """What of a beat was decided by hand, as ``"T offset, no P"``; empty where nothing was."""
    by_hand = annotation.by_hand
    if by_hand is None:
        return ""
    if by_hand.left_out[beat]:
        return "left out"
    words = ["added"] if by_hand.added[beat] else []
    waves = annotation.waves
    for wave, marks in enumerate((waves.p[beat], waves.qrs[beat], waves.t[beat])):
        hand = by_hand.marks[beat, wave].copy()
        if wave == QRS and by_hand.added[beat]:
            hand[PEAK] = False  # that is what "added" says
        if hand.all() and np.isnan(marks).all():
            words.append(f"no {_WAVES[wave]}")
        else:
            words += [name for name, is_hand in zip(MARK_WORDS[wave], hand, strict=True) if is_hand]
    return ", ".join(words)


def _marks(annotation: Annotation) -> dict[str, np.ndarray]:
    """Times of the waves over all leads in seconds, by column title; R stands in its own column."""
    waves = (annotation.waves.p, annotation.waves.qrs, annotation.waves.t)
    return {
        f"{MARK_WORDS[wave][column]} (s)": np.round(marks[:, column] / annotation.fs_hz, 3)
        for wave, marks in enumerate(waves)
        for column in range(3)
        if (wave, column) != (QRS, PEAK)
    }
