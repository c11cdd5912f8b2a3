"""How each bundled network is trained. A recipe is code: what is written here is what was run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.models import MODELS, BetaVAERegressor, EMPNet, build
from ecg_core.models.potassium_output import Code
from ecg_core.models.vae_loss import vae_loss
from ecg_core.training.augmentation import Augmented
from ecg_core.training.batches import ArrayBatches, BatchSource, CropBatches, MiddleCrops
from ecg_core.training.kalium_recipe import STAGES, WORDS, train_kalium_net
from ecg_core.training.loop import Epoch, LossFunction, Report, Stage, rate_words, run_stage
from ecg_core.training.losses import LOSSES, PotassiumLoss
from ecg_core.training.patient_facts import adjustment_inputs

Train = Callable[["Recipe", PreparedECGs, PreparedECGs, Path, Report, int], tuple[nn.Module, list[Epoch]]]

CYCLES_PER_EPOCH = 12_000
CROPS_PER_EPOCH = 2_400
LEADS_PER_CROP = 4
CROPS_WITH_FACTS = 2_400
BEATS_PER_EPOCH = 1_200
BETA = 1.1  # weight of the divergence in the beta-VAE
VALIDATION_STEP = 3  # every third record is enough to choose the epoch of a network that takes long to answer


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
    code: Code = "value"  # of potassium at the output, which the loss asks for
    balanced: bool = True  # five potassium classes are drawn equally often
    augment: bool = False  # gain, noise, shift and leads vary at random

    @property
    def chooses_loss(self) -> bool:
        """Whether the last stage's loss can be replaced by another of `LOSSES`."""
        return isinstance(self.stages[-1].loss, PotassiumLoss)

    def varied(self, source: BatchSource, seed: int) -> BatchSource:
        """The training batches, augmented if the recipe says so."""
        return Augmented(source, seed) if self.augment else source


def huber(model: nn.Module, inputs: Tensor, k_meq_l: Tensor) -> Tensor:
    """Huber loss of the estimate, delta 1 mEq/L."""
    return functional.huber_loss(model(inputs), k_meq_l)


def huber_after_adding(model: nn.Module, inputs: Tensor, k_meq_l: Tensor) -> Tensor:
    """`huber` of a first estimate, column 0, with what `model` makes of the other columns added."""
    return functional.huber_loss(inputs[:, 0] + model(inputs[:, 1:]), k_meq_l)


def beta_vae(model: nn.Module, inputs: Tensor, k_meq_l: Tensor) -> Tensor:
    """The beta-VAE objective with MAE reconstruction; potassium takes no part."""
    return vae_loss(model(inputs), inputs, beta=BETA, reconstruction="mae").total


def _train_on_cycles(
    recipe: Recipe, train: PreparedECGs, validation: PreparedECGs, folder: Path, report: Report, seed: int
) -> tuple[nn.Module, list[Epoch]]:
    def cycles(ecgs: PreparedECGs, draws: int | None) -> ArrayBatches:
        flat = ecgs.cycles.reshape(-1, 1, ecgs.cycles.shape[-1])
        k_meq_l = np.repeat(ecgs.k_meq_l, ecgs.cycles.shape[1])
        return ArrayBatches(flat, k_meq_l, seed, shuffle=False, draws=draws, balanced=recipe.balanced)

    torch.manual_seed(seed)
    model = build(recipe.key, code=recipe.code)
    (stage,) = recipe.stages
    batches = recipe.varied(cycles(train, CYCLES_PER_EPOCH), seed), cycles(validation, None)
    return model, run_stage(stage, model, *batches, folder, report)


def _train_ecg12net(
    recipe: Recipe, train: PreparedECGs, validation: PreparedECGs, folder: Path, report: Report, seed: int
) -> tuple[nn.Module, list[Epoch]]:
    torch.manual_seed(seed)
    model = build("ecg12net", code=recipe.code)
    (stage,) = recipe.stages
    crops = CropBatches(train, seed, CROPS_PER_EPOCH, LEADS_PER_CROP, recipe.balanced)
    batches = recipe.varied(crops, seed), MiddleCrops(validation, VALIDATION_STEP)
    return model, run_stage(stage, model, *batches, folder, report)


