"""ML-ResNet's networks of single leads, each answering by itself: what is learned of one lead depends on no other."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.twelve_lead.ml_resnet import MLResNet


class LeadNetworks(nn.Module):
    """`(batch, 12, samples)` -> `(batch, 12, outputs)`, an answer from each lead alone; `features` are what it rests on."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.networks = MLResNet(outputs)

    def features(self, x: Tensor) -> Tensor:
        """`(batch, 12, 16)`: mean and greatest value over time of each lead's eight channels."""
        channels = self.networks.blocks(x).unflatten(1, (len(STANDARD_LEADS), -1))
        return torch.cat([channels.mean(3), channels.amax(3)], dim=2)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        features = self.networks.dropout(self.features(x))
        answers: Tensor = torch.einsum("blf,lfo->blo", features, self.networks.weights) + self.networks.bias
        return answers
