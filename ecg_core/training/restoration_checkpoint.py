"""From base ECGs to the checkpoint of the network that restores leads: train, judge on held-out records, write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ecg_core.datasets.base_ecg import ListedECG
from ecg_core.datasets.waveforms import Part, Waveforms
from ecg_core.evaluation.restoration import expected, restoration_table, summarize_restoration
from ecg_core.models.shapes import count_parameters
from ecg_core.models.twelve_lead.u_resnet import UResNet
from ecg_core.network_files import store
from ecg_core.training.loop import Epoch, loss_curve
from ecg_core.training.restoration import Report, train_restoration
from ecg_core.whole_files import replaced_at_once

RESTORED = "restored_leads.parquet"  # how each lead of each test record was restored
_JUDGED: tuple[Part, ...] = ("test", "external")
_NUMBERS = ("r", "mae_uv", "linear_r", "linear_mae_uv")


def train_restoration_checkpoint(
    bases: Iterable[ListedECG], out: Path, cache: Path, runs: Path, seed: int, report: Report
) -> pd.DataFrame:
    """Train, judge, and write weights, card, evaluation table and loss curve to `out`; returns the summary by part and set of leads."""
    model, history, waveforms = train_restoration(bases, cache, runs, seed, report)
    present = [part for part in _JUDGED if (waveforms.table["part"] == part).any()]
    report(f"judging on {', '.join(present)}")
    table = pd.concat([_judged(model, waveforms, part) for part in present], ignore_index=True)
    summary = summarize_parts(table)
    store(model, out, _card(waveforms, history, seed, table, summary))
    with replaced_at_once(out / RESTORED) as unfinished:
        table.to_parquet(unfinished, index=False, compression="zstd")
    loss_curve(history).to_csv(out / "training.csv", index=False)
    return summary


def summarize_parts(table: pd.DataFrame) -> pd.DataFrame:
    """`summarize_restoration` of each part of the evaluation table, with the column `part`."""
    parts = [
        summarize_restoration(rows).assign(part=part)
        for part, rows in table.groupby("part", sort=False, observed=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _judged(model: UResNet, waveforms: Waveforms, part: Part) -> pd.DataFrame:
    chosen = waveforms.table[waveforms.table["part"] == part]
    table = restoration_table(waveforms.part_mv(part), chosen["record_id"].tolist(), model)
    table[list(_NUMBERS)] = table[list(_NUMBERS)].astype("float32")
    return table.assign(part=part)


def _card(
    waveforms: Waveforms, history: Sequence[Epoch], seed: int, table: pd.DataFrame, summary: pd.DataFrame
) -> dict[str, Any]:
    learned = waveforms.table[waveforms.table["part"] == "train"]
    counts = learned["source"].value_counts()
    return {
        "name": "restoration",
        "title": "Restored leads",
        "summary": "Estimates leads that were not recorded from those that were: linear least squares, and what it misses by a U-Net.",
        "source": "UResNet of Gedon, Ribeiro, Wahlström and Schön, Computing in Cardiology 2021",
        "n_parameters": count_parameters(UResNet()),
        "inputs": "Filtered millivolts at 125 Hz, any of I, II, V1-V6, any length; gaps are NaN",
        "trained_on": {
            "description": "Waveforms without labels, five seconds of each ECG in every epoch with leads taken away at random: "
            + ", ".join(f"{n} of {source}" for source, n in counts.items())
            + ". Part of them are waveforms of PTB-XL's fold 10: whoever judges another model on restored leads of fold 10 must"
            " leave those out (datasets.waveforms.part_of).",
            "n_records": len(learned),
            "recipe": "Adam with cosine decay from 2e-3, batches of 32, L1 loss relative to each lead's mean absolute value",
            "seed": seed,
            "epochs": len(history),
            "seconds": round(sum(epoch.seconds for epoch in history)),
        },
        "expected": expected(table[table["part"] == "test"]),
        "results": {
            "description": "Median Pearson r over restored leads and records at 125 Hz, with 95 % bootstrap intervals over records; "
            "linear: least squares fitted on the same training records. test: ECGs of PTB-XL's fold 10 of which nothing was learned; "
            "external: LUDB, of which nothing was learned at all.",
            "rows": json.loads(summary.round(4).to_json(orient="records")),
        },
        "limits": [
            "Restored leads are estimates, nearer to the usual than the patient's own leads: no ground for a diagnosis.",
            "What shows in one lead alone (an infarct, a Brugada pattern, ST elevation) cannot be restored from others.",
            "Amplitudes of restored leads are less reliable than their form.",
            "Research software: not for diagnosis or treatment.",
        ],
        "licence": "same as the project",
    }
