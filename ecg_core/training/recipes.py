"""How each bundled network is trained. A recipe is code: what is written here is what was run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.models import MODELS, BetaVAERegressor, build
from ecg_core.models.vae_loss import vae_loss
from ecg_core.training.batches import ArrayBatches, CropBatches
from ecg_core.training.loop import Epoch, Report, Stage, run_stage

Train = Callable[["Recipe", PreparedECGs, PreparedECGs, Path, Report, int], tuple[nn.Module, list[Epoch]]]


@dataclass(frozen=True)
class Recipe:
    """A model's training: `train(recipe, train, validation, folder, report, seed)` returns it with its loss curve.

    The seed decides the initial weights and the dropout (it sets PyTorch's generator) and the order of the data.
    """

    key: str  # architecture, and name of the bundled checkpoint
    title: str
    words: str  # for the card
    stages: tuple[Stage, ...]
    train: Train


def huber(model: nn.Module, inputs: Tensor, k_meq_l: Tensor) -> Tensor:
    """Huber loss of the estimate, delta 1 mEq/L."""
    return functional.huber_loss(model(inputs), k_meq_l)


def squared(model: nn.Module, inputs: Tensor, k_meq_l: Tensor) -> Tensor:
    """Mean squared error of the estimate."""
    return functional.mse_loss(model(inputs), k_meq_l)


def beta_vae(model: nn.Module, inputs: Tensor, k_meq_l: Tensor) -> Tensor:
    """The beta-VAE objective with MAE reconstruction and beta 1.1; potassium takes no part."""
    return vae_loss(model(inputs), inputs, beta=1.1, reconstruction="mae").total


def _train_dcrnn(
    recipe: Recipe, train: PreparedECGs, validation: PreparedECGs, folder: Path, report: Report, seed: int
) -> tuple[nn.Module, list[Epoch]]:
    def cycles(ecgs: PreparedECGs, shuffle: bool) -> ArrayBatches:
        flat = ecgs.cycles.reshape(-1, 1, ecgs.cycles.shape[-1])
        return ArrayBatches(flat, np.repeat(ecgs.k_meq_l, ecgs.cycles.shape[1]), seed, shuffle)

    torch.manual_seed(seed)
    model = build("dcrnn")
    (stage,) = recipe.stages
    return model, run_stage(stage, model, cycles(train, True), cycles(validation, False), folder, report)


def _train_ecg12net(
    recipe: Recipe, train: PreparedECGs, validation: PreparedECGs, folder: Path, report: Report, seed: int
) -> tuple[nn.Module, list[Epoch]]:
    torch.manual_seed(seed)
    model = build("ecg12net")
    (stage,) = recipe.stages
    crops = CropBatches(train, seed, draws=CROPS_PER_EPOCH)
    return model, run_stage(stage, model, crops, CropBatches(validation, seed, draws=None), folder, report)


def _train_beta_vae(
    recipe: Recipe, train: PreparedECGs, validation: PreparedECGs, folder: Path, report: Report, seed: int
) -> tuple[nn.Module, list[Epoch]]:
    def batches(inputs: np.ndarray, ecgs: PreparedECGs, shuffle: bool) -> ArrayBatches:
        return ArrayBatches(inputs, ecgs.k_meq_l, seed, shuffle)

    rows = [INDEPENDENT_LEADS.index(lead) for lead in MODELS["beta_vae"].leads]
    train_mv, validation_mv = train.median_mv[:, rows], validation.median_mv[:, rows]

    torch.manual_seed(seed)
    model = BetaVAERegressor()
    first, second = recipe.stages
    median_beats = batches(train_mv, train, True), batches(validation_mv, validation, False)
    history = run_stage(first, model.vae, *median_beats, folder, report)
    model.freeze_vae()
    model.handcrafted.fit(torch.from_numpy(train_mv.astype(np.float32)))
    described = (
        batches(_describe(model, train_mv), train, True),
        batches(_describe(model, validation_mv), validation, False),
    )
    return model, history + run_stage(second, model.regressor, *described, folder, report)


@torch.no_grad()
def _describe(model: BetaVAERegressor, median_mv: np.ndarray) -> np.ndarray:
    """`(n, 73)` float32: what the regressor is fed."""
    model.eval()
    beats = torch.from_numpy(median_mv.astype(np.float32))
    return torch.cat([model.describe(part) for part in torch.split(beats, 64)]).numpy()


CROPS_PER_EPOCH = 1200

RECIPES = MappingProxyType(
    {
        recipe.key: recipe
        for recipe in (
            Recipe(
                "dcrnn",
                "DCRNN",
                "Adam 5e-5, batch 64, Huber loss, up to 10 passes over four cycles a record, best validation loss kept",
                (Stage("dcrnn", huber, 5e-5, 64, epochs=10, patience=6),),
                _train_dcrnn,
            ),
            Recipe(
                "ecg12net",
                "ECG12Net",
                "Adam 1e-3 with cosine decay, batch 16, Huber loss, 14 epochs of 1,200 random 2.05 s crops drawn"
                " so that five potassium classes are equally frequent, best validation loss kept",
                (Stage("ecg12net", huber, 1e-3, 16, epochs=14, patience=14, anneal=True, clip_norm=5.0),),
                _train_ecg12net,
            ),
            Recipe(
                "beta_vae",
                "Beta-VAE + features",
                "Stage 1: beta-VAE, beta 1.1, MAE reconstruction summed over a beat, Adam 5e-5 (the document's 1e-3"
                " throws the 65,536-wide layers off: KL of 10^5 nats), halved on plateau, batch 32, up to 4 epochs. Stage 2: regressor on 64 latent means and 9 features, MSE, Adam 1e-3,"
                " gradient norm at most 1, early stopping",
                (
                    Stage("vae", beta_vae, 5e-5, 32, epochs=4, patience=4, plateau=True),
                    Stage(
                        "regressor", squared, 1e-3, 64, epochs=200, patience=25, plateau=True, clip_norm=1.0
                    ),
                ),
                _train_beta_vae,
            ),
        )
    }
)
