"""Predictions for labelled ECGs along the path that the app takes, as an evaluation table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ecg_core.datasets.potassium import LabelledECG
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.inference.reasons import heart_rate_bpm, input_size


def assess(checkpoint: Checkpoint, ecgs: Iterable[LabelledECG]) -> pd.DataFrame:
    """A row per ECG: the columns of an evaluation table, and `peak_to_peak` and `heart_rate_bpm` of what was seen."""
    rows = []
    for ecg in ecgs:
        filtered = filter_record(ecg.record).record
        seen = AnnotatedECG.as_trained(filtered, assess_quality(ecg.record, filtered))
        prediction = predict(checkpoint, seen)
        rows.append(
            {
                "record_id": ecg.record_id,
                "patient_id": ecg.patient_id,
                "base": ecg.base,
                "simulated": ecg.record.simulated,
                "k_true_meq_l": ecg.k_meq_l,
                "k_meq_l": prediction.k_meq_l,
                "k_low": prediction.k_low,
                "k_high": prediction.k_high,
                "p_hypo": prediction.p_hypo,
                "p_normal": prediction.p_normal,
                "p_hyper": prediction.p_hyper,
                "flags": ";".join(flag.code for flag in prediction.flags),
                "peak_to_peak": np.nan if prediction.inputs is None else input_size(prediction.inputs),
                "heart_rate_bpm": heart_rate_bpm(seen.annotation),
            }
        )
    return pd.DataFrame(rows)
