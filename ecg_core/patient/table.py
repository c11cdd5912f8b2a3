"""Earlier ECGs as a table to take away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ecg_core.inference.types import Prediction
from ecg_core.patient.history import EarlierECG


def history_table(earlier: Sequence[EarlierECG]) -> pd.DataFrame:
    """A row per ECG and model; an ECG without any model has one row without estimate."""
    rows = [
        {
            "ecg_time": one.recorded_at.isoformat(timespec="minutes"),
            "file": one.name,
            "laboratory_meq_l": one.laboratory_meq_l,
            "model": model,
            "k_meq_l": prediction.k_meq_l if prediction else None,
            "k_low": prediction.k_low if prediction else None,
            "k_high": prediction.k_high if prediction else None,
        }
        for one in earlier
        for model, prediction in _predictions(one)
    ]
    return pd.DataFrame(rows)


def _predictions(earlier: EarlierECG) -> Iterable[tuple[str, Prediction | None]]:
    return earlier.predictions.items() or [("", None)]
