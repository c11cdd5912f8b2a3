"""Models whose size is that of what they learned."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class SizedByWeights(nn.Module):
    """A module whose own buffers take the shapes of the weights that are loaded into it."""

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *arguments: Any) -> None:
        for name, buffer in self._buffers.items():
            stored = state_dict.get(prefix + name)
            if buffer is not None and stored is not None and stored.ndim == buffer.ndim:
                self._buffers[name] = torch.empty(stored.shape, dtype=buffer.dtype, device=buffer.device)
        super()._load_from_state_dict(state_dict, prefix, *arguments)
