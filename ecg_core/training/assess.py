"""Predictions for labelled ECGs along the path that the app takes, as an evaluation table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from ecg_core.datasets.base_ecg import BaseECG
from ecg_core.datasets.potassium import LabelledECG, simulated_ecgs
from ecg_core.datasets.processes import mapped
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.appearance import TRAITS
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict, traits_of

TRAIT_KEYS = tuple(trait.key for trait in TRAITS)


def assess(checkpoint: Checkpoint, ecgs: Iterable[LabelledECG]) -> pd.DataFrame:
    """A row per ECG: the columns of an evaluation table, and `TRAITS` of what was seen."""
    return assess_all([checkpoint], ecgs)[0]


def assess_all(checkpoints: Sequence[Checkpoint], ecgs: Iterable[LabelledECG]) -> list[pd.DataFrame]:
    """`assess` of several checkpoints, each ECG filtered and annotated once."""
    rows: list[list[dict[str, object]]] = [[] for _ in checkpoints]
    for ecg in ecgs:
        filtered = filter_record(ecg.record).record
        seen = AnnotatedECG.as_trained(filtered, assess_quality(ecg.record, filtered), ecg.record)
        for own, checkpoint in zip(rows, checkpoints, strict=True):
            own.append(_row(checkpoint, ecg, seen))
    return [pd.DataFrame(own) for own in rows]


def assess_simulated(
    checkpoints: Sequence[Checkpoint], bases: Iterable[BaseECG], seed: int, processes: int
) -> list[pd.DataFrame]:
    """`assess_all` over the `simulated_ecgs` of every base, shared among `processes`; their number changes nothing."""
    parts = list(mapped(_assess_base, bases, processes, checkpoints, seed))
    return [pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True)]


def _assess_base(base: BaseECG, checkpoints: Sequence[Checkpoint], seed: int) -> list[pd.DataFrame]:
    return assess_all(checkpoints, simulated_ecgs([base], seed))


def _row(checkpoint: Checkpoint, ecg: LabelledECG, seen: AnnotatedECG) -> dict[str, object]:
    prediction, patient = predict(checkpoint, seen), ecg.record.patient
    return {
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
        "p_severe": prediction.p_severe,
        "flags": ";".join(flag.code for flag in prediction.flags),
        "sex": patient.sex or "",
        "age_years": math.nan if patient.age_years is None else patient.age_years,
        "qrs_duration_ms": seen.facts["qrs_ms"],
        **dict(zip(TRAIT_KEYS, traits_of(checkpoint.card, seen).tolist(), strict=True)),
    }
