"""What EMPNet's adjustment learns from: a trained network's estimate of each ECG, and the facts beside it."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.inference.measured import MEASURED_KEYS, PATIENT_FACTS
from ecg_core.models.empnet import FACTS
from ecg_core.training.batches import MiddleCrops

Floats = NDArray[np.float32]

ECGS_AT_ONCE = 32


def facts_of(ecgs: PreparedECGs) -> Floats:
    """`(n, 8)` in the order of EMPNet's `FACTS`; NaN where unknown, as is every fact that the table lacks."""
    columns = dict(zip(MEASURED_KEYS, ecgs.measured.T, strict=True))
    for name in PATIENT_FACTS:
        known = name in ecgs.table
        columns[name] = ecgs.table[name].to_numpy(np.float32) if known else np.full(len(ecgs.table), np.nan)
    return np.stack([columns[name] for name in FACTS], axis=1).astype(np.float32)


@torch.no_grad()
def adjustment_inputs(network: nn.Module, ecgs: PreparedECGs, step: int) -> tuple[Floats, Floats]:
    """Of every `step`-th ECG its estimate from the middle crop, then its facts, `(n, 9)`; and the true potassium `(n,)`."""
    crops = MiddleCrops(ecgs, step)
    network.eval()
    estimates = [network(signal_mv).numpy() for signal_mv, _ in crops.batches(ECGS_AT_ONCE, epoch=0)]
    inputs = np.column_stack([np.concatenate(estimates), facts_of(ecgs)[crops.rows]])
    return inputs.astype(np.float32), ecgs.k_meq_l[crops.rows]
