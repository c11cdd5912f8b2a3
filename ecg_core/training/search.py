"""A search for better hyperparameters of a recipe (Optuna; Akiba et al., KDD 2019)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.errors import ECGError, TrainingError
from ecg_core.training.options import Options, changed
from ecg_core.training.recipes import Recipe

if TYPE_CHECKING:
    import optuna

RATES = 0.1, 10.0  # times the recipe's learning rate


def search(
    recipe: Recipe,
    options: Options,
    train: PreparedECGs,
    validation: PreparedECGs,
    folder: Path,
    trials: int,
    seed: int,
    say: Callable[[str], None],
) -> Options:
    """`options` with the learning rate, sampling and augmentation whose validation loss was lowest in `trials` trainings.

    The test part is not looked at. The trials are proposed by a tree-structured Parzen estimator seeded with `seed`.
    Each has its own folder below `folder`, and is not repeated after an interruption, nor by a training with the
    options that were found. Raises ECGError where Optuna is not installed, the recipe has nothing to choose, or no
    trial came to an end.
    """
    try:
        import optuna
    except ImportError as error:
        raise ECGError("The search needs Optuna: python -m pip install -r requirements-train.txt.") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    rate = changed(recipe, replace(options, balanced=recipe.balanced)).stages[-1].learning_rate
    tried: dict[int, Options] = {}

    def lowest_loss(trial: optuna.Trial) -> float:
        options_of_trial = tried[trial.number] = _proposed(trial, options, rate)
        variant = changed(recipe, options_of_trial)
        try:
            _, history = variant.train(
                variant, train, validation, folder / options_of_trial.folder, lambda epoch: None, seed
            )
        except TrainingError as error:
            say(f"trial {trial.number + 1} of {trials}: given up with {options_of_trial.words}; {error}")
            raise optuna.TrialPruned from error
        lowest = min(epoch.val_loss for epoch in history if epoch.stage == variant.stages[-1].name)
        say(
            f"trial {trial.number + 1} of {trials}: validation loss {lowest:.4f} with {options_of_trial.words}"
        )
        return lowest

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(lowest_loss, n_trials=trials)
    if not study.get_trials(states=[optuna.trial.TrialState.COMPLETE]):
        raise TrainingError("Every training of the search was given up. Try a lower --learning-rate.")
    return tried[study.best_trial.number]


def _proposed(trial: optuna.Trial, options: Options, rate: float) -> Options:
    low, high = RATES
    return replace(
        options,
        learning_rate=trial.suggest_float("learning_rate", low * rate, high * rate, log=True),
        balanced=trial.suggest_categorical("balanced", [True, False]),
        augment=trial.suggest_categorical("augment", [True, False]),
    )