def _train_empnet(
    recipe: Recipe, train: PreparedECGs, validation: PreparedECGs, folder: Path, report: Report, seed: int
) -> tuple[nn.Module, list[Epoch]]:
    """On top of the ECG12Net of the same runs, which is trained first where it is not there; its weights stay."""
    first, second = recipe.stages
    base = replace(RECIPES["ecg12net"], stages=(first,))
    ecg12net, history = base.train(base, train, validation, folder.parent / base.key, report, seed)
    torch.manual_seed(seed)
    model = EMPNet()
    model.ecg.load_state_dict(ecg12net.state_dict())
    step = max(len(train.table) // CROPS_WITH_FACTS, 1)
    inputs, k_meq_l = adjustment_inputs(ecg12net, train, step)
    unseen, k_unseen_meq_l = adjustment_inputs(ecg12net, validation, VALIDATION_STEP)
    model.adjustment.fit(torch.from_numpy(inputs[:, 1:]))
    batches = (
        ArrayBatches(inputs, k_meq_l, seed, draws=len(inputs)),
        ArrayBatches(unseen, k_unseen_meq_l, seed, shuffle=False),
    )
    return model, history + run_stage(second, model.adjustment, *batches, folder, report)


def _train_beta_vae(
    recipe: Recipe, train: PreparedECGs, validation: PreparedECGs, folder: Path, report: Report, seed: int
) -> tuple[nn.Module, list[Epoch]]:
    rows = [INDEPENDENT_LEADS.index(lead) for lead in MODELS["beta_vae"].leads]
    train_mv, validation_mv = train.median_mv[:, rows], validation.median_mv[:, rows]
    torch.manual_seed(seed)
    model = BetaVAERegressor(code=recipe.code)
    first, second = recipe.stages
    median_beats = (
        recipe.varied(ArrayBatches(train_mv, train.k_meq_l, seed, draws=BEATS_PER_EPOCH), seed),
        ArrayBatches(
            validation_mv[::VALIDATION_STEP], validation.k_meq_l[::VALIDATION_STEP], seed, shuffle=False
        ),
    )
    history = run_stage(first, model.vae, *median_beats, folder, report)
    model.freeze_vae()
    model.handcrafted.fit(torch.from_numpy(train_mv.astype(np.float32)))
    described = (
        ArrayBatches(_describe(model, train_mv[::2]), train.k_meq_l[::2], seed),
        ArrayBatches(_describe(model, validation_mv), validation.k_meq_l, seed, shuffle=False),
    )
    return model, history + run_stage(second, model.regressor, *described, folder, report)


@torch.no_grad()
def _describe(model: BetaVAERegressor, median_mv: NDArray[np.floating]) -> NDArray[np.float32]:
    """`(n, 73)`: what the regressor is fed."""
    model.eval()
    beats = torch.from_numpy(median_mv.astype(np.float32))
    described: NDArray[np.float32] = torch.cat(
        [model.describe(part) for part in torch.split(beats, 64)]
    ).numpy()
    return described


_WIDE = (("to_mu", 0.01), ("to_sigma", 0.01))  # a step changes their output by the rate times 65,536 inputs
_HUBER = LOSSES["huber"]


def _annealed(name: str, loss: LossFunction, learning_rate: float, batch_size: int, epochs: int) -> Stage:
    """As many epochs as are said, since the rate falls to zero over them."""
    return Stage(name, loss, learning_rate, batch_size, epochs, patience=epochs, anneal=True, clip_norm=5.0)


def _schedule(stage: Stage, note: str = "") -> str:
    """An annealed stage with Huber loss in words, up to what its epochs are made of."""
    return (
        f"Adam {rate_words(stage)} with cosine decay{note}, batch {stage.batch_size}, Huber loss,"
        f" {stage.epochs} epochs"
    )


_DCRNN = _annealed("dcrnn", _HUBER, 3e-4, 64, epochs=24)
_DSCNN = _annealed("dscnn", _HUBER, 5e-4, 64, epochs=16)
_ECG12NET = _annealed("ecg12net", replace(_HUBER, sparse=True), 1e-3, 32, epochs=16)
_EMPNET = Stage("empnet", huber_after_adding, 1e-3, 64, epochs=40, patience=15, anneal=True)
_VAE = Stage("vae", beta_vae, 1e-3, 32, epochs=36, patience=36, anneal=True, scaled=_WIDE)
_REGRESSOR = Stage("regressor", LOSSES["mse"], 1e-3, 64, epochs=200, patience=25, plateau=True, clip_norm=1.0)

_EVENLY = "drawn so that five potassium classes are equally frequent"
_BEST = "best validation loss kept"
_CYCLES = f"of {CYCLES_PER_EPOCH:,} cycles an epoch {_EVENLY}, {_BEST}"

RECIPES = MappingProxyType(
    {
        recipe.key: recipe
        for recipe in (
            Recipe("kalium_net", "KaliumNet", WORDS, STAGES, train_kalium_net),
            Recipe(
                "dcrnn",
                "DCRNN",
                _schedule(_DCRNN, " (the document's 5e-5 needs several times as many passes)")
                + f" {_CYCLES}",
                (_DCRNN,),
                _train_on_cycles,
            ),
            Recipe("dscnn", "DSCNN", f"{_schedule(_DSCNN)} {_CYCLES}", (_DSCNN,), _train_on_cycles),
            Recipe(
                "dscnn_standard",
                "DSCNN's twin of standard convolutions",
                f"As DSCNN: {_schedule(_DSCNN)} {_CYCLES}",
                (replace(_DSCNN, name="dscnn_standard"),),
                _train_on_cycles,
            ),
            Recipe(
                "ecg12net",
                "ECG12Net",
                f"{_schedule(_ECG12NET)} of {CROPS_PER_EPOCH:,} random 2.05 s crops of four random leads each,"
                f" {_EVENLY}, {_BEST}",
                (_ECG12NET,),
                _train_ecg12net,
            ),
            Recipe(
                "empnet",
                "EMPNet",
                "ECG12Net as trained, unchanged; then what eight facts add to its estimate:"
                f" {_schedule(_EMPNET)} over about {CROPS_WITH_FACTS:,} training ECGs, {_EVENLY}, {_BEST}",
                (_ECG12NET, _EMPNET),
                _train_empnet,
            ),
            Recipe(
                "beta_vae",
                "Beta-VAE + features",
                f"Stage 1: beta-VAE, beta {BETA:g}, MAE reconstruction summed over a beat, Adam {rate_words(_VAE)} with"
                " cosine decay, a hundredth of it for the two layers that sum 65,536 inputs (which"
                f" {rate_words(_VAE)} throws off: KL of 10^5 nats), batch {_VAE.batch_size}, {_VAE.epochs} epochs of"
                f" {BEATS_PER_EPOCH:,} median beats {_EVENLY}. Stage 2: regressor on 64 latent means and 9 features of"
                f" every second ECG, MSE, Adam {rate_words(_REGRESSOR)}, gradient norm at most {_REGRESSOR.clip_norm:g},"
                " early stopping",
                (_VAE, _REGRESSOR),
                _train_beta_vae,
            ),
        )
    }
)
