"""The convolution blocks that DSCNN and DCRNN share: depthwise-separable, or standard ones of the same shape."""

from __future__ import annotations

from typing import Literal

from torch import nn

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


def _block(
    in_channels: int, out_channels: int, kernel_size: int, convolution: Convolution, pool: bool
) -> nn.Sequential:
    layers: list[nn.Module] = []
    if convolution == "separable":
        layers += [
            nn.Conv1d(in_channels, in_channels, kernel_size, padding=PADDING, groups=in_channels),
            nn.Conv1d(in_channels, out_channels, kernel_size=1),
        ]
    else:
        layers.append(nn.Conv1d(in_channels, out_channels, kernel_size, padding=PADDING))
    layers += [nn.ReLU(), nn.BatchNorm1d(out_channels)]
    return nn.Sequential(*layers, nn.MaxPool1d(2)) if pool else nn.Sequential(*layers)
