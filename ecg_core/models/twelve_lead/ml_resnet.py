"""ML-ResNet: a small residual network for each lead, whose answers are added up over the leads.

Han and Shi, "ML-ResNet: A novel network to detect and locate myocardial infarction using 12 leads ECG", Computer
Methods and Programs in Biomedicine 2020;185:105138. Each lead has its own weights (1 -> 2 -> 4 -> 8 channels, kernels
of 17, 11 and 5), and the leads are combined linearly, so that a lead can be left out. All leads run at once as groups
of one convolution.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.twelve_lead.masking import without_absent

_LEADS = len(STANDARD_LEADS)
_CHANNELS = (1, 2, 4, 8)  # of one lead
_KERNELS = (17, 11, 5)
_DROPOUT = 0.2


def _convolution(in_channels: int, out_channels: int, kernel: int) -> nn.Conv1d:
    """Of every lead by itself; channel counts are of one lead."""
    return nn.Conv1d(
        _LEADS * in_channels, _LEADS * out_channels, kernel, padding=kernel // 2, groups=_LEADS, bias=False
    )


class LeadBlock(nn.Module):
    """Two convolutions beside a 1x1 skip, then the signal is halved."""

    def __init__(self, in_channels: int, out_channels: int, kernel: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            _convolution(in_channels, out_channels, kernel),
            nn.BatchNorm1d(_LEADS * out_channels),
            nn.ReLU(),
            _convolution(out_channels, out_channels, kernel),
            nn.BatchNorm1d(_LEADS * out_channels),
        )
        self.skip = _convolution(in_channels, out_channels, kernel=1)
        self.pool = nn.MaxPool1d(2)

    def forward(self, x: Tensor) -> Tensor:
        shorter: Tensor = self.pool(torch.relu(self.inner(x) + self.skip(x)))
        return shorter


class MLResNet(nn.Module):
    """`(batch, 12, samples)` of any length -> `(batch, outputs)`.

    The answer is the mean over the leads that are there of each lead's own linear answer: mean and greatest value
    over time of its eight channels, weighted.
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        steps = zip(_CHANNELS[:-1], _CHANNELS[1:], _KERNELS, strict=True)
        self.blocks = nn.Sequential(*(LeadBlock(*step) for step in steps))
        self.dropout = nn.Dropout(_DROPOUT)
        self.weights = nn.Parameter(torch.randn(_LEADS, 2 * _CHANNELS[-1], outputs) / _CHANNELS[-1])
        self.bias = nn.Parameter(torch.zeros(_LEADS, outputs))

    def features(self, x: Tensor) -> Tensor:
        """What each lead's answer rests on, `(batch, 12, 16)`: mean and greatest value over time of its eight channels."""
        channels = self.blocks(x).unflatten(1, (_LEADS, _CHANNELS[-1]))
        return torch.cat([channels.mean(3), channels.amax(3)], dim=2)

    def forward(self, signal: Tensor, mask: Tensor | None = None) -> Tensor:
        x, there = without_absent(signal, mask)
        features = self.dropout(self.features(x))
        of_leads = torch.einsum("blf,lfo->blo", features, self.weights) + self.bias
        weighted: Tensor = (of_leads * there[:, :, None]).sum(1) / there.sum(1, keepdim=True).clamp_min(1)
        return weighted
