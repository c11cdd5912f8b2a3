"""From base ECGs to a finished checkpoint: prepare, train, calibrate, evaluate, write the card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ecg_core.datasets.base_ecg import Split, read_ptbxl
from ecg_core.datasets.potassium import (
    K_DISTRIBUTION,
    K_MAX_MEQ_L,
    K_MIN_MEQ_L,
    LabelledECG,
    simulated_ecgs,
)
from ecg_core.datasets.prepared import PreparedECGs, load_prepared, prepare
from ecg_core.inference.card import Card, TrainingFacts
from ecg_core.inference.checkpoint import Checkpoint, half_precision
from ecg_core.models import count_parameters
from ecg_core.training.assess import assess
from ecg_core.training.facts import COMMON_LIMITS, MODEL_FACTS
from ecg_core.training.finish import (
    ANYTHING_FAMILIAR,
    UNCALIBRATED,
    calibrated,
    epoch_in_words,
    write_finished,
)
from ecg_core.training.loop import Epoch
from ecg_core.training.recipes import RECIPES, Recipe

PREPARED_SPLITS: tuple[Split, ...] = ("train", "validation")  # the others go through the app's own path
TEST_SET = "simulated potassium over PTB-XL folds 7-9"


def train_checkpoint(
    key: str, base_root: Path, out: Path, cache: Path, runs: Path, seed: int, report: Callable[[str], None]
) -> Card:
    """Train the recipe `key` on simulated potassium over the PTB-XL folder `base_root` and write `out`.

    What is done already in `cache` (network inputs) and `runs` (epochs) is not done again, so an
    interrupted call goes on when it is repeated. `report` is told of progress in words. Raises ECGError
    when the folder does not hold what is needed.
    """
    recipe = RECIPES[key]
    for split in PREPARED_SPLITS:
        if not (cache / split / "complete.json").is_file():
            report(f"preparing the {split} part (once; a few minutes per thousand ECGs)")
            prepare(_ecgs(base_root, split, seed), cache / split)
    train, validation = load_prepared(cache / "train"), load_prepared(cache / "validation")
    model, history = recipe.train(
        recipe, train, validation, runs / key, lambda epoch: report(epoch_in_words(epoch)), seed
    )
    card = _draft_card(recipe, out.name, count_parameters(model), train, history, seed)
    checkpoint = Checkpoint(card, half_precision(model).eval(), out)
    report("calibrating on records that training did not see")
    table = assess(checkpoint, _ecgs(base_root, "calibration", seed))
    checkpoint = calibrated(checkpoint, table, (K_MIN_MEQ_L, K_MAX_MEQ_L))
    report("evaluating on records that neither saw")
    table = assess(checkpoint, _ecgs(base_root, "test", seed))
    return write_finished(checkpoint, table, TEST_SET, float(train.k_meq_l.mean()), history)


def _ecgs(base_root: Path, split: Split, seed: int) -> Iterator[LabelledECG]:
    return simulated_ecgs((base for base in read_ptbxl(base_root) if base.split == split), seed)


def _draft_card(
    recipe: Recipe, name: str, n_parameters: int, train: PreparedECGs, history: list[Epoch], seed: int
) -> Card:
    facts = MODEL_FACTS[recipe.key]
    trained_on = TrainingFacts(
        description="Potassium effects simulated over real ECGs of PTB-XL fold 10 (waveforms only, no labels)",
        simulated=bool(train.table["simulated"].all()),
        n_records=int(train.table["base"].nunique()),
        n_patients=None,
        n_examples=len(train.table),
        k_distribution=K_DISTRIBUTION,
        split="By patient, along PTB-XL's folds: training 10, validation 1-3, calibration 4-6, test 7-9",
        recipe=recipe.words,
        seed=seed,
        epochs=len(history),
        seconds=round(sum(epoch.seconds for epoch in history)),
    )
    return Card(
        name=name,
        title=recipe.title,
        architecture=recipe.key,
        summary=facts.summary,
        source=facts.source,
        n_parameters=n_parameters,
        inputs=facts.inputs,
        output="serum potassium",
        unit="mEq/L",
        trained_on=trained_on,
        results=(),
        calibration=UNCALIBRATED,
        familiar=ANYTHING_FAMILIAR,
        limits=facts.limits + COMMON_LIMITS,
        licence="CC-BY 4.0 (learned from PTB-XL, 10.13026/kfzx-aw45)",
        sha256="",
    )
