from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from ecg_core.inference.card import read_card
from ecg_core.models import MODELS, BetaVAERegressor
from ecg_core.network_files import NETWORKS
from ecg_core.training import recipes
from ecg_core.training.loop import Epoch
from ecg_core.training.recipes import RECIPES
from tests.training.tiny_training import prepared

TRAIN, VALIDATION = prepared(8, seed=1), prepared(4, seed=2)


@pytest.fixture(autouse=True)
def few_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CYCLES_PER_EPOCH", "CROPS_PER_EPOCH", "CROPS_WITH_FACTS", "BEATS_PER_EPOCH"):
        monkeypatch.setattr(recipes, name, 4)
    monkeypatch.setattr(recipes, "VALIDATION_STEP", 1)


def train_briefly(key: str, folder: Path, seed: int = 5) -> tuple[nn.Module, list[Epoch]]:
    recipe = RECIPES[key]
    brief = replace(recipe, stages=tuple(replace(stage, epochs=1, batch_size=4) for stage in recipe.stages))
    return recipe.train(brief, TRAIN, VALIDATION, folder, lambda epoch: None, seed)


@pytest.mark.parametrize("key", list(RECIPES))
def test_every_recipe_gives_a_network_that_answers(key: str, tmp_path: Path) -> None:
    assert RECIPES[key].key == key
    model, history = train_briefly(key, tmp_path)
    assert [epoch.stage for epoch in history] == [stage.name for stage in RECIPES[key].stages]
    spec = MODELS[key]
    facts = [torch.randn(2, spec.n_facts)] if spec.n_facts else []
    with torch.no_grad():
        assert model.eval()(torch.randn(2, len(spec.leads), spec.samples), *facts).shape == (2,)


def test_every_potassium_architecture_of_the_dashboard_has_a_recipe() -> None:
    assert set(RECIPES) == set(MODELS)


def test_the_seed_decides_the_weights(tmp_path: Path) -> None:
    first, again, other = (
        train_briefly("dcrnn", tmp_path / name, seed)[0].output.weight
        for name, seed in (("first", 5), ("again", 5), ("other", 6))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_second_stage_leaves_the_autoencoder_alone(tmp_path: Path) -> None:
    model, _ = train_briefly("beta_vae", tmp_path)
    assert isinstance(model, BetaVAERegressor)
    vae = BetaVAERegressor().vae
    vae.load_state_dict(load_file(tmp_path / "vae-best.safetensors"))
    for (key, value), kept in zip(vae.state_dict().items(), model.vae.state_dict().values(), strict=True):
        assert torch.equal(value, kept), key
    assert bool((model.handcrafted.feature_std != 1).all())


@pytest.mark.parametrize("key", list(RECIPES))
def test_a_bundled_card_tells_the_recipe_as_the_code_has_it(key: str) -> None:
    cards = [
        card for path in NETWORKS.rglob(f"{key}/card.json") if (card := read_card(path)).architecture == key
    ]
    assert [card.trained_on.recipe for card in cards] == [RECIPES[key].words]
