"""The program's own 12-lead model: what is measured and the form of the median beat, and no deep network.

Of two thousand labelled records a network does not learn what a heart rate is; here it is measured. Two learners that
err differently decide on what is measured: boosted trees, which set limits as a textbook does (PR above 200 ms), and a
kernel machine, which compares with every record it has seen. Absent leads are completed from those that are there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecg_core.models.twelve_lead.beat_features import N_PROFILE, beat_features
from ecg_core.models.twelve_lead.beat_space import DIMENSIONS, BeatSpace
from ecg_core.models.twelve_lead.kernel_machine import KernelMachine, Views
from ecg_core.models.twelve_lead.trees import BoostedTrees

N_FACTS = 16
PROFILE_DIMENSIONS = 15
_SOMETIMES_UNKNOWN = (8, 9)  # duration of P and PR interval: that they are not known says something by itself
_UNKNOWN_WEIGHT = 2.0
_MOST_SPREADS = 4.0
_LEAST_SHARE = 0.02  # the kernel machine's answer as a probability stays this far from 0 and 1


class MeasuredModel(nn.Module):
    """Beat `(batch, 12, 100)`, mask `(batch, 12)` and facts `(batch, 16)` -> `(batch, outputs)`.

    The first `n_logits` outputs are logits, the next one is a number; both are the mean of the two learners. Any
    further outputs, on which nothing rests, are zero. NaN stands for a fact that is not known.
    """

    fact_mean: Tensor
    fact_std: Tensor
    profile_mean: Tensor
    profile_std: Tensor
    profile_basis: Tensor

    def __init__(self, outputs: int, n_logits: int = 6) -> None:
        super().__init__()
        self.n_logits, self.outputs = n_logits, outputs
        self.space = BeatSpace()
        self.trees = BoostedTrees(n_logits + 1)
        widths = (N_FACTS + len(_SOMETIMES_UNKNOWN), DIMENSIONS, PROFILE_DIMENSIONS)
        self.kernel = KernelMachine(n_logits + 1, widths)
        self.register_buffer("fact_mean", torch.zeros(N_FACTS))
        self.register_buffer("fact_std", torch.ones(N_FACTS))
        self.register_buffer("profile_mean", torch.zeros(N_PROFILE))
        self.register_buffer("profile_std", torch.ones(N_PROFILE))
        self.register_buffer("profile_basis", torch.zeros(PROFILE_DIMENSIONS, N_PROFILE))

    def forward(self, beat: Tensor, mask: Tensor | None, facts: Tensor) -> Tensor:
        features, views = self.describe(beat, mask, facts)
        compared: Tensor = self.kernel(views)
        share = compared[:, : self.n_logits].clamp(_LEAST_SHARE, 1 - _LEAST_SHARE)
        of_kernel = torch.cat([share.logit(), compared[:, self.n_logits :]], dim=1)
        both = (self.trees(features) + of_kernel) / 2
        return nn.functional.pad(both, (0, self.outputs - both.shape[1]))

    def describe(self, beat: Tensor, mask: Tensor | None, facts: Tensor) -> tuple[Tensor, Views]:
        """The features of the trees `(batch, features)`, and the views that the kernel machine compares."""
        coordinates, completed = self.space(beat, mask)
        coordinates, form = self.space.scaled(coordinates), beat_features(completed)
        unknown = facts.isnan()
        scaled = ((facts - self.fact_mean) / self.fact_std).clamp(-_MOST_SPREADS, _MOST_SPREADS)
        signs = _UNKNOWN_WEIGHT * unknown[:, _SOMETIMES_UNKNOWN].to(facts.dtype)
        of_facts = torch.cat([scaled.masked_fill(unknown, 0.0), signs], dim=1)
        standard = (form[:, :N_PROFILE] - self.profile_mean) / self.profile_std
        features = torch.cat([facts, coordinates, form], dim=1)
        return features, (of_facts, coordinates, standard @ self.profile_basis.T)

    @torch.no_grad()
    def fit_views(self, beat: Tensor, facts: Tensor) -> None:
        """Learn means, spreads and bases from records with all leads."""
        self.space.fit(beat)
        mean = facts.nanmean(0)
        self.fact_mean.copy_(mean)
        self.fact_std.copy_((facts - mean).square().nanmean(0).sqrt().clamp_min(1e-6))
        profile = beat_features(beat)[:, :N_PROFILE]
        self.profile_mean.copy_(profile.mean(0))
        self.profile_std.copy_(profile.std(0).clamp_min(1e-6))
        standard = ((profile - self.profile_mean) / self.profile_std).double()
        values, vectors = torch.linalg.eigh(torch.cov(standard.T))
        self.profile_basis.copy_((vectors[:, -PROFILE_DIMENSIONS:].flip(1) / values[-1].sqrt()).T)
