"""Predictions as the table that the command line writes and the dashboard offers for download."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ecg_core.inference.types import Prediction

COLUMNS = ("file", "model", "k_meq_l", "k_low", "k_high", "p_hypo", "p_hyper", "flags")


def predictions_table(file: str, predictions: Sequence[Prediction]) -> pd.DataFrame:
    """A row per model with the columns `COLUMNS`; potassium in mEq/L, flag codes joined by ``;``."""
    rows = [
        (
            file,
            p.model,
            p.k_meq_l,
            p.k_low,
            p.k_high,
            p.p_hypo,
            p.p_hyper,
            ";".join(flag.code for flag in p.flags),
        )
        for p in predictions
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
