"""Boosted decision trees (Friedman, Annals of Statistics 2001;29:1189) as plain tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ecg_core.models.twelve_lead.sized_by_weights import SizedByWeights


class BoostedTrees(SizedByWeights):
    """Features `(batch, features)` -> `(batch, outputs)`: for each output a start value and the sum over its trees.

    A node of tree t sends a record to `left` where its `feature` is at most `threshold`, else to `right`; NaN goes
    where `unknown_left` says. A leaf has feature -1 and holds a `value`. `output` `(trees,)` says whose tree it is.
    """

    feature: Tensor
    threshold: Tensor
    left: Tensor
    right: Tensor
    unknown_left: Tensor
    value: Tensor
    output: Tensor
    start: Tensor
    depth: Tensor

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.register_buffer("feature", torch.full((1, 1), -1, dtype=torch.int16))
        self.register_buffer("threshold", torch.zeros(1, 1))
        self.register_buffer("left", torch.zeros(1, 1, dtype=torch.int16))
        self.register_buffer("right", torch.zeros(1, 1, dtype=torch.int16))
        self.register_buffer("unknown_left", torch.zeros(1, 1, dtype=torch.bool))
        self.register_buffer("value", torch.zeros(1, 1))
        self.register_buffer("output", torch.zeros(1, dtype=torch.int16))
        self.register_buffer("start", torch.zeros(outputs))
        self.register_buffer("depth", torch.zeros(1, dtype=torch.int16))

    def forward(self, features: Tensor) -> Tensor:
        tree = torch.arange(len(self.feature), device=features.device)
        node = torch.zeros(len(features), len(tree), dtype=torch.long, device=features.device)
        for _ in range(int(self.depth)):
            chosen = self.feature[tree, node].long()
            x = features.gather(1, chosen.clamp_min(0))
            goes_left = torch.where(x.isnan(), self.unknown_left[tree, node], x <= self.threshold[tree, node])
            below = torch.where(goes_left, self.left[tree, node], self.right[tree, node]).long()
            node = torch.where(chosen < 0, node, below)
        values = self.value[tree, node]
        total = self.start.expand(len(features), -1).clone()
        return total.index_add(1, self.output.long(), values)
