"""The last layer of the potassium networks: a value, or a code of it, and what that says in mEq/L."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor, nn

from ecg_core.models.k_encoding import (
    K_CLASS_CENTRES_MEQ_L,
    K_CLASSES,
    THERMOMETER_STEPS,
    decode_k_concentration,
    thermometer_steps_meq_l,
)

Code = Literal["value", "k_class", "k_concentration"]

N_SCORES = MappingProxyType({"value": 1, "k_class": len(K_CLASSES), "k_concentration": THERMOMETER_STEPS})
_START_SLOPE = 2.0  # of a thermometer's first scores, per mEq/L


class PotassiumOutput(nn.Linear):
    """`(..., features)` -> `(..., scores)`: one value, the logits of five classes, or those of 60 thermometer steps.

    `decode` turns scores into mEq/L; at the start that is about `bias_meq_l` (classes start equally likely).
    """

    def __init__(self, features: int, code: Code, bias_meq_l: float) -> None:
        super().__init__(features, N_SCORES[code])
        self.code = code
        with torch.no_grad():
            if code == "value":
                self.bias.fill_(bias_meq_l)
            elif code == "k_concentration":
                self.bias.copy_(_START_SLOPE * (bias_meq_l - thermometer_steps_meq_l()))

    def decode(self, scores: Tensor) -> Tensor:
        """`(..., scores)` -> `(...,)` mEq/L: the value, the expected class centre, or the expected thermometer."""
        scores = scores.float()
        if self.code == "value":
            return scores.squeeze(-1)
        if self.code == "k_class":
            return scores.softmax(dim=-1) @ scores.new_tensor(K_CLASS_CENTRES_MEQ_L)
        return decode_k_concentration(scores.sigmoid())
