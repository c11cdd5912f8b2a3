"""One training loop for every network: epochs, validation, best weights, resume."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ecg_core.errors import TrainingError
from ecg_core.training.batches import BatchSource
from ecg_core.training.state import load_state, save_state, save_weights

LossFunction = Callable[[nn.Module, Any, Tensor], Tensor]
Report = Callable[["Epoch"], None]


@dataclass(frozen=True)
class Stage:
    """One stretch of training with one loss. `patience` epochs without a better validation loss end it."""

    name: str
    loss: LossFunction
    learning_rate: float
    batch_size: int
    epochs: int
    patience: int
    anneal: bool = False  # cosine from the learning rate to zero over the epochs
    plateau: bool = False  # halve the rate after 3 epochs without a better validation loss
    clip_norm: float | None = None
    scaled: tuple[tuple[str, float], ...] = ()  # start of a parameter's name, factor on its learning rate


@dataclass(frozen=True)
class Epoch:
    """One row of the loss curve."""

    stage: str
    epoch: int
    train_loss: float
    val_loss: float
    learning_rate: float
    seconds: float


def run_stage(
    stage: Stage, model: nn.Module, train: BatchSource, validation: BatchSource, folder: Path, report: Report
) -> list[Epoch]:
    """Train `model`, leave the best weights in it (evaluation mode) and in `<stage>-best.safetensors`; return the loss curve.

    Starts where an interrupted run of the same stage in `folder` stopped, and ends as the uninterrupted
    run would have. Raises TrainingError when a loss stops being a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.Adam(_parameter_groups(stage, model), lr=stage.learning_rate)
    state_path, best_path = (folder / f"{stage.name}{part}.safetensors" for part in ("", "-best"))
    facts = load_state(state_path, model, optimizer) or {"history": []}
    history = [Epoch(**row) for row in facts["history"]]
    while len(history) < stage.epochs and not _has_stalled(history, stage.patience):
        rate = _learning_rate(stage, history)
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        started = time.monotonic()
        train_loss = _train_epoch(stage, model, optimizer, train, len(history))
        val_loss = mean_loss(model, stage.loss, validation, stage.batch_size)
        if not math.isfinite(train_loss + val_loss):
            raise TrainingError(
                f"{stage.name}: the loss of epoch {len(history) + 1} is not a number. Try a lower learning rate."
            )
        if val_loss < min((row.val_loss for row in history), default=math.inf):
            save_weights(best_path, model)
        history.append(
            Epoch(stage.name, len(history) + 1, train_loss, val_loss, rate, time.monotonic() - started)
        )
        save_state(state_path, model, optimizer, {"history": [asdict(row) for row in history]})
        report(history[-1])
    model.load_state_dict(load_file(best_path))
    model.eval()
    return history


def rate_words(stage: Stage) -> str:
    """Its learning rate as people write it: ``3e-4``."""
    return f"{stage.learning_rate:.0e}".replace("e-0", "e-")


def loss_curve(history: list[Epoch]) -> pd.DataFrame:
    """Columns stage, epoch, train_loss, val_loss, learning_rate, seconds."""
    return pd.DataFrame([asdict(row) for row in history])


@torch.no_grad()
def mean_loss(model: nn.Module, loss: LossFunction, source: BatchSource, batch_size: int) -> float:
    """The loss in evaluation mode, averaged over examples."""
    model.eval()
    total, count = 0.0, 0
    for inputs, k_meq_l in source.batches(batch_size, epoch=0):
        with mixed_precision():
            total += float(loss(model, inputs, k_meq_l)) * len(k_meq_l)
        count += len(k_meq_l)
    return total / count


def _train_epoch(
    stage: Stage, model: nn.Module, optimizer: torch.optim.Optimizer, source: BatchSource, epoch: int
) -> float:
    model.train()
    total, count = 0.0, 0
    for inputs, k_meq_l in source.batches(stage.batch_size, epoch):
        optimizer.zero_grad()
        with mixed_precision():
            loss = stage.loss(model, inputs, k_meq_l)
        loss.backward()  # type: ignore[no-untyped-call]
        if stage.clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), stage.clip_norm)
        optimizer.step()
        total += float(loss.detach()) * len(k_meq_l)
        count += len(k_meq_l)
    return total / count


def _parameter_groups(stage: Stage, model: nn.Module) -> list[dict[str, Any]]:
    """The parameters that learn, those of `stage.scaled` apart."""
    groups: dict[float, list[nn.Parameter]] = {1.0: []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            factor = next((factor for start, factor in stage.scaled if name.startswith(start)), 1.0)
            groups.setdefault(factor, []).append(parameter)
    return [{"params": parameters, "factor": factor} for factor, parameters in groups.items()]


def _learning_rate(stage: Stage, history: list[Epoch]) -> float:
    if stage.anneal:
        return stage.learning_rate * 0.5 * (1 + math.cos(math.pi * len(history) / stage.epochs))
    if stage.plateau and history:
        stalled = _epochs_since_best(history[_last_rate_change(history) :])
        return history[-1].learning_rate * (0.5 if stalled >= 3 else 1.0)
    return stage.learning_rate


def _last_rate_change(history: list[Epoch]) -> int:
    rates = [row.learning_rate for row in history]
    return rates.index(rates[-1])


def _epochs_since_best(history: list[Epoch]) -> int:
    losses = [row.val_loss for row in history]
    return len(losses) - 1 - losses.index(min(losses))


def _has_stalled(history: list[Epoch], patience: int) -> bool:
    return bool(history) and _epochs_since_best(history) >= patience


def mixed_precision() -> torch.autocast:
    """bfloat16 where the processor computes in it (about twice as fast); float32 elsewhere."""
    able = torch.cpu.get_capabilities()
    return torch.autocast(
        "cpu", torch.bfloat16, enabled=bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    )
