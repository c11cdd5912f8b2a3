"""From trained weights to a finished checkpoint: calibrate on one part, evaluate on another, write everything."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ecg_core.evaluation.calibrate import fit_calibration
from ecg_core.evaluation.familiarity import fit_familiar
from ecg_core.evaluation.metrics import summarize
from ecg_core.evaluation.table import write_evaluation
from ecg_core.inference.calibrated import TARGET_COVERAGE, UNCALIBRATED
from ecg_core.inference.card import Card, EvaluationResult
from ecg_core.inference.checkpoint import EVALUATION, LOSS_CURVE, Checkpoint, write_checkpoint
from ecg_core.inference.familiar import ANYTHING_FAMILIAR
from ecg_core.training.assess import TRAIT_KEYS
from ecg_core.training.loop import Epoch, loss_curve


def uncalibrated(card: Card) -> Card:
    """The card of a model that answers everything and knows nothing of how good its answers are."""
    return replace(card, calibration=UNCALIBRATED, familiar=ANYTHING_FAMILIAR, results=())


def calibrated(checkpoint: Checkpoint, table: pd.DataFrame, k_span_meq_l: tuple[float, float]) -> Checkpoint:
    """With intervals, probabilities and what is familiar from a table of `assess` over the calibration part.

    `k_span_meq_l`: least and greatest potassium learned from. Raises ECGError like `fit_calibration`.
    """
    answered = table.dropna(subset=["k_meq_l"])
    calibration = fit_calibration(
        answered["k_true_meq_l"].to_numpy(), answered["k_meq_l"].to_numpy(), TARGET_COVERAGE
    )
    familiar = fit_familiar(answered[list(TRAIT_KEYS)].to_numpy(), k_span_meq_l)
    return replace(checkpoint, card=replace(checkpoint.card, calibration=calibration, familiar=familiar))


def write_finished(
    checkpoint: Checkpoint,
    table: pd.DataFrame,
    results: Sequence[EvaluationResult],
    history: Sequence[Epoch],
) -> Card:
    """Write the checkpoint's folder with its `results` and the `table` of `assess` over the test part; returns its card.

    Without a `history` no loss curve is written.
    """
    card = replace(checkpoint.card, results=tuple(results))
    card = write_checkpoint(checkpoint.folder, checkpoint.model, card)
    write_evaluation(table, checkpoint.folder / EVALUATION)
    if history:
        loss_curve(list(history)).to_csv(checkpoint.folder / LOSS_CURVE, index=False)
    return card


def epoch_in_words(epoch: Epoch) -> str:
    """One line for those who watch a training."""
    return (
        f"{time.strftime('%H:%M:%S')} {epoch.stage} epoch {epoch.epoch}: training loss {epoch.train_loss:.4f},"
        f" validation loss {epoch.val_loss:.4f} ({epoch.seconds:.0f} s)"
    )


def result_of(table: pd.DataFrame, dataset: str, mean_meq_l: float) -> EvaluationResult:
    """What a table of `assess` shows. `dataset` is its name, `mean_meq_l` the mean of the training part."""
    summary = summarize(table, mean_meq_l)
    return EvaluationResult(
        dataset=dataset,
        simulated=bool(table["simulated"].all()),
        n_records=int(table["base"].nunique()),
        n_examples=summary.n,
        mae_meq_l=summary.mae_meq_l.value,
        mae_of_mean_meq_l=summary.mae_of_mean_meq_l,
        rmse_meq_l=summary.rmse_meq_l,
        pearson_r=summary.pearson_r,
        auc_hyper=summary.hyper.auc.value,
        auc_hypo=summary.hypo.auc.value,
        coverage=summary.coverage,
        coverage_target=TARGET_COVERAGE,
    )
