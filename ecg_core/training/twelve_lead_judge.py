"""What a 12-lead checkpoint says of labelled ECGs, as the table that `ecg_core.evaluation.twelve_lead` scores."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from ecg_core.datasets.twelve_lead import PreparedTwelveLead
from ecg_core.evaluation.twelve_lead import TwelveLeadScores, score
from ecg_core.models.twelve_lead import TWELVE_LEAD_MODELS
from ecg_core.network_files import CARD
from ecg_core.training.twelve_lead_batches import TwelveLeadExamples
from ecg_core.training.twelve_lead_loop import answers
from ecg_core.twelve_lead.card import TwelveLeadCard
from ecg_core.twelve_lead.checkpoint import AGE_OUTPUT, EVALUATION, TwelveLeadCheckpoint
from ecg_core.twelve_lead.types import FINDINGS
from ecg_core.whole_files import replaced_at_once


def judge(checkpoint: TwelveLeadCheckpoint, prepared: PreparedTwelveLead) -> pd.DataFrame:
    """A row per record: truth, calibrated probabilities, age with its interval."""
    measured = TWELVE_LEAD_MODELS[checkpoint.card.architecture].measured
    examples = TwelveLeadExamples.of(prepared, measured, torch.device("cpu"))
    outputs = answers(checkpoint.model, examples, np.arange(len(prepared)))
    return judge_outputs(checkpoint.card, outputs, prepared)


def judge_outputs(
    card: TwelveLeadCard, outputs: NDArray[np.float64], prepared: PreparedTwelveLead
) -> pd.DataFrame:
    """The same from raw outputs `(n, outputs)`."""
    years = card.age.years(outputs[:, AGE_OUTPUT])
    columns = {
        "record_id": prepared.record_id,
        "age_years": prepared.age_years,
        "age_estimate": years,
        "age_low": years + card.age.low_years,
        "age_high": years + card.age.high_years,
    }
    for index, code in enumerate(FINDINGS):
        columns[f"true_{code}"] = prepared.findings[:, index]
        columns[f"p_{code}"] = card.calibration[code].probability(outputs[:, index])
    return pd.DataFrame(columns)


def record_results(checkpoint: TwelveLeadCheckpoint, table: pd.DataFrame, dataset: str) -> TwelveLeadScores:
    """Score a table, and keep table and scores with the checkpoint."""
    scores = score(table)
    with replaced_at_once(checkpoint.folder / EVALUATION) as unfinished:
        table.to_parquet(unfinished, index=False)
    results: dict[str, Any] = {"dataset": dataset, **json.loads(json.dumps(asdict(scores)))}
    replace(checkpoint.card, results=results).write(checkpoint.folder / CARD)
    return scores
