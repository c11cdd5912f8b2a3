"""From a mini PTB-XL folder to a checkpoint that the app can load, with one short epoch."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecg_core.datasets import base_ecg, potassium
from ecg_core.datasets.base_ecg import BaseSource
from ecg_core.datasets.simulated_sources import SimulatedSources
from ecg_core.errors import ECGError
from ecg_core.evaluation import calibrate
from ecg_core.evaluation.table import read_evaluation
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import EVALUATION, LOSS_CURVE, load_checkpoint
from ecg_core.training import recipes
from ecg_core.training.recipes import RECIPES
from ecg_core.training.train_checkpoint import Workplace, judge_again, train_checkpoint
from tests.datasets.marked_folders import ludb_folder
from tests.datasets.mini_ptbxl import write_fold10_pack, write_mini_ptbxl

DRAWS = {"train": 4, "validation": 2, "calibration": 24, "test": 4}
LUDB_SPLITS = {"ludb-1": "test", "ludb-88": "train", "ludb-105": "validation"}
(_stage,) = RECIPES["dcrnn"].stages
SHORT = replace(RECIPES["dcrnn"], stages=(replace(_stage, epochs=1, batch_size=8),))


class Workshop:
    """A base folder with its cache and runs; `train` is one call of the command."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.base = write_mini_ptbxl(root / "ptbxl")
        self.ludb = ludb_folder(root / "ludb")

    def sources(self, seed: int = 3) -> SimulatedSources:
        return SimulatedSources(self.base, None, self.ludb, seed, workers=1)

    def train(self, name: str, without: BaseSource | None = None) -> tuple[Card, list[str]]:
        said: list[str] = []
        out = self.root / "checkpoints" / name
        workplace = Workplace(self.root / "cache", self.root / "runs")
        card = train_checkpoint(SHORT, self.sources(), out, workplace, 3, said.append, without)
        return card, said


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="module", autouse=True)
def small_demands() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipes, "CYCLES_PER_EPOCH", 16)
        patch.setattr(base_ecg, "split_of_name", LUDB_SPLITS.__getitem__)
        patch.setattr(potassium, "DRAWS", DRAWS)
        patch.setattr(calibrate, "MIN_RECORDS", 20)
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
    assert (card.trained_on.n_records, card.trained_on.n_examples) == (2, 8)
    assert "(seed 3) over real ECGs of PTB-XL, LUDB" in card.trained_on.description
    assert list(pd.read_csv(folder / LOSS_CURVE)["epoch"]) == [1]
    assert any("epoch 1: training loss" in words for words in said)


def test_it_is_calibrated_on_one_part_and_evaluated_on_another(
    workshop: Workshop, trained: tuple[Card, list[str]]
) -> None:
    card, _ = trained
    assert card.calibration.n_examples == DRAWS["calibration"]
    (result,) = card.results
    table = read_evaluation(workshop.root / "checkpoints/first" / EVALUATION)
    assert set(table["patient_id"]) == {"ptbxl-903", "ludb-1"}  # the only patients of the test parts
    assert all("simulated" in flags for flags in table["flags"])
    assert len(table) == 2 * DRAWS["test"]
    assert table["qrs_duration_ms"].between(40, 400).all()  # as measured, no logarithm
    assert (table["p_severe"].dropna() <= table["p_hyper"][table["p_severe"].notna()]).all()
    table = table.dropna(subset=["k_meq_l"])  # unlike the only calibration patient the model may abstain
    assert result.simulated and (result.n_records, result.n_examples) == (2, len(table))
    assert result.mae_meq_l == pytest.approx(np.abs(table["k_meq_l"] - table["k_true_meq_l"]).mean())
    inside = (table["k_low"] <= table["k_true_meq_l"]) & (table["k_true_meq_l"] <= table["k_high"])
    assert result.coverage == pytest.approx(inside.mean())


def test_the_card_knows_what_the_calibration_ecgs_looked_like(trained: tuple[Card, list[str]]) -> None:
    familiar = trained[0].familiar
    assert 40 < np.exp(familiar.centre[0]) < 150  # the heart rate
    assert familiar.k_meq_l == (2.0, 9.5)


def test_a_second_call_repeats_nothing_that_is_done_and_ends_alike(
    workshop: Workshop, trained: tuple[Card, list[str]]
) -> None:
    card, said = workshop.train("first")
    assert card == trained[0]
    assert not any("preparing" in words or "epoch" in words for words in said)


def test_a_source_that_is_left_out_is_judged_apart(workshop: Workshop) -> None:
    card, _ = workshop.train("without", without="LUDB")
    assert (card.trained_on.n_records, card.trained_on.n_examples) == (1, 4)
    others, own = card.results
    assert (others.dataset, others.n_records) == ("simulated potassium over the test part of PTB-XL", 1)
    assert own.dataset.endswith("LUDB, none of which was learned from") and own.n_records == 1
    with pytest.raises(ECGError, match="Challenge 2021 cannot be left out"):
        workshop.train("without", without="Challenge 2021")


def test_a_cache_made_from_something_else_is_refused(
    workshop: Workshop, trained: tuple[Card, list[str]]
) -> None:
    workplace = Workplace(workshop.root / "cache", workshop.root / "runs")
    with pytest.raises(
        ECGError, match=r"from 2 ECGs of PTB-XL, LUDB with seed 3, not from these 2 .* with seed 4"
    ):
        train_checkpoint(SHORT, workshop.sources(seed=4), workshop.root / "x", workplace, 3, print)
    fewer = replace(workshop.sources(), ludb=None)
    with pytest.raises(ECGError, match=r"not from these 1 ECGs of PTB-XL with seed 3"):
        train_checkpoint(SHORT, fewer, workshop.root / "x", workplace, 3, print)


def test_so_is_one_made_when_the_same_folders_held_fewer_ecgs(tmp_path: Path) -> None:
    root = write_mini_ptbxl(tmp_path / "ptbxl")
    grown = SimulatedSources(root, None, None, 3, workers=1)
    header = root / "records500/00000/00014_hr.hea"
    header.rename(header.with_suffix(".away"))
    write_fold10_pack(root, ("normal",))
    grown.prepare("train", tmp_path / "cache")
    before = grown.origin("train")
    write_fold10_pack(root, ("normal", "atrial_fibrillation"))
    assert grown.origin("train") != before
    with pytest.raises(ECGError, match="1 ECGs of PTB-XL with seed 3, not from these 2 ECGs"):
        grown.prepare("train", tmp_path / "cache")


def test_judging_again_changes_neither_weights_nor_figures(
    workshop: Workshop, trained: tuple[Card, list[str]]
) -> None:
    folder = workshop.root / "checkpoints/first"
    before = load_checkpoint(folder).card
    (card,) = judge_again([folder], workshop.sources(), print)
    assert card == before == load_checkpoint(folder).card
    assert list(pd.read_csv(folder / LOSS_CURVE)["epoch"]) == [1]


def test_a_folder_without_ecgs_is_an_error_in_words(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path / "cache", tmp_path / "runs")
    nothing = SimulatedSources(tmp_path, None, None, 0, workers=1)
    with pytest.raises(ECGError, match=r"ptbxl_database\.csv"):
        train_checkpoint(SHORT, nothing, tmp_path, workplace, 3, print)
