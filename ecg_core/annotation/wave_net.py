"""The network that tells P, QRS and T apart: a small U-Net over time that sees all leads of a record at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn

FS_HZ = 250.0  # the rate it reads and answers at
STRIDE = 32  # the number of samples it is fed is a multiple of this
CLASSES = ("none", "P", "QRS", "T")
NONE, P, QRS, T = range(4)

# Channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the rate; multiples of 16 cost least.
_WIDTHS = (32, 48, 64, 96, 128)
_DILATIONS = (1, 2, 4, 8)  # at 1/32 of the rate: a sample is judged by 2 s on either side of it and more
_BEAT_SAMPLES, _BEAT_STEP = 300, 75  # any 1.2 s hold a beat, unless the heart is very slow
_LOUDEST = 3.0  # an artefact is cut off at this many QRS heights
_FAINT = 30.0  # waves of 1/30 of the QRS and more are lifted out


class WaveNet(nn.Module):
    """Millivolts `(records, leads, samples)`, NaN where missing, to scores `(records, leads, 4, samples)`.

    Each lead is read by the same U-Net (Ronneberger et al. 2015). On its three coarsest levels every lead
    also hears the mean over the leads that are recorded at that time (as in Deep Sets, Zaheer et al. 2017):
    the heart is one, so that a wave too faint in one lead is known from the others, whatever leads there are,
    and a lead alone hears itself.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth, widest = _WIDTHS
        self.enter = _convolve(4, half, 7)
        self.down_4 = nn.Sequential(_convolve(half, quarter, 5, stride=2), _convolve(quarter, quarter, 5))
        self.down_8 = nn.Sequential(_convolve(quarter, eighth, 5, stride=2), _convolve(eighth, eighth, 3))
        self.down_16 = nn.Sequential(
            _convolve(eighth, sixteenth, 5, stride=2), _convolve(sixteenth, sixteenth, 3)
        )
        self.down_32 = _convolve(sixteenth, widest, 3, stride=2)
        self.around = nn.ModuleList(_convolve(widest, widest, 3, dilation=step) for step in _DILATIONS)
        self.share_8, self.share_16, self.share_32 = _Share(eighth), _Share(sixteenth), _Share(widest)
        self.up_16, self.up_8 = _Up(widest, sixteenth), _Up(sixteenth, eighth)
        self.up_4, self.up_2 = _Up(eighth, quarter), _Up(quarter, half)
        self.leave = nn.Conv1d(half, 2 * len(CLASSES), 5, padding=2)

    def forward(self, signal_mv: Tensor) -> Tensor:
        """Scores, not yet probabilities; see the class. The number of samples is a multiple of `STRIDE`."""
        records, leads, samples = signal_mv.shape
        recorded = torch.isfinite(signal_mv).float()
        at_2 = self.enter(_halves(_readable(signal_mv.reshape(-1, samples))))
        at_4 = self.down_4(at_2)
        at_8 = self.share_8(self.down_8(at_4), recorded)
        at_16 = self.share_16(self.down_16(at_8), recorded)
        at_32 = self.share_32(self.down_32(at_16), recorded)
        for look in self.around:
            at_32 = at_32 + look(at_32)
        at_8 = self.up_8(self.up_16(at_32, at_16), at_8)
        scores: Tensor = self.leave(self.up_2(self.up_4(at_8, at_4), at_2))
        scores = scores.reshape(-1, len(CLASSES), 2, samples // 2).transpose(2, 3)
        return scores.reshape(records, leads, len(CLASSES), samples)


class _Share(nn.Module):
    """Adds to each lead what the mean over all leads says, which counts a lead where it is recorded."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.listen = nn.Conv1d(channels, channels, 1)

    def forward(self, features: Tensor, recorded: Tensor) -> Tensor:
        records, leads, samples = recorded.shape
        weight = nn.functional.avg_pool1d(recorded, samples // features.shape[-1])[:, :, None]
        each = features.reshape(records, leads, *features.shape[1:])
        mean = (each * weight).sum(1) / weight.sum(1).clamp(min=1e-3)
        return (each + self.listen(mean)[:, None]).reshape(features.shape)


class _Up(nn.Module):
    """Doubles the resolution and adds what the way down saw there."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.narrow = nn.Conv1d(coarse, fine, 1)
        self.mix = _convolve(fine, fine, 5)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        mixed: Tensor = self.mix(nn.functional.interpolate(self.narrow(coarse), scale_factor=2.0) + fine)
        return mixed


def _convolve(
    channels_in: int, channels_out: int, width: int, stride: int = 1, dilation: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(
            channels_in, channels_out, width, stride, dilation * (width // 2), dilation=dilation, bias=False
        ),
        nn.BatchNorm1d(channels_out),
        nn.ReLU(inplace=True),
    )


def _readable(signal_mv: Tensor) -> Tensor:
    """`(rows, samples)` in units of the row's usual QRS height, plain and with small waves lifted: `(rows, 2, samples)`."""
    level = signal_mv.nanmedian(dim=1, keepdim=True).values
    centred = (signal_mv - level).nan_to_num()
    width = min(_BEAT_SAMPLES, centred.shape[1])
    heights = nn.functional.max_pool1d(centred.abs(), width, min(_BEAT_STEP, width))
    usual = torch.where(heights > 0, heights, torch.nan).nanmedian(dim=1, keepdim=True).values
    plain = centred / usual.nan_to_num(1.0)
    return torch.stack([plain.clamp(-_LOUDEST, _LOUDEST), torch.asinh(_FAINT * plain) / 4], dim=1)


def _halves(signal: Tensor) -> Tensor:
    """`(rows, channels, samples)` at half the rate, `(rows, 2 * channels, samples / 2)`: finer detail lies in the channels."""
    rows, channels, samples = signal.shape
    return signal.reshape(rows, channels, samples // 2, 2).transpose(2, 3).reshape(rows, 2 * channels, -1)
