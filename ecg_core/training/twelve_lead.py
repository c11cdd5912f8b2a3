"""From labelled ECGs to a 12-lead checkpoint: train, calibrate on what was held out, write."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ecg_core.datasets.digest import digest
from ecg_core.datasets.twelve_lead import PreparedTwelveLead
from ecg_core.datasets.twelve_lead_sources import TEST_FOLD
from ecg_core.errors import ECGError
from ecg_core.inference.checkpoint import half_precision
from ecg_core.models.twelve_lead import TWELVE_LEAD_MODELS, build_twelve_lead
from ecg_core.models.twelve_lead.measured import MeasuredModel
from ecg_core.training.measured_model import fit_measured, random_subsets
from ecg_core.training.twelve_lead_batches import TwelveLeadExamples
from ecg_core.training.twelve_lead_calibration import calibrate_age, calibrate_findings
from ecg_core.training.twelve_lead_judge import judge_outputs
from ecg_core.training.twelve_lead_loop import Report, Task, answers, fit
from ecg_core.training.twelve_lead_recipes import TwelveLeadRecipe
from ecg_core.twelve_lead.card import TwelveLeadCard
from ecg_core.twelve_lead.checkpoint import N_OUTPUTS, TwelveLeadCheckpoint, store_twelve_lead
from ecg_core.twelve_lead.types import FINDINGS
from ecg_core.whole_files import replaced_at_once

HELD_OUT = "held_out.parquet"  # what was said of the records of the training folds that were held out
MIN_RECORDS = 64
_CALIBRATED_ON = "PTB-XL"  # the other sources have other shares of each finding
LIMITS = (
    "Findings are those of PTB-XL's statements; how often each is named differs from hospital to hospital.",
    "The ECG age is what the ECG looks like, not how old the patient is.",
    "Learned from ECGs at rest of adults, few of them paced, young or with rare rhythms.",
    "Research software: not for diagnosis or treatment.",
)


def train_twelve_lead(
    recipe: TwelveLeadRecipe,
    tasks: tuple[Task, ...],
    prepared: PreparedTwelveLead,
    out: Path,
    runs: Path,
    seed: int,
    report: Report,
) -> TwelveLeadCheckpoint:
    """Train by a recipe, calibrate and write the checkpoint `out`; fold 10 is left out whatever is handed in.

    Goes on where an earlier training in `runs` stopped. Raises ECGError where there are too few records to learn from
    or none to calibrate on.
    """
    started = time.monotonic()
    prepared = prepared.where(prepared.fold != TEST_FOLD)
    learned = digest(asdict(recipe), tasks, prepared.record_id.tolist(), seed)
    study = _Study(recipe, tasks, prepared, runs / f"{out.name}-{learned}", seed, report)
    model, outputs = study.cross_validated()
    judged = np.isfinite(outputs[:, 0]) & (prepared.source == _CALIBRATED_ON)
    if not judged.any():
        raise ECGError("There are no PTB-XL records in the folds that the calibration rests on.")
    facts: dict[str, Any] = {
        "description": "; ".join(_counts(prepared)),
        "n_records": len(prepared),
        "n_positive": {code: int(np.nansum(prepared.findings[:, i])) for i, code in enumerate(FINDINGS)},
        "split": f"folds held out in turn: {recipe.held_out}; calibrated on {int(judged.sum())} held-out PTB-XL records",
        "recipe": asdict(recipe),
        "seed": seed,
        "seconds": round(time.monotonic() - started),
    }
    card = TwelveLeadCard(
        name=out.name,
        title=recipe.title,
        architecture=recipe.architecture,
        summary=recipe.summary,
        source=recipe.source,
        n_parameters=sum(tensor.numel() for tensor in model.state_dict().values()),
        calibration=calibrate_findings(outputs[judged], prepared.findings[judged]),
        age=calibrate_age(outputs[judged], prepared.age_years[judged]),
        trained_on=facts,
        results={},
        limits=LIMITS,
        licence="same as the project",
        tasks=tasks,
    )
    held_out = judge_outputs(card, outputs[judged], prepared.where(judged))
    with replaced_at_once(out / HELD_OUT) as unfinished:
        held_out.to_parquet(unfinished, index=False)
    return TwelveLeadCheckpoint(store_twelve_lead(out, model, card), model, out)


@dataclass(frozen=True, eq=False)
class _Study:
    """One recipe and the records it is trained and judged on."""

    recipe: TwelveLeadRecipe
    tasks: tuple[Task, ...]
    prepared: PreparedTwelveLead
    runs: Path
    seed: int
    report: Report

    def cross_validated(self) -> tuple[nn.Module, NDArray[np.float64]]:
        """The model that is kept, and what is said of every record by a model that never saw it, `(n, outputs)`; NaN for the rest."""
        outputs = np.full((len(self.prepared), N_OUTPUTS), np.nan)
        groups = self.recipe.held_out
        for number, folds in enumerate(groups):
            held_out = np.isin(self.prepared.fold, folds)
            model = self._trained(np.flatnonzero(~held_out), number)
            if held_out.any():
                outputs[held_out] = answers(model, self._examples(held_out), np.arange(held_out.sum()))
            self.report(f"{self.recipe.title}: folds {folds} held out, {held_out.sum()} records")
        if len(groups) > 1:
            model = self._trained(np.arange(len(self.prepared)), len(groups))
        return model.cpu(), outputs

    def _examples(self, chosen: NDArray[np.bool_]) -> TwelveLeadExamples:
        """The records to judge; where few leads are learned from, each of them lacks some."""
        examples = self._as_examples(self.prepared.where(chosen))
        if not self.recipe.few_leads:
            return examples
        return replace(
            examples, mask=random_subsets(len(examples.mask), np.random.default_rng(self.seed + 1))
        )

    def _trained(self, rows: NDArray[np.int64], number: int) -> nn.Module:
        architecture, schedule = self.recipe.architecture, self.recipe.schedule
        if len(rows) < MIN_RECORDS:
            raise ECGError(
                f"There are only {len(rows)} records to learn from, and it takes {MIN_RECORDS}. Give more of PTB-XL."
            )
        torch.manual_seed(self.seed + number)
        model = build_twelve_lead(architecture, N_OUTPUTS)
        every = self._as_examples(self.prepared)
        if isinstance(model, MeasuredModel):
            fit_measured(model, every, rows, self.recipe.few_leads, self.seed + number)
        elif schedule is not None:
            state = self.runs / f"network-{number}.safetensors"
            model.to(self._device)
            fit(model, every, rows, schedule, self.tasks, state, self.seed + number, self.report)
        half_precision(model)
        return model.eval()

    def _as_examples(self, prepared: PreparedTwelveLead) -> TwelveLeadExamples:
        measured = TWELVE_LEAD_MODELS[self.recipe.architecture].measured
        return TwelveLeadExamples.of(prepared, measured, self._device)

    @property
    def _device(self) -> torch.device:
        """Networks are trained on a GPU, if there is one; what is fitted in one step is not."""
        on_gpu = self.recipe.schedule is not None and torch.cuda.is_available()
        return torch.device("cuda" if on_gpu else "cpu")


def _counts(prepared: PreparedTwelveLead) -> list[str]:
    names, numbers = np.unique(prepared.source, return_counts=True)
    return [f"{number} records of {name}" for name, number in zip(names, numbers, strict=True)]
