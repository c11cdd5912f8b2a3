"""Going on with a finished network on few ECGs, in small steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self

from torch import Tensor, nn

from ecg_core.errors import ECGError
from ecg_core.training.batches import BatchSource
from ecg_core.training.loop import Epoch, Stage, mean_loss, run_stage
from ecg_core.training.recipes import huber

Layers = Literal["all", "last"]

STAGES = MappingProxyType(
    {
        "all": Stage("fine-tune", huber, 1e-5, 32, epochs=20, patience=4, clip_norm=1.0),
        "last": Stage("fine-tune-last", huber, 1e-3, 32, epochs=40, patience=6, clip_norm=1.0),
    }
)
_WORDS = MappingProxyType({"all": "all layers", "last": "output layers only"})
_LAST = ("output", "attention")  # parts of the names of parameters behind the features


@dataclass(frozen=True)
class FineTuning:
    """What was done, in words, with its loss curve; `improved` is False where the network stayed as it was."""

    words: str
    history: list[Epoch]
    improved: bool


class AsInUse(nn.Module):
    """A network that trains in evaluation mode: few ECGs would spoil its batch statistics, and dropout is not needed."""

    def __init__(self, network: nn.Module, layers: Layers) -> None:
        super().__init__()
        self.network = network
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(layers == "all" or any(part in name for part in _LAST))
        if not any(parameter.requires_grad for parameter in network.parameters()):
            raise ECGError("This architecture has no layer known as its last one; fine-tune all of them.")

    def train(self, mode: bool = True) -> Self:
        """Stay in evaluation mode whatever is asked for."""
        return super().train(False)

    def forward(self, fed: Tensor | tuple[Tensor, Tensor]) -> Tensor:
        """What the network answers to a signal, or to a signal and facts."""
        answer: Tensor = self.network(*fed) if isinstance(fed, tuple) else self.network(fed)
        return answer


def fine_tune(
    network: nn.Module,
    train: BatchSource,
    validation: BatchSource,
    layers: Layers,
    folder: Path,
    report: Callable[[Epoch], None],
) -> FineTuning:
    """Train `network` in place. Goes on where an interrupted call stopped in `folder`.

    Where no epoch does better on the validation part than the network did before, it stays as it was.
    """
    before = {key: value.clone() for key, value in network.state_dict().items()}
    learner, stage = AsInUse(network, layers), STAGES[layers]
    loss_before = mean_loss(learner, stage.loss, validation, stage.batch_size)
    history = run_stage(stage, learner, train, validation, folder, report)
    improved = min(epoch.val_loss for epoch in history) < loss_before
    if not improved:
        network.load_state_dict(before)
    network.requires_grad_(True)
    words = (
        f"{_WORDS[layers]}, Adam {stage.learning_rate:g}, batch {stage.batch_size}, Huber loss, up to {stage.epochs}"
        " epochs in evaluation mode, items drawn so that five potassium classes are equally frequent, best"
        " validation loss kept"
    )
    return FineTuning(words, history, improved)
