"""From labelled ECGs to a 12-lead checkpoint: train, calibrate on what was held out, write."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ecg_core.datasets.twelve_lead import PreparedTwelveLead
from ecg_core.datasets.twelve_lead_sources import TEST_FOLD
from ecg_core.errors import ECGError
from ecg_core.inference.checkpoint import half_precision
from ecg_core.models.shapes import count_parameters
from ecg_core.models.twelve_lead import TWELVE_LEAD_MODELS, MeasuredEnsemble, build_twelve_lead
from ecg_core.models.twelve_lead.measured_net import MeasuredNet
from ecg_core.training.twelve_lead_batches import TwelveLeadExamples
from ecg_core.training.twelve_lead_calibration import calibrate_age, calibrate_findings
from ecg_core.training.twelve_lead_loop import Report, Task, answers, fit
from ecg_core.training.twelve_lead_recipes import RECIPES, TwelveLeadRecipe
from ecg_core.twelve_lead.card import TwelveLeadCard
from ecg_core.twelve_lead.checkpoint import N_OUTPUTS, TwelveLeadCheckpoint, store_twelve_lead
from ecg_core.twelve_lead.types import FINDINGS

_CALIBRATED_ON = "PTB-XL"  # the other sources have other shares of each finding
LIMITS = (
    "Findings are those of PTB-XL's statements; how often each is named differs from hospital to hospital.",
    "The ECG age is what the ECG looks like, not how old the patient is.",
    "Learned from ECGs at rest of adults, few of them paced, young or with rare rhythms.",
    "Research software: not for diagnosis or treatment.",
)


def train_twelve_lead(
    architecture: str,
    tasks: tuple[Task, ...],
    prepared: PreparedTwelveLead,
    out: Path,
    runs: Path,
    seed: int,
    report: Report,
) -> TwelveLeadCheckpoint:
    """Train one architecture, calibrate it and write the checkpoint `out`; fold 10 is left out whatever is handed in.

    Goes on where an earlier training in `runs` stopped. Raises ECGError for an unknown architecture and where there
    are no records to learn from or to calibrate on.
    """
    if architecture not in RECIPES:
        raise ECGError(f"There is no 12-lead model {architecture}. Choose one of {', '.join(RECIPES)}.")
    started, recipe = time.monotonic(), RECIPES[architecture]
    prepared = prepared.where(prepared.fold != TEST_FOLD)
    networks, outputs = _cross_validate(
        architecture, recipe, tasks, prepared, runs / f"{out.name}-{seed}", seed, report
    )
    judged = np.isfinite(outputs[:, 0]) & (prepared.source == _CALIBRATED_ON)
    if not judged.any():
        raise ECGError("There are no PTB-XL records in the folds that the calibration rests on.")
    model = _joined(architecture, networks)
    facts: dict[str, Any] = {
        "description": "; ".join(_counts(prepared)),
        "n_records": len(prepared),
        "n_positive": {code: int(np.nansum(prepared.findings[:, i])) for i, code in enumerate(FINDINGS)},
        "split": f"folds held out: {recipe.held_out}; calibrated on {int(judged.sum())} held-out PTB-XL records",
        "tasks": tasks,
        "recipe": asdict(recipe.schedule),
        "seed": seed,
        "seconds": round(time.monotonic() - started),
    }
    card = TwelveLeadCard(
        name=out.name,
        title=recipe.title,
        architecture=architecture,
        summary=recipe.summary,
        source=recipe.source,
        n_parameters=count_parameters(model),
        calibration=calibrate_findings(outputs[judged], prepared.findings[judged]),
        age=calibrate_age(outputs[judged], prepared.age_years[judged]),
        trained_on=facts,
        results={},
        limits=LIMITS,
        licence="same as the project",
    )
    return TwelveLeadCheckpoint(store_twelve_lead(out, model, card), model, out)


def _cross_validate(
    architecture: str,
    recipe: TwelveLeadRecipe,
    tasks: tuple[Task, ...],
    prepared: PreparedTwelveLead,
    runs: Path,
    seed: int,
    report: Report,
) -> tuple[list[nn.Module], NDArray[np.float64]]:
    """A network for each group of folds, and what each says of the records it never saw, `(n, outputs)`; NaN for the rest."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    examples = TwelveLeadExamples.of(prepared, TWELVE_LEAD_MODELS[architecture].measured, device)
    outputs = np.full((len(prepared), N_OUTPUTS), np.nan)
    networks = []
    for number, folds in enumerate(recipe.held_out):
        held_out = np.isin(prepared.fold, folds)
        rows = np.flatnonzero(~held_out)
        if len(rows) < recipe.schedule.batch_size:
            raise ECGError(
                f"Only {len(rows)} records are outside folds {folds}: too few to learn from. Give more of PTB-XL."
            )
        torch.manual_seed(seed + number)
        network = _fresh(architecture, prepared.facts[rows]).to(device)
        state = runs / f"network-{number}.safetensors"
        fit(network, examples, rows, recipe.schedule, tasks, state, seed + number, report)
        half_precision(network)
        if held_out.any():
            outputs[held_out] = answers(network, examples, np.flatnonzero(held_out))
        networks.append(network.cpu())
    return networks, outputs


def _fresh(architecture: str, facts: NDArray[np.float32]) -> nn.Module:
    if not TWELVE_LEAD_MODELS[architecture].measured:
        return build_twelve_lead(architecture, N_OUTPUTS)
    network = MeasuredNet(N_OUTPUTS)
    network.fit_facts(torch.from_numpy(facts))
    return network


def _joined(architecture: str, networks: list[nn.Module]) -> nn.Module:
    """The model that is kept."""
    model = build_twelve_lead(architecture, N_OUTPUTS)
    if isinstance(model, MeasuredEnsemble):
        for member, network in zip(model.members, networks, strict=True):
            member.load_state_dict(network.state_dict())
    else:
        model.load_state_dict(networks[0].state_dict())
    return model.eval()


def _counts(prepared: PreparedTwelveLead) -> list[str]:
    names, numbers = np.unique(prepared.source, return_counts=True)
    return [f"{number} records of {name}" for name, number in zip(names, numbers, strict=True)]
