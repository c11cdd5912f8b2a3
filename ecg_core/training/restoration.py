"""How the network that restores leads is trained, and judged on records it never saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ecg_core.datasets.base_ecg import ListedECG
from ecg_core.datasets.digest import digest
from ecg_core.datasets.waveforms import Waveforms, prepare_waveforms
from ecg_core.errors import ECGError
from ecg_core.inference.checkpoint import half_precision
from ecg_core.models.twelve_lead.u_resnet import UResNet
from ecg_core.training.finish import epoch_in_words
from ecg_core.training.loop import Epoch, Stage, run_stage
from ecg_core.training.restoration_batches import RestorationBatches

Report = Callable[[str], None]

_LEAST_SIZE_MV = 0.02  # leads that are smaller on average count as if they were so large
_EPOCHS = 20
_LEAST_ECGS = 2


def restoration_loss(model: nn.Module, signal_mv: Tensor, measured: Tensor) -> Tensor:
    """Mean absolute error of each restored lead in units of that lead's own mean absolute value.

    The L1 loss of the paper, but so that an ECG of low voltage counts as much as one of high voltage.
    """
    assert isinstance(model, UResNet)
    with torch.autocast(signal_mv.device.type, enabled=False):  # least squares needs all digits
        linear_mv = model.linear(measured) @ signal_mv
    error = (linear_mv + model.missed(linear_mv, measured) - signal_mv).abs().mean(2)
    size = signal_mv.abs().mean(2).clamp(min=_LEAST_SIZE_MV)
    absent = (~measured).float()
    return (error / size * absent).sum() / absent.sum()


_STAGE = Stage(
    "restoration",
    restoration_loss,
    2e-3,
    batch_size=32,
    epochs=_EPOCHS,
    patience=_EPOCHS,
    anneal=True,
    clip_norm=1.0,
)


def second_moments(signal_mv: NDArray[np.float32]) -> NDArray[np.float64]:
    """`(8, 8)` of ECGs `(n, 8, samples)`, each ECG scaled to trace 8 so that all count the same."""
    moments = np.einsum("nit,njt->nij", signal_mv, signal_mv, dtype=np.float64)
    of_each: NDArray[np.float64] = moments * (8 / np.trace(moments, axis1=1, axis2=2))[:, None, None]
    return np.asarray(of_each.mean(axis=0))


def train_restoration(
    bases: Iterable[ListedECG], cache: Path, runs: Path, seed: int, report: Report
) -> tuple[UResNet, list[Epoch], Waveforms]:
    """The trained network, rounded as it will be stored, its loss curve, and the ECGs with their parts.

    Goes on where an earlier training in `runs` stopped. Raises ECGError when there are too few ECGs.
    """
    waveforms = prepare_waveforms(bases, cache, report)
    signal_mv, validation_mv = waveforms.part_mv("train"), waveforms.part_mv("validation")
    if min(len(signal_mv), len(validation_mv)) < _LEAST_ECGS:
        raise ECGError("There are too few ECGs to learn the restoration of leads from. Give more of PTB-XL.")
    torch.manual_seed(seed)
    model = UResNet()
    model.linear.moments.copy_(torch.from_numpy(second_moments(signal_mv)))
    history = run_stage(
        _STAGE,
        model,
        RestorationBatches(signal_mv, seed + 1),
        RestorationBatches(validation_mv, seed + 2, fixed=True),
        runs / f"restoration-{digest(seed, waveforms.table['record_id'].tolist())}",
        lambda epoch: report(epoch_in_words(epoch)),
    )
    half_precision(model)
    return model, history, waveforms
