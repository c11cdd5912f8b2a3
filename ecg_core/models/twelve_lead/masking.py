"""Absent leads, which every 12-lead model leaves out by name."""

from __future__ import annotations

from torch import Tensor

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.shapes import require_shape


def without_absent(signal: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """The signal with absent leads at zero, and the mask `(batch, 12)` as numbers.

    Raises ValueError unless the signal is `(batch, 12, samples)`.
    """
    require_shape(signal, len(STANDARD_LEADS))
    there = signal.new_ones(signal.shape[:2]) if mask is None else mask.to(signal.dtype)
    return signal * there[:, :, None], there
