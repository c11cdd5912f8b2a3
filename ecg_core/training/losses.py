"""What a potassium network can be trained to do: a loss, and the code of potassium that it needs at the output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from torch import Tensor, nn
from torch.nn import functional

from ecg_core.models.k_encoding import encode_k_class, encode_k_concentration
from ecg_core.models.potassium_output import Code

OfScores = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class PotassiumLoss:
    """Scores of a network with the output `code` against potassium in mEq/L; a `training.loop.LossFunction`.

    `sparse` tells the network that leads which are all zeros are absent.
    """

    name: str
    code: Code
    of_scores: OfScores
    sparse: bool = False

    def __call__(self, model: nn.Module, inputs: Tensor, k_meq_l: Tensor) -> Tensor:
        """The loss, a scalar."""
        scores = model.scores(inputs, inputs.any(dim=2)) if self.sparse else model.scores(inputs)  # type: ignore[operator]
        return self.of_scores(scores.float(), k_meq_l)


def _of_value(loss: OfScores) -> OfScores:
    return lambda scores, k_meq_l: loss(scores.squeeze(-1), k_meq_l)


def _of_classes(scores: Tensor, k_meq_l: Tensor) -> Tensor:
    return functional.cross_entropy(scores, encode_k_class(k_meq_l))


def _of_thermometer(scores: Tensor, k_meq_l: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(scores, encode_k_concentration(k_meq_l))


LOSSES = MappingProxyType(
    {
        loss.name: loss
        for loss in (
            PotassiumLoss("huber", "value", _of_value(functional.huber_loss)),  # delta 1 mEq/L
            PotassiumLoss("mse", "value", _of_value(functional.mse_loss)),
            PotassiumLoss("mae", "value", _of_value(functional.l1_loss)),
            PotassiumLoss("smooth-l1", "value", _of_value(functional.smooth_l1_loss)),
            PotassiumLoss("k-class", "k_class", _of_classes),
            PotassiumLoss("k-concentration", "k_concentration", _of_thermometer),
        )
    }
)
