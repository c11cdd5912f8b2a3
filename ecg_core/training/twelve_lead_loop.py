"""How one 12-lead network is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from numpy.typing import NDArray
from torch import Tensor, nn

from ecg_core.training.loop import mixed_precision
from ecg_core.training.state import load_state, save_state
from ecg_core.training.twelve_lead_batches import Alterations, Batch, TwelveLeadExamples, epoch_rows
from ecg_core.twelve_lead.types import FINDINGS

Task = Literal["findings", "age"]
Report = Callable[[str], None]

N_FINDINGS = len(FINDINGS)
_AGE = N_FINDINGS  # column of the age among outputs and targets
_BATCH_OF_ANSWERS = 256


@dataclass(frozen=True)
class Schedule:
    """One stretch of training with AdamW: the rate rises over a fifth of the steps and then falls to zero."""

    epochs: int
    learning_rate: float
    batch_size: int = 64
    weight_decay: float = 0.05
    findings_weight: float = 3.0
    age_weight: float = 0.5
    superclass_weight: float = 0.3
    alterations: Alterations = field(default_factory=Alterations)


def fit(
    model: nn.Module,
    examples: TwelveLeadExamples,
    rows: NDArray[np.int64],
    schedule: Schedule,
    tasks: tuple[Task, ...],
    state: Path,
    seed: int,
    report: Report,
) -> nn.Module:
    """Train `model`, whose outputs are as the targets, on these rows; leave it in evaluation mode.

    Goes on where an earlier training stopped whose state is in the file `state`.
    """
    state.parent.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.AdamW(
        model.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay
    )
    facts = load_state(state, model, optimizer) or {"epochs": 0}
    steps = max(1, len(rows) // schedule.batch_size)
    weight = positive_weight(examples.target[torch.from_numpy(rows).to(examples.target.device), :N_FINDINGS])
    for epoch in range(facts["epochs"], schedule.epochs):
        model.train()
        rng = torch.Generator().manual_seed(seed * 10_000 + epoch)
        total = 0.0
        for step, picked in enumerate(epoch_rows(len(rows), schedule.batch_size, seed, epoch)):
            share = (epoch * steps + step) / (schedule.epochs * steps)
            for group in optimizer.param_groups:
                group["lr"] = schedule.learning_rate * rate_share(share)
            batch = examples.altered(rows[picked], schedule.alterations, rng)
            with mixed_precision():
                outputs = model(*batch.inputs)
            loss = multi_task_loss(outputs.float(), batch, weight, schedule, tasks)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            total += float(loss.detach())
        save_state(state, model, optimizer, {"epochs": epoch + 1})
        report(f"{state.stem} epoch {epoch + 1}: loss {total / steps:.4f}")
    return model.eval()


def rate_share(share: float) -> float:
    """Of the greatest learning rate, after this share of the steps."""
    rise = 0.2
    if share < rise:
        return 0.04 + 0.96 * share / rise
    return float(0.5 * (1 + np.cos(np.pi * (share - rise) / (1 - rise))))


def positive_weight(findings: Tensor) -> Tensor:
    """How much more a positive counts than a negative, `(6,)`: the square root of their ratio."""
    share = findings.nanmean(0).clamp(1e-4, 1 - 1e-4)
    return ((1 - share) / share).sqrt()


def multi_task_loss(
    outputs: Tensor, batch: Batch, weight: Tensor, schedule: Schedule, tasks: tuple[Task, ...]
) -> Tensor:
    """Cross-entropy of findings and superclasses and smooth L1 of the age, over what is known; only of the `tasks` asked for."""
    target, known = batch.target, batch.known.float()

    def mean(values: Tensor, part: slice) -> Tensor:
        return (values * known[:, part]).sum() / known[:, part].sum().clamp_min(1)

    findings, age, classes = slice(0, _AGE), slice(_AGE, _AGE + 1), slice(_AGE + 1, None)
    loss = outputs.new_zeros(())
    if "findings" in tasks:
        of_findings = F.binary_cross_entropy_with_logits(
            outputs[:, findings], target[:, findings], pos_weight=weight, reduction="none"
        )
        loss = loss + schedule.findings_weight * mean(of_findings, findings)
    if "age" in tasks:
        of_age = F.smooth_l1_loss(outputs[:, age], target[:, age], reduction="none")
        loss = loss + schedule.age_weight * mean(of_age, age)
    of_classes = F.binary_cross_entropy_with_logits(outputs[:, classes], target[:, classes], reduction="none")
    return loss + schedule.superclass_weight * mean(of_classes, classes)


@torch.inference_mode()
def answers(model: nn.Module, examples: TwelveLeadExamples, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Raw outputs for these rows, `(rows, outputs)`."""
    pieces = [
        model(*examples.plain(rows[start : start + _BATCH_OF_ANSWERS]).inputs).double().cpu().numpy()
        for start in range(0, len(rows), _BATCH_OF_ANSWERS)
    ]
    return np.concatenate(pieces)
