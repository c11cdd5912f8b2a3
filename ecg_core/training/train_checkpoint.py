"""From base ECGs to a finished checkpoint: prepare, train, calibrate, evaluate, write the card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ecg_core.datasets.base_ecg import BaseSource, Split, source_of
from ecg_core.datasets.digest import digest
from ecg_core.datasets.potassium import K_DISTRIBUTION, K_MAX_MEQ_L, K_MIN_MEQ_L, MEAN_K_MEQ_L
from ecg_core.datasets.prepared import PreparedECGs, is_prepared
from ecg_core.datasets.simulated_sources import SimulatedSources
from ecg_core.inference.card import Card, EvaluationResult, TrainingFacts
from ecg_core.inference.checkpoint import Checkpoint, half_precision, load_checkpoint
from ecg_core.models import count_parameters
from ecg_core.training.assess import assess_simulated
from ecg_core.training.draft_card import draft_card
from ecg_core.training.finish import calibrated, epoch_in_words, result_of, uncalibrated, write_finished
from ecg_core.training.loop import Epoch
from ecg_core.training.options import Options, changed
from ecg_core.training.recipes import Recipe
from ecg_core.training.search import search

PREPARED_SPLITS: tuple[Split, ...] = ("train", "validation")  # the others go through the app's own path
SPLIT_WORDS = (
    "By patient. PTB-XL along its folds: training 10, validation 1-3, calibration 4-6, test 7-9; Challenge 2021 and LUDB"
    " by a hash of the record's name: seven tenths training, one each for the others"
)
_LICENCE = "CC-BY 4.0 (learned from PTB-XL 10.13026/kfzx-aw45, Challenge 2021 10.13026/34va-7q14, LUDB 10.13026/eegm-h675)"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Workplace:
    """Where network inputs (`cache`) and epochs (`runs`) are kept; what is there is not done again."""

    cache: Path
    runs: Path


@dataclass(frozen=True)
class Plan:
    """Changes of a recipe, and how many trainings may be spent on finding better ones."""

    options: Options = field(default_factory=Options)
    trials: int = 0


def train_checkpoint(
    recipe: Recipe,
    sources: SimulatedSources,
    out: Path,
    workplace: Workplace,
    seed: int,
    say: Say,
    without: BaseSource | None = None,
    plan: Plan = Plan(),
) -> Card:
    """Train `recipe` on simulated potassium over real ECGs, calibrate and evaluate it, and write `out`.

    `plan` may change the recipe. With `without` nothing is learned from that source, and the results on its test ECGs are reported apart. An
    interrupted call goes on when it is repeated. `say` is told of progress in words. Raises ECGError when the folders
    do not hold what is needed, or the cache holds something else.
    """
    if without is not None:
        sources.require(without)
    for split in PREPARED_SPLITS:
        if not is_prepared(workplace.cache / split):
            say(f"preparing the {split} part (once; about ten minutes per thousand ECGs and process)")
        sources.prepare(split, workplace.cache / split)
    train, validation = (sources.prepared(workplace.cache / split, without) for split in PREPARED_SPLITS)
    options, folder = plan.options, workplace.runs / _run_name(sources, seed, without)
    if plan.trials:
        options = search(recipe, options, train, validation, folder / recipe.key, plan.trials, seed, say)
    recipe = changed(recipe, options)
    folder = folder / recipe.key / options.folder
    model, history = recipe.train(
        recipe, train, validation, folder, lambda epoch: say(epoch_in_words(epoch)), seed
    )
    card = _draft_card(recipe, out.name, count_parameters(model), train, sources, history, seed)
    checkpoint = Checkpoint(card, half_precision(model).eval(), out)
    (card,) = judge([checkpoint], sources, [history], say, without)
    return card


def judge_again(folders: Sequence[Path], sources: SimulatedSources, say: Say) -> list[Card]:
    """Renew intervals, probabilities and results of finished checkpoints; their weights stay, and so do loss curves.
    Raises ECGError when one cannot be read.
    """
    found = [load_checkpoint(folder) for folder in folders]
    checkpoints = [Checkpoint(uncalibrated(ckpt.card), ckpt.model, ckpt.folder) for ckpt in found]
    return judge(checkpoints, sources, [[] for _ in found], say)


def judge(
    checkpoints: Sequence[Checkpoint],
    sources: SimulatedSources,
    histories: Sequence[Sequence[Epoch]],
    say: Say,
    without: BaseSource | None = None,
) -> list[Card]:
    """Calibrate trained checkpoints, evaluate them on ECGs that neither saw, and write their folders."""

    def assess_part(split: Split) -> list[pd.DataFrame]:
        return assess_simulated(checkpoints, sources.bases(split), sources.seed, sources.workers)

    say("calibrating on records that training did not see")
    span = K_MIN_MEQ_L, K_MAX_MEQ_L
    tables = [_without(table, without) for table in assess_part("calibration")]
    checkpoints = [
        calibrated(checkpoint, table, span) for checkpoint, table in zip(checkpoints, tables, strict=True)
    ]
    say("evaluating on records that neither saw")
    return [
        write_finished(checkpoint, table, _results(table, sources, without), history)
        for checkpoint, table, history in zip(checkpoints, assess_part("test"), histories, strict=True)
    ]


def _results(
    table: pd.DataFrame, sources: SimulatedSources, without: BaseSource | None
) -> list[EvaluationResult]:
    """On all test ECGs; or, where a source was left out, on those of the others and on its own."""
    if without is None:
        return [result_of(table, _test_set(sources.names), MEAN_K_MEQ_L)]
    others = tuple(name for name in sources.names if name != without)
    left_out = table[table["base"].map(source_of) == without]
    return [
        result_of(_without(table, without), _test_set(others), MEAN_K_MEQ_L),
        result_of(left_out, f"{_test_set((without,))}, none of which was learned from", MEAN_K_MEQ_L),
    ]


def _without(table: pd.DataFrame, source: BaseSource | None) -> pd.DataFrame:
    return table if source is None else table[table["base"].map(source_of) != source]


def _test_set(names: Sequence[BaseSource]) -> str:
    return f"simulated potassium over the test part of {', '.join(names)}"


def _run_name(sources: SimulatedSources, seed: int, without: BaseSource | None) -> str:
    """A folder's name that changes with what is learned from, so that nothing stale is gone on with."""
    records = [sources.origin(split).records for split in PREPARED_SPLITS]
    return digest(sources.names, sources.seed, records, without, seed)


def _draft_card(
    recipe: Recipe,
    name: str,
    n_parameters: int,
    train: PreparedECGs,
    sources: SimulatedSources,
    history: Sequence[Epoch],
    seed: int,
) -> Card:
    bases = train.table["base"]
    learned = [name for name in sources.names if (bases.map(source_of) == name).any()]
    trained_on = TrainingFacts(
        description=f"Potassium effects simulated (seed {sources.seed}) over real ECGs of {', '.join(learned)}"
        " (waveforms only, no labels)",
        simulated=bool(train.table["simulated"].all()),
        n_records=int(bases.nunique()),
        n_patients=None,
        n_examples=len(train.table),
        k_distribution=K_DISTRIBUTION,
        split=SPLIT_WORDS,
        recipe=recipe.words,
        seed=seed,
        epochs=len(history),
        seconds=round(sum(epoch.seconds for epoch in history)),
    )
    return draft_card(recipe, name, n_parameters, trained_on, _LICENCE)
