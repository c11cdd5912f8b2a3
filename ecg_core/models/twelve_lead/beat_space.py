"""The median beat as a point in a space of few dimensions, which absent leads are completed from.

Probabilistic principal components (Tipping and Bishop, J R Stat Soc B 1999;61:611): given some leads, the coordinates
have a most probable value, and with it the absent leads. What is not known is drawn toward the mean beat.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.twelve_lead.masking import without_absent

BEAT_SAMPLES = 100
DIMENSIONS = 60


class BeatSpace(nn.Module):
    """Beat `(batch, 12, 100)` and mask `(batch, 12)` -> coordinates `(batch, 60)`, and the beat with its absent leads filled in."""

    mean: Tensor
    basis: Tensor
    variance: Tensor
    noise: Tensor

    def __init__(self) -> None:
        super().__init__()
        n_leads = len(STANDARD_LEADS)
        self.register_buffer("mean", torch.zeros(n_leads, BEAT_SAMPLES))
        self.register_buffer("basis", torch.zeros(DIMENSIONS, n_leads, BEAT_SAMPLES))
        self.register_buffer("variance", torch.ones(DIMENSIONS))
        self.register_buffer("noise", torch.ones(1))

    @torch.no_grad()
    def fit(self, beats: Tensor) -> None:
        """Learn the space from beats of all twelve leads, `(n, 12, 100)`, n at least 2."""
        flat = beats.flatten(1).double()
        mean = flat.mean(0)
        values, vectors = torch.linalg.eigh(torch.cov(flat.T))
        kept = min(DIMENSIONS, len(beats) - 1)
        values, vectors = values.flip(0).clamp_min(1e-6), vectors.flip(1)
        self.mean.copy_(mean.view_as(self.mean))
        self.basis.zero_()
        self.basis[:kept] = vectors[:, :kept].T.reshape(kept, *self.mean.shape)
        self.variance.copy_(values[:DIMENSIONS])
        self.noise.fill_(float(values[kept:].mean()))

    def forward(self, beat: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        _, there = without_absent(beat, mask)
        rest = (beat - self.mean) * there[:, :, None]
        of_lead = torch.einsum("kls,mls->lkm", self.basis, self.basis)
        precision = torch.einsum("bl,lkm->bkm", there, of_lead) + torch.diag(self.noise / self.variance)
        coordinates = torch.linalg.solve(precision, torch.einsum("kls,bls->bk", self.basis, rest))
        completed = self.mean + torch.einsum("bk,kls->bls", coordinates, self.basis)
        return coordinates, torch.where(there[:, :, None] > 0, beat, completed)

    def scaled(self, coordinates: Tensor) -> Tensor:
        """In units of the spread along the first dimension."""
        return coordinates / self.variance[0].sqrt()
