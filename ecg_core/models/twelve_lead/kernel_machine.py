"""A kernel machine: the answer for a record is a weighted sum over the records it was fitted to, by how alike they are."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ecg_core.models.twelve_lead.sized_by_weights import SizedByWeights

# How fast likeness falls with squared distance: of the facts, of the form of the beat, of what stands before the QRS.
FACTS_GAMMA, BEAT_GAMMA, PROFILE_GAMMA = 0.05, 0.3, 0.2
Views = Sequence[Tensor]


class KernelMachine(SizedByWeights):
    """Three views of a record, `(batch, d)` each with d of `widths` -> `(batch, outputs)`.

    Likeness is Gaussian in each view; records are alike that agree in the facts, in the beat, in both at once, or in
    what stands before the QRS. Least squares with a ridge (Saunders, Gammerman and Vovk, ICML 1998).
    """

    facts: Tensor
    beat: Tensor
    profile: Tensor
    weights: Tensor
    start: Tensor

    def __init__(self, outputs: int, widths: tuple[int, int, int]) -> None:
        super().__init__()
        for name, width in zip(("facts", "beat", "profile"), widths, strict=True):
            self.register_buffer(name, torch.zeros(1, width))
        self.register_buffer("weights", torch.zeros(1, outputs))
        self.register_buffer("start", torch.zeros(outputs))

    @torch.no_grad()
    def fit(self, views: Views, target: Tensor, ridge: float) -> None:
        """Fit to `target` `(n, outputs)`, NaN where not known: such a record says nothing about that output."""
        self.facts, self.beat, self.profile = (view.float() for view in views)
        likeness = self.likeness(views).double()
        weights, start = torch.zeros(target.shape, dtype=torch.float64), target.nanmean(0).double()
        # One system for all outputs that the same records are known of.
        patterns, pattern_of = torch.unique(target.isnan().T, dim=0, return_inverse=True)
        for number, unknown in enumerate(patterns):
            rows, columns = (~unknown).nonzero()[:, 0], (pattern_of == number).nonzero()[:, 0]
            system = likeness[rows][:, rows] + ridge * torch.eye(len(rows), dtype=torch.float64)
            aim = target[rows][:, columns].double() - start[columns]
            weights[rows[:, None], columns] = torch.linalg.solve(system, aim)
        self.weights, self.start = weights.float(), start.nan_to_num(nan=0.0).float()

    def likeness(self, views: Views) -> Tensor:
        """Of records `(batch, d)` with those it was fitted to, `(batch, n)`."""
        facts = torch.exp(-FACTS_GAMMA * torch.cdist(views[0], self.facts).square())
        beat = torch.exp(-BEAT_GAMMA * torch.cdist(views[1], self.beat).square())
        profile = torch.exp(-PROFILE_GAMMA * torch.cdist(views[2], self.profile).square())
        return facts + beat + facts * beat + profile + profile * facts

    def forward(self, views: Views) -> Tensor:
        return self.likeness(views) @ self.weights + self.start
