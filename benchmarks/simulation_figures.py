"""The figures of docs/simulation.md. Matplotlib comes with NeuroKit2; the app does not use it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.filtering.pipeline import filter_record
from ecg_core.leads import INDEPENDENT_LEADS, STANDARD_LEADS, standard_from_independent
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.simulation.effects import TYPICAL_PATIENT, potassium_change
from ecg_core.simulation.landmarks import find_landmarks
from ecg_core.simulation.morph import MorphStyle, morph

matplotlib.use("Agg")
from matplotlib import pyplot as plt

SHOWN = {
    "Tw50_II": "T width, II (ms)",
    "Tw50_V5": "T width, V5 (ms)",
    "SsqA_V5": "T downslope / √amplitude, V5",
    "Tdn_V5": "T downslope, V5 (mV/s)",
    "T_V5": "T amplitude, V5 (mV)",
    "P_II": "P amplitude, II (mV)",
    "QRS": "QRS duration (ms)",
    "R_V5": "R amplitude, V5 (mV)",
    "HR": "heart rate (bpm)",
}
LEVELS = (2.2, 3.0, 4.2, 6.0, 7.5, 9.0)
STYLES = {
    "time warped": MorphStyle(1.0),
    "Hermite functions": MorphStyle(0.0, "hermite"),
    "repolarisation": MorphStyle(0.0, "repolarisation"),
}
_MEASURED, _SIMULATED = "#c2500a", "#0a6c8c"
_DPI = 90


def draw_classes(table: pd.DataFrame, measured: dict[str, Any], path: Path) -> None:
    """Median and quartiles per class, measured beside simulated."""
    fig, axes = plt.subplots(3, 3, figsize=(11, 8.5), layout="constrained")
    places = np.arange(len(measured["classes_mEq_per_L"]))
    for axis, (name, words) in zip(axes.flat, SHOWN.items(), strict=True):
        simulated = np.array(
            [np.nanquantile(rows[name], (0.5, 0.25, 0.75)) for _, rows in table.groupby("class")]
        )
        real = np.array(measured["median_q25_q75"][name])
        for shift, rows, colour, label in (
            (-0.12, real, _MEASURED, f"measured, n = {sum(measured['n_delineated'])}"),
            (0.12, simulated, _SIMULATED, f"simulated, n = {len(table)}"),
        ):
            error = np.abs(rows[:, 1:].T - rows[:, 0])
            axis.errorbar(places + shift, rows[:, 0], error, fmt="o", color=colour, capsize=3, label=label)
        axis.set_title(words, fontsize=10)
        axis.set_xticks(places, measured["classes_mEq_per_L"], fontsize=8)
        axis.grid(axis="y", alpha=0.3)
    axes.flat[0].legend(fontsize=8)
    fig.supxlabel("potassium, mEq/L")
    fig.suptitle("Medians and quartiles per potassium class: real emergency ECGs and simulated ECGs")
    fig.savefig(path, dpi=_DPI)
    plt.close(fig)


def draw_beats(path: Path) -> None:
    """The median beat of one real ECG at several levels, made in three ways."""
    example = next(one for one in list_examples() if one.key == "normal")
    base = filter_record(open_ecg(example.path)).record
    landmarks = find_landmarks(annotate(base))
    signal_mv = base.select(INDEPENDENT_LEADS).signal_mv
    fig, axes = plt.subplots(
        len(STYLES), len(LEVELS), figsize=(12, 7), sharex=True, sharey=True, layout="constrained"
    )
    for row, (words, style) in zip(axes, STYLES.items(), strict=True):
        for axis, level in zip(row, LEVELS, strict=True):
            change = potassium_change(level, TYPICAL_PATIENT)
            changed = morph(signal_mv, base.fs_hz, landmarks, change, style)
            record = replace(base, signal_mv=standard_from_independent(changed), leads=STANDARD_LEADS)
            cycles = cut_cycles(record, annotate(record))
            for lead, colour in (("V5", _SIMULATED), ("II", _MEASURED)):
                beat = cycles[lead].median_mv
                axis.plot((np.arange(beat.size) - 180) / 500, beat, color=colour, lw=1.2, label=lead)
            axis.set_title(f"K {level:g}" if row is axes[0] else "", fontsize=10)
            axis.set_ylim(-0.7, 1.6)
            axis.grid(alpha=0.3)
        row[0].set_ylabel(f"{words}\nmV")
    axes[0, 0].legend(fontsize=8)
    fig.supxlabel("seconds from R")
    fig.suptitle("One real ECG (PTB-XL 185) as a typical patient's might look: simulated, median beats")
    fig.savefig(path, dpi=_DPI)
    plt.close(fig)
