"""The convolution blocks that DSCNN and DCRNN share: depthwise-separable, or standard ones of the same shape."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Convolution = Literal["separable", "standard"]

PADDING = 32
KERNELS = (368, 128, 32)
CHANNELS = (64, 128, 256)


def convolution_blocks(in_channels: int, convolution: Convolution) -> nn.Sequential:
    """`(batch, in_channels, samples)` -> `(batch, 256, steps_after(samples))`.

    Each block: convolution, ReLU, BatchNorm, and in the first two MaxPool. A separable convolution is a depthwise one
    followed by a pointwise one; the standard one of the twin has the same kernel, padding and channels.
    """
    inputs = (in_channels, *CHANNELS[:-1])
    return nn.Sequential(
        *(
            _block(*sizes, convolution, pool=index < len(KERNELS) - 1)
            for index, sizes in enumerate(zip(inputs, CHANNELS, KERNELS, strict=True))
        )
    )


def steps_after(samples: int) -> int:
    """The length that the blocks leave: 512 -> 209 -> 104 -> 41 -> 20 -> 53."""
    first, second, third = (2 * PADDING - kernel + 1 for kernel in KERNELS)
    return ((samples + first) // 2 + second) // 2 + third


class DepthwiseConv1d(nn.Conv1d):
    """One kernel for each channel, `(batch, channels, samples)`; in evaluation mode by fast Fourier transform.

    With kernels as long as these that takes a fifth of the time of one ECG's beats.
    """

    def __init__(self, channels: int, kernel_size: int) -> None:
        super().__init__(channels, channels, kernel_size, padding=PADDING, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            return super().forward(x)
        assert self.bias is not None
        padded = functional.pad(x, (PADDING, PADDING))
        samples, (kernel_size,) = padded.shape[2], self.kernel_size
        # Layers called convolutions correlate: the kernel's transform is conjugated.
        spectrum = torch.fft.rfft(padded) * torch.fft.rfft(self.weight.squeeze(1), samples).conj()
        return torch.fft.irfft(spectrum, samples)[..., : samples - kernel_size + 1] + self.bias[:, None]


def _block(
    in_channels: int, out_channels: int, kernel_size: int, convolution: Convolution, pool: bool
) -> nn.Sequential:
    layers: list[nn.Module] = []
    if convolution == "separable":
        layers += [
            DepthwiseConv1d(in_channels, kernel_size),
            nn.Conv1d(in_channels, out_channels, kernel_size=1),
        ]
    else:
        layers.append(nn.Conv1d(in_channels, out_channels, kernel_size, padding=PADDING))
    layers += [nn.ReLU(), nn.BatchNorm1d(out_channels)]
    return nn.Sequential(*layers, nn.MaxPool1d(2)) if pool else nn.Sequential(*layers)
