"""What would have to change: one sign at a time, and the patient's own beat at other levels. All of it simulated."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import state
from app.components.downloads import csv_download, figure_with_downloads
from app.components.on_request import on_request
from ecg_core.analysis import Analysis
from ecg_core.explanation.counterfactual import moved_beats
from ecg_core.explanation.one_sign import Shift, shifts
from ecg_core.figures.provenance import RESEARCH_ESTIMATE
from ecg_core.figures.what_if import moved_beats_figure, shifts_figure
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.types import Prediction


def draw_shifts(analysis: Analysis, checkpoint: Checkpoint) -> None:
    """How far moving each sign in the patient's own ECG moves this model's estimate."""
    st.markdown("**What would have to change to move this estimate**")
    found = on_request(
        f"shifts_{checkpoint.card.name}",
        "Move each sign and estimate again",
        (analysis,),
        lambda progress: shifts(analysis, checkpoint, progress),
    )
    if found is None:
        return
    as_it_is, rows = found
    figure_with_downloads(
        shifts_figure(rows, state.is_dark()),
        key=f"shifts_figure_{checkpoint.card.name}",
        filename=f"signs_moved_{checkpoint.card.name}",
        alt="How far each moved sign shifts the estimate",
        origin=RESEARCH_ESTIMATE,
    )
    st.markdown("\n".join(f"- {line}" for line in per_meq_l(rows)) or "None of them moves it clearly.")
    st.caption(
        f"**Simulated:** the patient's own ECG (first 10 s, estimate {as_it_is:.1f} mEq/L) with one sign changed at a time and "
        "everything measured again. What 1 mEq/L would take is drawn out in a straight line, which no network follows far."
    )
    csv_download(shifts_table(rows), key=f"shifts_csv_{checkpoint.card.name}", filename="signs_moved")


def per_meq_l(rows: Sequence[Shift]) -> list[str]:
    """For each sign that moves the estimate clearly, how many such changes 1 mEq/L would take."""
    lines = []
    for row in rows:
        if math.isfinite(row.amount_per_meq_l):
            times = row.amount_per_meq_l / row.moved.amount
            way = "higher" if row.shift_meq_l > 0 else "lower"
            lines.append(f"{row.moved.words}: {times:.1f} times that change for an estimate 1 mEq/L {way}")
    return lines


def shifts_table(rows: Sequence[Shift]) -> pd.DataFrame:
    """A row per change."""
    return pd.DataFrame(
        {
            "change": [row.moved.words for row in rows],
            "k_meq_l": [row.k_meq_l for row in rows],
            "shift_meq_l": [row.shift_meq_l for row in rows],
            "amount_per_meq_l": [row.amount_per_meq_l for row in rows],
            "unit": [row.moved.unit for row in rows],
        }
    )


def draw_moved_beats(analysis: Analysis, prediction: Prediction | None) -> None:
    """The patient's own median beats at 1 mEq/L less and more than today."""
    st.markdown("**The patient's own beat at 1 mEq/L less and more**")
    k_meq_l = prediction.k_meq_l if prediction is not None else math.nan
    beats = on_request(
        "moved_beats",
        "Simulate the beats",
        (analysis, round(k_meq_l, 3) if math.isfinite(k_meq_l) else None),
        lambda progress: moved_beats(analysis, k_meq_l),
    )
    if beats is None:
        return
    figure_with_downloads(
        moved_beats_figure(beats, state.is_dark()),
        key="moved_beats_figure",
        filename="moved_beats_simulated",
        alt="Today's median beat with simulated ones at 1 mEq/L less and more",
        origin="Solid: this ECG. Dashed and dotted: SIMULATED from it.",
    )
    st.caption(
        "**Simulated**, as the typical patient of the simulation would change; this patient may answer more, less or not at all."
    )
