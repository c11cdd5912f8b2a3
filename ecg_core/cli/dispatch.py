"""Which module does what a command asks for, and which options it looks at."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from ecg_core.errors import ECGError

# What a command can be asked for beside the models of potassium, and the module that does it.
OWN_MODULES: Mapping[str, Mapping[str, str]] = {
    "evaluate": {
        "delineation": "evaluate_delineation",
        "beats": "evaluate_delineation",
        "findings": "evaluate_twelve_lead",
        "age": "evaluate_twelve_lead",
        "restoration": "evaluate_restoration",
        "lead-elimination": "evaluate_lead_elimination",
    },
    "train": {
        "delineator": "train_delineator",
        "findings": "train_twelve_lead",
        "age": "train_twelve_lead",
        "twelve-lead": "train_twelve_lead",
        "restoration": "train_restoration",
        "lead-elimination": "train_lead_elimination",
    },
}
# Options that only the models of potassium look at, by the name of their value.
RECIPE_OPTIONS: Mapping[str, str] = {
    "loss": "--loss",
    "learning_rate": "--learning-rate",
    "epochs": "--epochs",
    "patience": "--patience",
    "sampling": "--sampling",
    "augment": "--augment",
    "search": "--search",
    "without_source": "--without-source",
}
FOR_POTASSIUM: Mapping[str, Mapping[str, str]] = {
    "evaluate": {
        "manifest": "--manifest",
        "table": "--table",
        "prevalence": "--prevalence",
        "out": "--out",
    },
    "train": {"manifest": "--manifest", "start": "--from", **RECIPE_OPTIONS},
}


def module_of(arguments: argparse.Namespace) -> str:
    """The module of a command, or of what it does in a way of its own. Raises ECGError for options that would not be looked at."""
    command: str = arguments.command
    if command not in OWN_MODULES:
        return command.replace("-", "_")
    what: str = arguments.task if command == "evaluate" else arguments.model
    own = OWN_MODULES[command].get(what)
    if own is not None:
        _refuse(arguments, FOR_POTASSIUM[command], f"{command} {what}", "for models of potassium")
        return own
    if arguments.manifest is None:
        return command
    if command == "train":
        _refuse(arguments, RECIPE_OPTIONS, "train --manifest", "for training with --base-ecgs")
    return f"{command}_site"


def _refuse(arguments: argparse.Namespace, options: Mapping[str, str], what: str, purpose: str) -> None:
    given = [flag for name, flag in options.items() if getattr(arguments, name)]
    if given:
        raise ECGError(
            f"{what} takes no {', '.join(given)}, which {'is' if len(given) == 1 else 'are'} {purpose}."
        )
