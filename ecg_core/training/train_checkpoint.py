"""From base ECGs to a finished checkpoint: prepare, train, calibrate, evaluate, write the card."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.datasets.base_ecg import Split, read_ptbxl
from ecg_core.datasets.potassium import (
    K_DISTRIBUTION,
    K_MAX_MEQ_L,
    K_MIN_MEQ_L,
    LabelledECG,
    simulated_ecgs,
)
from ecg_core.datasets.prepared import PreparedECGs, load_prepared, prepare
from ecg_core.evaluation.calibrate import fit_calibration
from ecg_core.evaluation.metrics import Summary, summarize
from ecg_core.evaluation.table import write_evaluation
from ecg_core.inference.card import Calibration, Card, EvaluationResult, Familiar, TrainingFacts
from ecg_core.inference.checkpoint import EVALUATION, LOSS_CURVE, Checkpoint, half_precision, write_checkpoint
from ecg_core.models import count_parameters
from ecg_core.training.assess import assess
from ecg_core.training.facts import COMMON_LIMITS, MODEL_FACTS
from ecg_core.training.loop import Epoch, loss_curve
from ecg_core.training.recipes import RECIPES, Recipe

TARGET_COVERAGE = 0.9
PREPARED_SPLITS: tuple[Split, ...] = ("train", "validation")  # the others go through the app's own path
TEST_SET = "simulated potassium over PTB-XL folds 7-9"

# Before calibration nothing is known: any interval, any class, any input.
_UNCALIBRATED = Calibration(
    TARGET_COVERAGE, 0, (-1e3, 1e3), (-1e3,), (1e3,), (0.0,) * 3, (0.0,) * 3, (0.0,) * 3
)
_ANYTHING = Familiar((-1e9, 1e9), (-1e9, 1e9), (-1e9, 1e9))


def train_checkpoint(
    key: str, base_root: Path, out: Path, cache: Path, runs: Path, seed: int, report: Callable[[str], None]
) -> Card:
    """Train the recipe `key` on simulated potassium over the PTB-XL folder `base_root` and write `out`.

    What is done already in `cache` (network inputs) and `runs` (epochs) is not done again, so an
    interrupted call goes on when it is repeated. `report` is told of progress in words. Raises ECGError
    when the folder does not hold what is needed.
    """
    recipe = RECIPES[key]
    for split in PREPARED_SPLITS:
        if not (cache / split / "complete.json").is_file():
            report(f"preparing the {split} part (once; a few minutes per thousand ECGs)")
            prepare(_ecgs(base_root, split, seed), cache / split)
    train, validation = load_prepared(cache / "train"), load_prepared(cache / "validation")
    model, history = recipe.train(
        recipe, train, validation, runs / key, lambda epoch: report(_epoch_in_words(epoch)), seed
    )
    card = _draft_card(recipe, out.name, count_parameters(model), train, history, seed)
    checkpoint = Checkpoint(card, half_precision(model).eval(), out)
    report("calibrating on records that training did not see")
    checkpoint = _calibrated(checkpoint, assess(checkpoint, _ecgs(base_root, "calibration", seed)))
    report("evaluating on records that neither saw")
    table = assess(checkpoint, _ecgs(base_root, "test", seed))
    summary = summarize(table, float(train.k_meq_l.mean()))
    card = write_checkpoint(out, model, replace(checkpoint.card, results=(_result(table, summary),)))
    write_evaluation(table, out / EVALUATION)
    loss_curve(history).to_csv(out / LOSS_CURVE, index=False)
    return card


def _ecgs(base_root: Path, split: Split, seed: int) -> Iterator[LabelledECG]:
    return simulated_ecgs((base for base in read_ptbxl(base_root) if base.split == split), seed)


def _epoch_in_words(epoch: Epoch) -> str:
    return (
        f"{time.strftime('%H:%M:%S')} {epoch.stage} epoch {epoch.epoch}: training loss {epoch.train_loss:.4f},"
        f" validation loss {epoch.val_loss:.4f} ({epoch.seconds:.0f} s)"
    )


def _draft_card(
    recipe: Recipe, name: str, n_parameters: int, train: PreparedECGs, history: list[Epoch], seed: int
) -> Card:
    facts = MODEL_FACTS[recipe.key]
    trained_on = TrainingFacts(
        description="Potassium effects simulated over real ECGs of PTB-XL fold 10 (waveforms only, no labels)",
        simulated=bool(train.table["simulated"].all()),
        n_records=int(train.table["base"].nunique()),
        n_patients=None,
        n_examples=len(train.table),
        k_distribution=K_DISTRIBUTION,
        split="By patient, along PTB-XL's folds: training 10, validation 1-3, calibration 4-6, test 7-9",
        recipe=recipe.words,
        seed=seed,
        epochs=len(history),
        seconds=round(sum(epoch.seconds for epoch in history)),
    )
    return Card(
        name=name,
        title=recipe.title,
        architecture=recipe.key,
        summary=facts.summary,
        source=facts.source,
        n_parameters=n_parameters,
        inputs=facts.inputs,
        output="serum potassium",
        unit="mEq/L",
        trained_on=trained_on,
        results=(),
        calibration=_UNCALIBRATED,
        familiar=_ANYTHING,
        limits=facts.limits + COMMON_LIMITS,
        licence="CC-BY 4.0 (learned from PTB-XL, 10.13026/kfzx-aw45)",
        sha256="",
    )


def _calibrated(checkpoint: Checkpoint, table: pd.DataFrame) -> Checkpoint:
    answered = table.dropna(subset=["k_meq_l"])
    calibration = fit_calibration(
        answered["k_true_meq_l"].to_numpy(), answered["k_meq_l"].to_numpy(), TARGET_COVERAGE
    )
    familiar = Familiar(
        peak_to_peak=_span(answered["peak_to_peak"]),
        heart_rate_bpm=_span(answered["heart_rate_bpm"]),
        k_meq_l=(K_MIN_MEQ_L, K_MAX_MEQ_L),
    )
    card = replace(checkpoint.card, calibration=calibration, familiar=familiar)
    return replace(checkpoint, card=card)


def _span(values: pd.Series) -> tuple[float, float]:
    return float(np.nanmin(values)), float(np.nanmax(values))


def _result(table: pd.DataFrame, summary: Summary) -> EvaluationResult:
    return EvaluationResult(
        dataset=TEST_SET,
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
