"""Predictions for labelled ECGs along the path that the app takes, as an evaluation table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.datasets.potassium import LabelledECG
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict


def assess(checkpoint: Checkpoint, ecgs: Iterable[LabelledECG]) -> pd.DataFrame:
    """A row per ECG: the columns of an evaluation table, and `peak_to_peak` and `heart_rate_bpm` of what was seen."""
    rows = []
    for ecg in ecgs:
        filtered = filter_record(ecg.record).record
        annotation = annotate(filtered)
        seen = AnnotatedECG(
            filtered, assess_quality(ecg.record, filtered), annotation, cut_cycles(filtered, annotation)
        )
        prediction = predict(checkpoint, seen)
        signal = None if prediction.inputs is None else prediction.inputs.signal
        rr_s = np.diff(annotation.r_peaks) / annotation.fs_hz
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
                "peak_to_peak": np.nan if signal is None else float(np.median(np.ptp(signal, axis=(1, 2)))),
                "heart_rate_bpm": 60.0 / float(np.median(rr_s)) if rr_s.size else np.nan,
            }
        )
    return pd.DataFrame(rows)
