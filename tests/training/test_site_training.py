"""From a small manifest to a checkpoint. All ECGs are simulated and say so: that everything goes its way, not that it learns."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
import torch

from ecg_core.datasets.manifest import Manifest, read_manifest
from ecg_core.errors import ECGError
from ecg_core.evaluation import calibrate
from ecg_core.evaluation.table import read_evaluation
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import EVALUATION, Checkpoint, load_checkpoint, write_checkpoint
from ecg_core.models import build
from ecg_core.training import fine_tune, recipes, site_training
from ecg_core.training.facts import COMMON_LIMITS
from ecg_core.training.finish import uncalibrated
from ecg_core.training.recipes import RECIPES
from ecg_core.training.site_card import fine_tuned_card
from ecg_core.training.site_inputs import BalancedBatches, SiteInputs, site_inputs
from ecg_core.training.site_training import SiteTraining
from tests.datasets.site_folders import write_simulated_site
from tests.made_up_card import made_up_card

NO_FACTS = np.empty((1000, 0), np.float32)
SIZES = {"train": 6, "validation": 3, "calibration": 21, "test": 3}


@pytest.fixture(scope="module", autouse=True)
def small_demands() -> Iterator[None]:
    (stage,) = RECIPES["dcrnn"].stages
    anew = replace(RECIPES["dcrnn"], stages=(replace(stage, epochs=1, batch_size=8),))
    brief = {name: replace(stage, epochs=1) for name, stage in fine_tune.STAGES.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrate, "MIN_RECORDS", 20)
        patch.setattr(site_training, "RECIPES", MappingProxyType({"dcrnn": anew}))
        patch.setattr(fine_tune, "STAGES", MappingProxyType(brief))
        for name in ("MIN_TRAIN", "MIN_TRAIN_ANEW", "MIN_VALIDATION", "MIN_TEST"):
            patch.setattr(site_training, name, 3)
        yield


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_simulated_site(tmp_path_factory.mktemp("site"), SIZES))


@pytest.fixture
def start(tmp_path: Path) -> Checkpoint:
    torch.manual_seed(0)
    card = replace(made_up_card("dcrnn", 207_602), limits=COMMON_LIMITS)
    write_checkpoint(tmp_path / "start", build("dcrnn"), card)
    return load_checkpoint(tmp_path / "start")


def training(manifest: Manifest, root: Path) -> tuple[SiteTraining, list[str]]:
    said: list[str] = []
    return SiteTraining(manifest, root / "tuned", root / "runs", 3, said.append), said


def test_fine_tuning_writes_a_checkpoint_that_tells_its_history(
    manifest: Manifest, start: Checkpoint, tmp_path: Path
) -> None:
    site, said = training(manifest, tmp_path)
    card = site.fine_tune(start, "last")
    assert load_checkpoint(tmp_path / "tuned").card == card
    assert (card.name, card.title) == ("tuned", "DCRNN, fine-tuned")
    learned = card.trained_on
    assert learned.description == "nothing; fine-tuned on 6 SIMULATED ECGs of 5 patients"
    assert (learned.n_records, learned.n_patients, learned.n_examples) == (6, 5, 24)
    assert learned.simulated and learned.seed == 3 and learned.epochs == 1
    assert "Fine-tuning: output layers only" in learned.recipe
    assert card.calibration.n_examples == SIZES["calibration"]  # not the ECG with a range
    (result,) = card.results
    assert result.simulated and result.n_examples == SIZES["test"]
    table = read_evaluation(tmp_path / "tuned" / EVALUATION)
    assert set(table["patient_id"]) == {"test-0", "test-1"}
    assert COMMON_LIMITS[0] in card.limits and COMMON_LIMITS[1] not in card.limits
    assert any("fine-tune-last epoch 1" in words for words in said)


def test_a_second_call_repeats_no_epoch_but_other_labels_do(
    manifest: Manifest, start: Checkpoint, tmp_path: Path
) -> None:
    site, _ = training(manifest, tmp_path)
    first = site.fine_tune(start, "all")
    again, said = training(manifest, tmp_path)
    assert again.fine_tune(load_checkpoint(start.folder), "all") == first
    assert not any("epoch" in words for words in said)
    relabelled = [
        replace(ecg, potassium=replace(ecg.potassium, high_meq_l=ecg.potassium.low_meq_l + 1))
        if index == 0
        else ecg
        for index, ecg in enumerate(manifest.ecgs)
    ]
    other, said = training(Manifest(tuple(relabelled)), tmp_path)
    other.fine_tune(load_checkpoint(start.folder), "all")
    assert any("epoch" in words for words in said)


def test_recalibration_leaves_the_weights_alone(
    manifest: Manifest, start: Checkpoint, tmp_path: Path
) -> None:
    site, _ = training(manifest, tmp_path)
    card = site.recalibrate(start)
    assert card.sha256 == start.card.sha256 and card.trained_on == start.card.trained_on
    assert card.calibration.n_examples == 30  # all parts but the test part
    assert card.calibration != start.card.calibration
    assert not set(COMMON_LIMITS[:2]) & set(card.limits)
    assert any("only its intervals and probabilities know this site" in limit for limit in card.limits)


def test_learning_anew_uses_the_recipe_on_two_leads(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipes, "CYCLES_PER_EPOCH", 64)
    site, _ = training(manifest, tmp_path)
    card = site.learn_anew("dcrnn")
    assert card.trained_on.description == "A site's SIMULATED ECGs"
    assert (card.trained_on.n_records, card.trained_on.n_patients) == (6, 5)
    assert card.results[0].n_examples == SIZES["test"]


def test_what_a_recipe_keeps_beside_its_folder_belongs_to_these_labels_and_this_seed(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EMPNet keeps the ECG12Net that it stands on there; another site's must not be taken for it."""
    folders: list[Path] = []

    def train(*given: object) -> None:
        folders.append(given[3])  # type: ignore[arg-type]
        raise ECGError("far enough")

    recipe = replace(RECIPES["dcrnn"], train=train)
    monkeypatch.setattr(site_training, "RECIPES", MappingProxyType({"dcrnn": recipe}))
    site, _ = training(manifest, tmp_path)
    for seed in (1, 2):
        with pytest.raises(ECGError, match="far enough"):
            replace(site, seed=seed).learn_anew("dcrnn")
    first, other = (folder.parent for folder in folders)
    assert first != other and tmp_path / "runs" == first.parent == other.parent


