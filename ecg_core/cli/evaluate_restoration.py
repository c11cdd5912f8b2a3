"""`evaluate restoration`: how well absent leads were estimated on the test records."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from ecg_core.errors import ECGError
from ecg_core.training.restoration_checkpoint import RESTORED, summarize_parts
from ecg_core.twelve_lead.restore import BUNDLED

_PARTS = {
    "test": "ECGs of PTB-XL's fold 10 of which nothing was learned",
    "external": "LUDB, of which nothing was learned at all",
}


def run(arguments: argparse.Namespace) -> int:
    """Print the measures of each checkpoint's evaluation table; returns the exit status."""
    for folder in arguments.checkpoints or [BUNDLED]:
        print(describe(summarize_parts(_table(folder / RESTORED))))
    return 0


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ECGError(f"{path} is not a readable evaluation table of restored leads.") from error


def describe(summary: pd.DataFrame) -> str:
    """The summary in words and columns."""
    parts = []
    for part, rows in summary.groupby("part", sort=False):
        title = f"{_PARTS[str(part)]} ({rows['n'].iloc[0]} records)"
        shown = pd.DataFrame(
            {
                "measured": rows["measured"],
                "median r": rows["r"],
                "least squares": rows["linear_r"],
                "gain [95 % interval]": [
                    f"{gain:+.4f} [{low:+.4f}, {high:+.4f}]"
                    for gain, low, high in zip(rows["gain"], rows["gain_low"], rows["gain_high"], strict=True)
                ],
                "error uV": rows["mae_uv"].map("{:.0f}".format),
                "least squares uV": rows["linear_mae_uv"].map("{:.0f}".format),
            }
        )
        table = shown.to_string(index=False, float_format="{:.4f}".format)
        parts.append(f"{title}\nMedian r over restored leads and records, by measured leads\n{table}")
    return "\n\n".join(parts)
