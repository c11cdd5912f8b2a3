import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ecg_core.errors import ECGError, TrainingError
from ecg_core.models import DCRNN, build
from ecg_core.models.k_encoding import encode_k_concentration
from ecg_core.models.potassium_output import N_SCORES, PotassiumOutput
from ecg_core.training import recipes
from ecg_core.training.augmentation import Augmented, augmented
from ecg_core.training.batches import ArrayBatches
from ecg_core.training.loop import Epoch
from ecg_core.training.losses import LOSSES
from ecg_core.training.options import Options, changed
from ecg_core.training.recipes import RECIPES
from ecg_core.training.search import search
from tests.training.tiny_training import prepared

K_MEQ_L = torch.tensor([2.0, 3.0, 4.5, 6.0, 8.0])


@pytest.fixture(autouse=True)
def few_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "CYCLES_PER_EPOCH", 8)


def test_an_option_changes_what_it_names_and_the_words_say_so() -> None:
    options = Options("mae", 1e-2, epochs=3, patience=2, balanced=False, augment=True)
    recipe = changed(RECIPES["dscnn"], options)
    (stage,) = recipe.stages
    assert (stage.loss.name, stage.learning_rate, stage.epochs, stage.patience) == ("mae", 1e-2, 3, 2)  # type: ignore[attr-defined]
    assert recipe.augment and not recipe.balanced
    assert recipe.words.endswith(
        "changed: loss mae, learning rate 0.01, epochs 3, patience 2, balanced False, augment True"
    )
    assert changed(RECIPES["dscnn"], Options()) is RECIPES["dscnn"]


def test_a_twelve_lead_network_is_still_told_of_absent_leads() -> None:
    (stage,) = changed(RECIPES["ecg12net"], Options("k-class")).stages
    assert stage.loss.sparse and stage.loss.code == "k_class"  # type: ignore[attr-defined]


def test_what_cannot_be_changed_is_told() -> None:
    with pytest.raises(ECGError, match="huber, mse, mae, smooth-l1, k-class, k-concentration"):
        changed(RECIPES["dcrnn"], Options("logcosh"))
    with pytest.raises(ECGError, match="EMPNet is trained in its own way; leave out loss mae"):
        changed(RECIPES["empnet"], Options("mae"))


@pytest.mark.parametrize("name", LOSSES)
def test_a_network_trained_to_any_code_answers_in_meq_l(name: str, tmp_path: Path) -> None:
    recipe = changed(RECIPES["dscnn"], Options(name, epochs=1))
    model, _ = recipe.train(recipe, prepared(6), prepared(4, seed=1), tmp_path, lambda epoch: None, 0)
    with torch.no_grad():
        scores = model.scores(torch.randn(3, 1, 512))
        estimate = model.eval()(torch.randn(3, 1, 512))
    assert scores.shape == (3, N_SCORES[recipe.code]) and estimate.shape == (3,)
    if recipe.code != "value":  # whose answers lie within their code
        assert ((estimate > 1.5) & (estimate < 9.5)).all()


@pytest.mark.parametrize("name", LOSSES)
def test_the_true_code_has_the_lowest_loss_and_is_read_as_its_potassium(name: str) -> None:
    loss = LOSSES[name]
    output = PotassiumOutput(4, loss.code, 5.0)
    right = {
        "value": K_MEQ_L[:, None],
        "k_class": 50 * torch.eye(5),
        "k_concentration": 100 * (encode_k_concentration(K_MEQ_L) - 0.5),
    }[loss.code]
    assert loss.of_scores(right, K_MEQ_L) < loss.of_scores(right.roll(1, dims=0), K_MEQ_L)
    tolerance = {"value": 1e-6, "k_class": 0.51, "k_concentration": 0.14}[loss.code]
    assert (output.decode(right) - K_MEQ_L).abs().max() < tolerance


def test_a_thermometer_starts_near_the_usual_potassium() -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        estimate = build("dcrnn", code="k_concentration").eval()(torch.randn(8, 1, 512))
    assert (estimate - 5.0).abs().max() < 0.5
    assert isinstance(build("dcrnn", code="k_class"), DCRNN)


def test_augmentation_keeps_shape_and_likeness_and_differs_every_epoch() -> None:
    rng = np.random.default_rng(0)
    signal = torch.from_numpy(np.cumsum(rng.normal(size=(6, 12, 512)), axis=2).astype(np.float32))
    changed_signal = augmented(signal.clone(), np.random.default_rng(1))
    assert changed_signal.shape == signal.shape and changed_signal.dtype == torch.float32
    on = changed_signal.any(dim=2)
    assert on.any(dim=1).all() and not on.all()
    for before, after in zip(signal[on], changed_signal[on], strict=True):
        assert np.corrcoef(before, after)[0, 1] > 0.6 and not torch.equal(before, after)
    source = Augmented(ArrayBatches(signal.numpy(), np.arange(6, dtype=np.float32), seed=0, shuffle=False), 3)
    first, again, other = (next(source.batches(6, epoch))[0] for epoch in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_search_picks_what_validated_best_and_keeps_the_options(tmp_path: Path) -> None:
    said: list[str] = []
    options = Options("mse", epochs=1)
    small = replace(RECIPES["dscnn"], stages=(replace(RECIPES["dscnn"].stages[0], batch_size=4),))
    found = search(small, options, prepared(8), prepared(4, seed=1), tmp_path, 3, 0, said.append)
    assert (found.loss, found.epochs) == ("mse", 1)
    assert found.learning_rate is not None and 5e-5 <= found.learning_rate <= 5e-3
    losses = [float(words.split("loss ")[1].split()[0]) for words in said]
    best = said[losses.index(min(losses))]
    assert len(said) == 3 and best.endswith(found.words)


def test_a_trial_that_diverges_is_given_up_and_the_search_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    losses = iter([math.nan, 2.0, 1.0])

    def train(*_: object) -> tuple[nn.Module, list[Epoch]]:
        loss = next(losses)
        if math.isnan(loss):
            raise TrainingError("not a number")
        return nn.Identity(), [Epoch("dscnn", 1, loss, loss, 1e-3, 0.0)]

    recipe = replace(RECIPES["dscnn"], train=train)
    found = search(recipe, Options(), prepared(8), prepared(4, seed=1), tmp_path, 3, 0, said.append)
    assert "given up" in said[0] and said[2].endswith(found.words)
    losses = iter([math.nan])
    with pytest.raises(TrainingError, match="Every training of the search"):
        search(recipe, Options(), prepared(8), prepared(4, seed=1), tmp_path, 1, 0, said.append)


def test_trials_with_other_options_go_on_with_nothing_of_earlier_ones(tmp_path: Path) -> None:
    folders = []

    def train(*given: object) -> tuple[nn.Module, list[Epoch]]:
        folders.append(given[3])
        return nn.Identity(), [Epoch("dscnn", 1, 1.0, 1.0, 1e-3, 0.0)]

    recipe = replace(RECIPES["dscnn"], train=train)
    for options in (Options("mse"), Options("mae"), Options("mse")):
        search(recipe, options, prepared(8), prepared(4, seed=1), tmp_path, 2, 0, print)
    assert folders[:2] == folders[4:] and not set(folders[:2]) & set(folders[2:4])