def test_real_ecgs_are_called_real() -> None:
    inputs = SiteInputs(
        np.zeros((4, 1, 512), np.float16), NO_FACTS[:4], np.array([3, 4, 5, 6], np.float32), 2, 2, False
    )
    tuning = fine_tune.FineTuning("all layers", [], improved=False)
    start = replace(made_up_card("dcrnn", 1), limits=COMMON_LIMITS)
    card: Card = fine_tuned_card(uncalibrated(start), "x", inputs, tuning, 0)
    assert "fine-tuned on 2 real ECGs with laboratory potassium of 2 patients" in card.trained_on.description
    assert not card.trained_on.simulated and COMMON_LIMITS[0] not in card.limits
    assert card.trained_on.recipe.endswith("no epoch did better on the validation part, so no weight changed")


def test_too_few_labels_are_told_before_anything_is_read(
    manifest: Manifest, start: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "MIN_RECORDS", 50)
    monkeypatch.setattr(site_training, "MIN_TRAIN", 50)
    site, said = training(manifest, tmp_path)
    with pytest.raises(ECGError) as raised:
        site.fine_tune(start, "all")
    assert "the train part has 6 ECGs with a potassium value, and 50 are needed" in str(raised.value)
    assert "for calibration there are 21 ECGs with a potassium value, and 50 are needed" in str(raised.value)
    assert "--layers none" in str(raised.value) and not said


def test_a_class_that_calibration_lacks_is_told(
    manifest: Manifest, start: Checkpoint, tmp_path: Path
) -> None:
    no_hyper = tuple(
        ecg for ecg in manifest.ecgs if ecg.split != "calibration" or ecg.potassium.low_meq_l < 5.5
    )
    site, _ = training(Manifest(no_hyper), tmp_path)
    with pytest.raises(
        ECGError, match=r"none of the ECGs for calibration has hyperkalemia \(5\.5 mEq/L or more\)"
    ):
        site.fine_tune(start, "last")


def test_unreadable_and_unfit_ecgs_are_left_out_and_told(manifest: Manifest, tmp_path: Path) -> None:
    first, second, third = manifest.part("train")[:3]
    missing = replace(second, path=tmp_path / "none.hea")
    said: list[str] = []
    found = site_inputs(made_up_card("dcrnn", 1), [first, missing, third], said.append)
    assert (found.n_ecgs, found.n_patients, found.simulated) == (2, 2, True)
    assert len(said) == 1 and said[0].startswith(f"left out {second.record_id}: ")
    with pytest.raises(ECGError, match="None of the ECGs can be given to ECG12NET; it needs I, II"):
        site_inputs(made_up_card("ecg12net", 1), [first], said.append)


def test_classes_are_drawn_equally_often_and_epochs_repeat_themselves() -> None:
    k_meq_l = np.repeat([2.2, 3.0, 4.5, 6.0, 8.0], [10, 20, 850, 80, 40]).astype(np.float32)
    inputs = SiteInputs(k_meq_l[:, None, None].astype(np.float16), NO_FACTS, k_meq_l, 1000, 1000, False)
    source = BalancedBatches(inputs, seed=1)
    signal, drawn = (torch.cat(parts) for parts in zip(*source.batches(64, 0), strict=True))
    counts = np.bincount(np.digitize(drawn, (2.5, 3.5, 5.5, 6.5)))
    assert counts.sum() == 1000 and (abs(counts - 200) < 60).all()
    assert torch.allclose(signal[:, 0, 0], drawn, atol=0.01)
    again = torch.cat([k for _, k in source.batches(64, 0)])
    other = torch.cat([k for _, k in source.batches(64, 1)])
    assert torch.equal(again, drawn) and not torch.equal(other, drawn)


def test_facts_are_drawn_with_their_signals_and_reach_the_network(tmp_path: Path) -> None:
    k_meq_l = np.linspace(2, 9, 12, dtype=np.float32)
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(12, 12, 64)).astype(np.float16)
    facts = np.tile(k_meq_l[:, None], (1, 8)).astype(np.float32)
    source = BalancedBatches(SiteInputs(signal, facts, k_meq_l, 12, 12, False), seed=1)
    (_, drawn_facts), drawn = next(source.batches(6, 0))
    assert torch.equal(drawn_facts[:, 3], drawn)
    network = build("empnet").eval()
    before = network.adjustment.layers[0].weight.clone()
    fine_tune.fine_tune(network, source, source, "all", tmp_path, lambda epoch: None)
    assert not torch.equal(network.adjustment.layers[0].weight, before)
