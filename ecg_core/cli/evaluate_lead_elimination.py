"""`evaluate lead-elimination`: how good findings and ECG age are with fewer and fewer leads."""

from __future__ import annotations

import argparse

import pandas as pd

from ecg_core.evaluation.lead_elimination import BUNDLED, in_words, read_curves

_MEASURE = {"findings": "mean AUPRC of six findings", "age": "mean absolute error in years"}


def run(arguments: argparse.Namespace) -> int:
    """Print the curves of each folder; returns the exit status."""
    for folder in arguments.checkpoints or [BUNDLED]:
        print(describe(read_curves(folder)))
    return 0


def describe(curves: pd.DataFrame) -> str:
    """The curves in words and columns."""
    parts = []
    for task, curve in curves.groupby("task", sort=False):
        shown = pd.DataFrame(
            {
                "leads": curve["n_leads"],
                "which": [in_words(leads.split(", ")) for leads in curve["leads"]],
                "fold 10 [95 % interval]": [
                    f"{value:.3f} [{low:.3f}, {high:.3f}]"
                    for value, low, high in zip(curve["value"], curve["low"], curve["high"], strict=True)
                ],
                "cross-validation": curve["selection"].map("{:.3f}".format),
                "dropped next": curve["dropped"],
            }
        )
        title = f"{task}: {_MEASURE[str(task)]}, {curve['n'].iloc[0]} records of fold 10"
        parts.append(f"{title}\n{shown.to_string(index=False)}")
    return "\n\n".join(parts)
