"""UResNet: leads that were not recorded, estimated from those that were.

Gedon, Ribeiro, Wahlström and Schön, "First Steps Towards Self-Supervised Pretraining of the 12-Lead ECG", Computing in
Cardiology 2021: a U-Net (Ronneberger et al. 2015) of one-dimensional residual blocks, trained with an L1 loss. It
differs from theirs in what it is asked for: only what linear least squares misses, so that an untrained network
answers like least squares, and one network serves any set of leads.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ecg_core.leads import INDEPENDENT_LEADS

FS_HZ = 125.0  # the rate it reads and answers at
STRIDE = 32  # the number of samples it is fed is a multiple of this

# Channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the rate; multiples of 16 cost least.
_WIDTHS = (32, 48, 64, 96, 128)
_KERNEL = 7
_LEAST_SCALE_MV = 1e-3


class LinearLeads(nn.Module):
    """Linear least squares from any of the eight independent leads to all of them.

    `moments` `(8, 8)` are the leads' second moments; those of a zero-mean ECG are all that least squares needs.
    """

    moments: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("moments", torch.eye(len(INDEPENDENT_LEADS)))

    def forward(self, measured: Tensor) -> Tensor:
        """Weights `(batch, 8, 8)` from leads (columns) to leads (rows), for `measured` `(batch, 8)` bool; at least one is.

        Columns of absent leads are zero, rows of measured leads those of the identity matrix.
        """
        known = measured.to(self.moments.dtype)
        of_known = self.moments * known[:, None, :]
        solvable = of_known * known[:, :, None] + torch.diag_embed(1 - known)
        weights: Tensor = torch.linalg.solve(solvable, of_known, left=False)
        return weights


class UResNet(nn.Module):
    """The eight independent leads `(batch, 8, samples)` in millivolts from those that were `measured` `(batch, 8)` bool.

    Measured leads pass as they are; what absent ones hold does not matter. The answer scales with the ECG.
    """

    def __init__(self) -> None:
        super().__init__()
        n_leads = len(INDEPENDENT_LEADS)
        steps = list(pairwise(_WIDTHS))
        self.linear = LinearLeads()
        self.enter = ResidualBlock(4 * n_leads, _WIDTHS[0])
        self.down = nn.ModuleList(ResidualBlock(fine, coarse, stride=2) for fine, coarse in steps)
        self.around = nn.Sequential(*(ResidualBlock(_WIDTHS[-1], _WIDTHS[-1]) for _ in range(2)))
        self.up = nn.ModuleList(_Up(coarse, fine) for fine, coarse in reversed(steps))
        self.leave = nn.Conv1d(_WIDTHS[0], 2 * n_leads, 5, padding=2)
        for parameter in self.leave.parameters():
            nn.init.zeros_(parameter)

    def forward(self, signal_mv: Tensor, measured: Tensor) -> Tensor:
        """See the class. The number of samples is a multiple of `STRIDE`."""
        linear_mv = self.linear(measured) @ signal_mv
        return linear_mv + self.missed(linear_mv, measured)

    def missed(self, linear_mv: Tensor, measured: Tensor) -> Tensor:
        """What the linear estimate misses, `(batch, 8, samples)` in millivolts, zero in measured leads."""
        known = measured.to(linear_mv.dtype)[:, :, None]
        power = (linear_mv * known).square().mean(2, keepdim=True).sum(1, keepdim=True)
        scale_mv = (power / known.sum(1, keepdim=True)).sqrt().clamp(min=_LEAST_SCALE_MV)
        features = self.enter(_halves(torch.cat([linear_mv / scale_mv, known.expand_as(linear_mv)], dim=1)))
        passed = []
        for block in self.down:
            passed.append(features)
            features = block(features)
        features = self.around(features)
        for block in self.up:
            features = block(features, passed.pop())
        missed_mv: Tensor = _whole(self.leave(features)).float() * scale_mv * (1 - known)
        return missed_mv


class ResidualBlock(nn.Module):
    """Two convolutions beside a short cut (He et al. 2016); with `stride` 2 at half the resolution."""

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1) -> None:
        super().__init__()
        padding = _KERNEL // 2
        self.body = nn.Sequential(
            nn.Conv1d(channels_in, channels_out, _KERNEL, stride, padding, bias=False),
            nn.BatchNorm1d(channels_out),
            nn.ReLU(),
            nn.Conv1d(channels_out, channels_out, _KERNEL, 1, padding, bias=False),
            nn.BatchNorm1d(channels_out),
        )
        self.short_cut = nn.Sequential(nn.MaxPool1d(stride), nn.Conv1d(channels_in, channels_out, 1))

    def forward(self, features: Tensor) -> Tensor:
        joined: Tensor = torch.relu(self.body(features) + self.short_cut(features))
        return joined


class _Up(nn.Module):
    """Doubles the resolution and joins what the way down saw there."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.narrow = nn.Conv1d(coarse, fine, 1)
        self.mix = ResidualBlock(fine, fine)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        wide = nn.functional.interpolate(self.narrow(coarse), scale_factor=2.0)
        mixed: Tensor = self.mix(wide + fine)
        return mixed


def _halves(signal: Tensor) -> Tensor:
    """`(n, channels, samples)` at half the rate, `(n, 2 * channels, samples / 2)`: finer detail lies in the channels."""
    n, channels, samples = signal.shape
    return signal.reshape(n, channels, samples // 2, 2).transpose(2, 3).reshape(n, 2 * channels, -1)


def _whole(signal: Tensor) -> Tensor:
    """The reverse of `_halves`: `(n, 2 * channels, samples)` to `(n, channels, 2 * samples)`, finer detail in time again."""
    n, channels, samples = signal.shape
    return signal.reshape(n, channels // 2, 2, samples).transpose(2, 3).reshape(n, channels // 2, -1)
