"""Small checkpoint folders with untrained weights and made-up results, for the pages that show them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.evaluation.table import write_evaluation
from ecg_core.inference.calibrated import Calibration
from ecg_core.inference.card import Card, EvaluationResult, InputSpec, TrainingFacts
from ecg_core.inference.checkpoint import EVALUATION, LOSS_CURVE, write_checkpoint
from ecg_core.inference.familiar import ANYTHING_FAMILIAR
from ecg_core.models import build

N_RECORDS = 120


def card(name: str, title: str) -> Card:
    return Card(
        name=name,
        title=title,
        architecture="dcrnn",
        summary="Reads single cycles of lead II.",
        source="A paper",
        n_parameters=207_602,
        inputs=InputSpec("cycle", ("II",), 500.0, 512, "z-score", "each cycle to mean 0, SD 1"),
        output="serum potassium",
        unit="mEq/L",
        trained_on=TrainingFacts(
            "made-up bases", True, 10, None, 40, "uniform", "by record", "Huber", 7, 3, 60.0
        ),
        results=(
            EvaluationResult(
                "Made-up test set", True, 30, N_RECORDS, 0.61, 1.5, 0.8, 0.9, 0.95, 0.93, 0.88, 0.9
            ),
        ),
        calibration=Calibration(
            target_coverage=0.9,
            n_examples=100,
            span_meq_l=(2.0, 9.5),
            k_true_meq_l=(2.0, 9.5),
            low_meq_l=(1.0, 8.5),
            high_meq_l=(3.2, 10.7),
            knots_meq_l=(),
            intercepts=(4.0, 0.0, -6.0, -8.0),
            slopes=((-1.0,), (0.0,), (1.0,), (1.2,)),
            class_mix=(0.25, 0.35, 0.2, 0.2),
        ),
        familiar=replace(ANYTHING_FAMILIAR, k_meq_l=(2.0, 9.5)),
        limits=("Never compared with laboratory potassium.",),
        licence="CC BY 4.0",
        sha256="",
    )


def evaluation_table(simulated: bool = True, seed: int = 0) -> pd.DataFrame:
    """`N_RECORDS` records, the first three without an estimate."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(2.0, 9.5, N_RECORDS)
    k = truth + rng.normal(0.0, 0.6, N_RECORDS)
    p_hyper = 1 / (1 + np.exp(5.5 - k))
    table = pd.DataFrame(
        {
            "record_id": [f"r{i}" for i in range(N_RECORDS)],
            "patient_id": [f"p{i // 4}" for i in range(N_RECORDS)],
            "base": [f"b{i // 4}" for i in range(N_RECORDS)],
            "simulated": simulated,
            "k_true_meq_l": truth,
            "k_meq_l": k,
            "k_low": k - 1.0,
            "k_high": k + 1.0,
            "p_hypo": (1 - p_hyper) / 2,
            "p_normal": (1 - p_hyper) / 2,
            "p_hyper": p_hyper,
            "p_severe": p_hyper / 2,
            "flags": "",
        }
    )
    numbers = ["k_meq_l", "k_low", "k_high", "p_hypo", "p_normal", "p_hyper", "p_severe"]
    table.loc[:2, numbers] = np.nan
    return table


def write_checkpoint_folder(root: Path, name: str, title: str) -> Path:
    """A checkpoint as `train` leaves it: weights, card, evaluation, loss curve."""
    folder = root / name
    write_checkpoint(folder, build("dcrnn"), card(name, title))
    write_evaluation(evaluation_table(), folder / EVALUATION)
    epochs = np.arange(1, 4)
    pd.DataFrame(
        {"stage": "supervised", "epoch": epochs, "train_loss": 1 / epochs, "val_loss": 1.2 / epochs}
    ).to_csv(folder / LOSS_CURVE, index=False)
    return folder
