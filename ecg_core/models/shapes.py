"""Checks and counts that the architectures share."""

from __future__ import annotations

from torch import Tensor, nn


def require_shape(x: Tensor, leads: int, samples: int | None = None) -> None:
    """Raises ValueError unless `x` is `(batch, leads, samples)`; any length passes when `samples` is None."""
    if x.ndim != 3 or x.shape[1] != leads or (samples is not None and x.shape[2] != samples):
        expected = "any length" if samples is None else samples
        raise ValueError(f"expected a signal of (batch, {leads}, {expected}), not {tuple(x.shape)}")


def count_parameters(module: nn.Module) -> int:
    """Trainable and frozen parameters together; buffers are not counted."""
    return sum(parameter.numel() for parameter in module.parameters())
