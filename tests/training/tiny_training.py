"""Prepared data and a network small enough to train within a test."""

import numpy as np
import pandas as pd
import torch
from torch import nn

from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.inference.measured import MEASURED_KEYS


def prepared(n_records: int, seed: int = 0) -> PreparedECGs:
    """Noise whose height grows with potassium, so that something can be learned."""
    rng = np.random.default_rng(seed)
    k_meq_l = rng.uniform(2.0, 9.5, n_records)

    def signal(*shape: int) -> np.ndarray:
        return k_meq_l[:, None, None] / 10 * rng.standard_normal((n_records, *shape))

    table = pd.DataFrame({"split": "train", "k_meq_l": k_meq_l})
    return PreparedECGs(
        table,
        (1000 * signal(8, 5000)).astype(np.int16),
        signal(4, 512).astype(np.float16),
        signal(8, 512).astype(np.float16),
        np.full((n_records, len(MEASURED_KEYS)), np.nan, np.float32),
    )


class TinyNet(nn.Module):
    """One lead, with everything that resuming can get wrong: dropout, batch statistics, momentum."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x).squeeze(1)


def tiny_net() -> TinyNet:
    """The same initial weights at every call."""
    torch.manual_seed(7)
    return TinyNet()
