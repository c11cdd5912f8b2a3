"""Model 1: the residual network of Ribeiro et al., "Automatic diagnosis of the 12-lead ECG using a deep neural network".

Nature Communications 2020;11:1760. A convolution to 64 channels, four residual blocks of two convolutions with 128,
196, 256 and 320 channels, each shortening the signal to a quarter, and one dense layer over all that is left. The
paper feeds 4096 samples at 400 Hz (1024, 256, 64 and 16 after the blocks) with kernels of 16; here 1024 samples at
100 Hz leave 256, 64, 16 and 4, and kernels are 17 long so that they have a middle. A dropout rate of 0.2 is the
paper's "keep 0.8". Without the shortening nearly all weights would sit in the dense layer.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.twelve_lead.masking import without_absent

CHANNELS = (64, 128, 196, 256, 320)
SAMPLES = 1024
_KERNEL = 17
_SHORTEN = 4
_DROPOUT = 0.2


def _convolution(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv1d:
    return nn.Conv1d(in_channels, out_channels, _KERNEL, stride, padding=_KERNEL // 2, bias=False)


class ResidualBlock(nn.Module):
    """Two convolutions beside a skip of max pooling and a 1x1 convolution; figure 1 of the paper.

    `(batch, in, samples)` twice -> `(batch, out, samples / 4)` twice: the sum after normalisation, activation and
    dropout, and the sum itself, which is what the next skip takes.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.first = _convolution(in_channels, out_channels)
        self.first_norm = nn.BatchNorm1d(out_channels)
        self.second = _convolution(out_channels, out_channels, _SHORTEN)
        self.skip = nn.Sequential(
            nn.MaxPool1d(_SHORTEN), nn.Conv1d(in_channels, out_channels, kernel_size=1, bias=False)
        )
        self.norm = nn.BatchNorm1d(out_channels)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, x: Tensor, skipped: Tensor) -> tuple[Tensor, Tensor]:
        inner = self.dropout(torch.relu(self.first_norm(self.first(x))))
        total = self.second(inner) + self.skip(skipped)
        return self.dropout(torch.relu(self.norm(total))), total


class RibeiroNet(nn.Module):
    """`(batch, 12, samples)` of at most 1024 samples -> `(batch, outputs)`; shorter signals are zero-padded on both sides."""

    def __init__(self, outputs: int, channels: tuple[int, ...] = CHANNELS) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            _convolution(len(STANDARD_LEADS), channels[0]), nn.BatchNorm1d(channels[0]), nn.ReLU()
        )
        self.blocks = nn.ModuleList(ResidualBlock(*pair) for pair in pairwise(channels))
        left = SAMPLES // _SHORTEN ** len(self.blocks)
        self.head = nn.Linear(channels[-1] * left, outputs)

    def forward(self, signal: Tensor, mask: Tensor | None = None) -> Tensor:
        x, _ = without_absent(signal, mask)
        short = SAMPLES - x.shape[2]
        x = skipped = self.stem(F.pad(x, (short // 2, short - short // 2)))
        for block in self.blocks:
            x, skipped = block(x, skipped)
        answer: Tensor = self.head(x.flatten(1))
        return answer


class HalfRibeiroNet(RibeiroNet):
    """Half as wide, a quarter of the work: for some thousand training records, or a machine without a GPU."""

    def __init__(self, outputs: int) -> None:
        super().__init__(outputs, tuple(n_channels // 2 for n_channels in CHANNELS))
