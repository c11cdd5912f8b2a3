"""From a mini PTB-XL folder to a checkpoint that the app can load, with one short epoch."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from ecg_core.datasets import potassium
from ecg_core.errors import ECGError
from ecg_core.evaluation import calibrate
from ecg_core.evaluation.table import read_evaluation
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import EVALUATION, LOSS_CURVE, load_checkpoint
from ecg_core.training import train_checkpoint as module
from ecg_core.training.recipes import RECIPES
from ecg_core.training.train_checkpoint import train_checkpoint
from tests.datasets.mini_ptbxl import write_mini_ptbxl

DRAWS = {"train": 4, "validation": 2, "calibration": 24, "test": 4}


class Workshop:
    """A base folder with its cache and runs; `train` is one call of the command."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.base = write_mini_ptbxl(root / "ptbxl")

    def train(self, name: str) -> tuple[Card, list[str]]:
        said: list[str] = []
        out = self.root / "checkpoints" / name
        card = train_checkpoint(
            "dcrnn", self.base, out, self.root / "cache", self.root / "runs", 3, said.append
        )
        return card, said


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="module", autouse=True)
def small_demands() -> object:
    dcrnn = RECIPES["dcrnn"]
    (stage,) = dcrnn.stages
    short = replace(dcrnn, stages=(replace(stage, epochs=1, batch_size=8),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "RECIPES", MappingProxyType({"dcrnn": short}))
        patch.setattr(potassium, "DRAWS", DRAWS)
        patch.setattr(calibrate, "MIN_PER_BIN", 20)
        yield


@pytest.fixture(scope="module")
def trained(workshop: Workshop) -> tuple[Card, list[str]]:
    return workshop.train("first")


def test_the_checkpoint_can_be_loaded_and_tells_its_history(
    workshop: Workshop, trained: tuple[Card, list[str]]
) -> None:
    card, said = trained
    folder = workshop.root / "checkpoints/first"
    assert load_checkpoint(folder).card == card
    assert (card.name, card.architecture, card.n_parameters) == ("first", "dcrnn", 207_602)
    assert card.trained_on.simulated and card.trained_on.seed == 3 and card.trained_on.epochs == 1
    assert (card.trained_on.n_records, card.trained_on.n_examples) == (1, 4)
    assert list(pd.read_csv(folder / LOSS_CURVE)["epoch"]) == [1]
    assert any("epoch 1: training loss" in words for words in said)


def test_it_is_calibrated_on_one_part_and_evaluated_on_another(
    workshop: Workshop, trained: tuple[Card, list[str]]
) -> None:
    card, _ = trained
    assert card.calibration.n_examples == DRAWS["calibration"]
    (result,) = card.results
    assert result.simulated and (result.n_records, result.n_examples) == (1, DRAWS["test"])
    table = read_evaluation(workshop.root / "checkpoints/first" / EVALUATION)
    assert set(table["patient_id"]) == {"ptbxl-903"}  # the only patient of the test folds
    assert result.mae_meq_l == pytest.approx(np.abs(table["k_meq_l"] - table["k_true_meq_l"]).mean())
    inside = (table["k_low"] <= table["k_true_meq_l"]) & (table["k_true_meq_l"] <= table["k_high"])
    assert result.coverage == pytest.approx(inside.mean())
    assert all("simulated" in flags for flags in table["flags"])


def test_the_card_knows_what_the_calibration_ecgs_looked_like(trained: tuple[Card, list[str]]) -> None:
    familiar = trained[0].familiar
    assert 40 < familiar.heart_rate_bpm[0] < familiar.heart_rate_bpm[1] < 150
    assert 2 < familiar.peak_to_peak[0] < familiar.peak_to_peak[1] < 20  # z-scores
    assert familiar.k_meq_l == (2.0, 9.5)


def test_a_second_call_repeats_nothing_that_is_done_and_ends_alike(
    workshop: Workshop, trained: tuple[Card, list[str]]
) -> None:
    card, said = workshop.train("first")
    assert card == trained[0]
    assert not any("preparing" in words or "epoch" in words for words in said)


def test_a_folder_without_ecgs_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(ECGError, match=r"ptbxl_database\.csv"):
        train_checkpoint("dcrnn", tmp_path, tmp_path, tmp_path / "cache", tmp_path / "runs", 3, print)
