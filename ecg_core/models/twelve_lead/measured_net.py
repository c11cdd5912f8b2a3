"""The program's own 12-lead network: the median beat and what was measured, not the whole ten seconds.

Of a few thousand labelled records a network cannot learn what a heart rate is; that is measured for it. What stays to
be learned is the form of the beat, which is small and always stands at the same place. Several networks that differ
only in how they were trained answer together (`MeasuredEnsemble`).
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.twelve_lead.masking import without_absent

N_FACTS = 16
BEAT_SAMPLES = 100
_CHANNELS = (64, 96, 128, 128)
_KERNEL = 7
_HIDDEN = 64
_DROPOUT = 0.3


class BeatBlock(nn.Module):
    """Two convolutions beside a skip, at half the length: `(batch, in, samples)` -> `(batch, out, samples / 2)`."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv1d(in_channels, out_channels, _KERNEL, stride=2, padding=_KERNEL // 2, bias=False),
            nn.BatchNorm1d(out_channels),
            nn.ReLU(),
            nn.Conv1d(out_channels, out_channels, _KERNEL, padding=_KERNEL // 2, bias=False),
            nn.BatchNorm1d(out_channels),
        )
        self.skip = nn.Sequential(
            nn.AvgPool1d(2, ceil_mode=True), nn.Conv1d(in_channels, out_channels, kernel_size=1, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.inner(x) + self.skip(x))


class MeasuredNet(nn.Module):
    """Beat `(batch, 12, 100)`, mask `(batch, 12)` and facts `(batch, 16)` -> `(batch, outputs)`.

    NaN stands for a fact that is not known and counts as the training set's mean, with a sign of its own beside it.
    """

    fact_mean: Tensor
    fact_std: Tensor

    def __init__(self, outputs: int) -> None:
        super().__init__()
        n_leads = len(STANDARD_LEADS)
        self.stem = nn.Sequential(
            nn.Conv1d(n_leads, _CHANNELS[0], _KERNEL, padding=_KERNEL // 2, bias=False),
            nn.BatchNorm1d(_CHANNELS[0]),
            nn.ReLU(),
        )
        self.blocks = nn.Sequential(*(BeatBlock(*step) for step in pairwise(_CHANNELS)))
        left = -(-BEAT_SAMPLES // 2 ** len(self.blocks))
        self.of_beat = nn.Sequential(
            nn.Flatten(), nn.Dropout(_DROPOUT), nn.Linear(_CHANNELS[-1] * left, _HIDDEN), nn.ReLU()
        )
        self.of_facts = nn.Sequential(
            nn.Linear(2 * N_FACTS, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, _HIDDEN), nn.ReLU()
        )
        self.head = nn.Sequential(
            nn.Dropout(_DROPOUT),
            nn.Linear(2 * _HIDDEN + n_leads, _HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN, outputs),
        )
        self.register_buffer("fact_mean", torch.zeros(N_FACTS))
        self.register_buffer("fact_std", torch.ones(N_FACTS))

    @torch.no_grad()
    def fit_facts(self, facts: Tensor) -> None:
        """Take mean and standard deviation from the training set, `(records, 16)`; NaN is left out."""
        mean = facts.nanmean(dim=0)
        self.fact_mean.copy_(mean)
        self.fact_std.copy_((facts - mean).square().nanmean(dim=0).sqrt().clamp_min(1e-6))

    def forward(self, beat: Tensor, mask: Tensor | None, facts: Tensor) -> Tensor:
        x, there = without_absent(beat, mask)
        unknown = facts.isnan()
        scaled = ((facts - self.fact_mean) / self.fact_std).clamp(-5, 5).nan_to_num(nan=0.0)
        of_facts = self.of_facts(torch.cat([scaled, unknown.to(scaled.dtype)], dim=1))
        answer: Tensor = self.head(torch.cat([self.of_beat(self.blocks(self.stem(x))), of_facts, there], 1))
        return answer


class MeasuredEnsemble(nn.Module):
    """The mean answer of several `MeasuredNet`."""

    def __init__(self, outputs: int, members: int = 5) -> None:
        super().__init__()
        self.members = nn.ModuleList(MeasuredNet(outputs) for _ in range(members))

    def forward(self, beat: Tensor, mask: Tensor | None, facts: Tensor) -> Tensor:
        return torch.stack([member(beat, mask, facts) for member in self.members]).mean(0)
