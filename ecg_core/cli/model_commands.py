"""The commands that judge and train models."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecg_core.cli.dispatch import OWN_MODULES
from ecg_core.cli.options import (
    CHECKPOINTS,
    Commands,
    above_zero,
    add_base_sources,
    add_command,
    add_method,
    add_out,
    add_runs,
    add_seed,
    one_or_more,
)
from ecg_core.cli.site_arguments import add_evaluation_options, add_training_options

_TASKS = ("potassium", *OWN_MODULES["evaluate"])


def add_evaluate(commands: Commands) -> None:
    """`evaluate TASK`."""
    parser = add_command(
        commands,
        "evaluate",
        "show how good estimates of potassium, or waves and beats, are",
        "potassium: compare estimates with the truth: error, detection of hyper- and hypokalemia, interval coverage, "
        "overall and per potassium range, beside always answering the mean. delineation: compare P, QRS and T with the "
        "marks of LUDB or the QT database; beats: with those of the MIT-BIH Arrhythmia Database; as PhysioNet ships them. "
        "findings, age: 12-lead models on fold 10 of PTB-XL. restoration: absent leads estimated from others, beside least "
        "squares; lead-elimination: findings and age with fewer and fewer leads.",
        "python -m ecg_core evaluate potassium",
    )
    parser.set_defaults(installed=CHECKPOINTS)
    parser.add_argument(
        "task",
        choices=_TASKS,
        metavar="TASK",
        help=f"{', '.join(_TASKS[:-1])} or {_TASKS[-1]}",
    )
    parser.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help="folder of marked ECGs, for delineation and beats; PTB-XL, for findings and age",
    )
    add_runs(parser)
    add_method(parser)
    parser.add_argument(
        "checkpoints",
        type=Path,
        nargs="*",
        metavar="CHECKPOINT",
        help="folders of models, whose own test results are shown (default: all that are installed)",
    )
    parser.add_argument(
        "--table",
        type=Path,
        metavar="FILE",
        help="evaluate this table instead (CSV or Parquet; a wrong one is told which columns it needs)",
    )
    parser.add_argument(
        "--prevalence",
        default="",
        metavar="SHARES",
        help="potassium: percent of your patients, for PPV and NPV, such as hyper=10,hypo=4,severe=1 (default: an emergency "
        "department, hyper=3.6,hypo=5.5)",
    )
    add_evaluation_options(parser)


def add_train(commands: Commands) -> None:
    """`train MODEL --out DIR`."""
    parser = add_command(
        commands,
        "train",
        "train a potassium model, or the finder of P, QRS and T",
        "Train a model on simulated potassium over real ECGs, calibrate it, evaluate it on ECGs it never saw "
        "and write the checkpoint. Takes hours. Stop it at any time: the same command goes on where it stopped. "
        "'delineator' is trained on LUDB and judged by cross-validation, in about an hour. 'findings', 'age' and "
        "'twelve-lead' (both) are trained on the labels of PTB-XL's folds 1 to 9 and judged on fold 10. 'restoration' "
        "learns to estimate absent leads, 'lead-elimination' tries how few leads suffice.",
        "python -m ecg_core train dcrnn --base-ecgs ptb-xl --challenge cinc2021 --ludb ludb --out checkpoints/dcrnn",
    )
    parser.add_argument("model", metavar="MODEL", help="which model; a wrong name lists them")
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument(
        "--base-ecgs",
        type=Path,
        metavar="DIR",
        help="PTB-XL as PhysioNet ships it (500 Hz); for delineator, LUDB",
    )
    data.add_argument(
        "--manifest", type=Path, metavar="FILE.csv", help="a site's own ECGs with laboratory potassium"
    )
    parser.add_argument(
        "--noise",
        type=Path,
        metavar="DIR",
        help="MIT-BIH Noise Stress Test Database as PhysioNet ships it; for delineator",
    )
    parser.add_argument(
        "--recipe",
        default="measured",
        metavar="NAME",
        help="for findings, age and twelve-lead: measured, few_leads, ribeiro, ribeiro_half or ml_resnet (default: %(default)s)",
    )
    add_out(parser, "folder of the checkpoint, checkpoints/<name>")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path("cache", "potassium-simulated"),
        metavar="DIR",
        help="folder for prepared network inputs, some GB (default: %(default)s)",
    )
    add_runs(parser)
    add_seed(parser, 0)
    add_base_sources(parser)
    parser.add_argument(
        "--without-source",
        choices=["ptbxl", "challenge", "ludb"],
        help="learn nothing from this source and report the results on it apart",
    )
    _add_recipe_options(parser)
    add_training_options(parser)


def _add_recipe_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("changes of a recipe (with --base-ecgs)")
    group.add_argument(
        "--loss",
        metavar="NAME",
        help="huber, mse, mae or smooth-l1 of the value; k-class (five classes) or k-concentration (60 steps)",
    )
    group.add_argument(
        "--learning-rate", type=above_zero, metavar="RATE", help="of the stage that learns potassium"
    )
    group.add_argument("--epochs", type=one_or_more, metavar="N", help="at most so many")
    group.add_argument(
        "--patience",
        type=one_or_more,
        metavar="N",
        help="end after so many epochs without a better validation loss",
    )
    group.add_argument(
        "--sampling",
        choices=["balanced", "natural"],
        help="five potassium classes equally often, or every ECG equally often",
    )
    group.add_argument(
        "--augment", action="store_true", help="vary gain, noise, moment and absent leads of training ECGs"
    )
    group.add_argument(
        "--search",
        type=one_or_more,
        default=0,
        metavar="N",
        help="first search learning rate, sampling and augmentation in N trainings (requirements-train.txt)",
    )


def add_calibrate(commands: Commands) -> None:
    """`calibrate CHECKPOINT…`."""
    parser = add_command(
        commands,
        "calibrate",
        "renew intervals, probabilities and results of trained potassium models",
        "Calibrate models that were trained on simulated potassium, and evaluate them on ECGs they never saw, as train"
        " does at its end; weights are not changed. Several models at once take little longer than one.",
        "python -m ecg_core calibrate checkpoints/dcrnn checkpoints/dscnn --base-ecgs ptb-xl",
    )
    parser.add_argument(
        "checkpoints",
        type=Path,
        nargs="+",
        metavar="CHECKPOINT",
        help="folders of models; they are written anew",
    )
    parser.add_argument(
        "--base-ecgs",
        type=Path,
        required=True,
        metavar="DIR",
        help="PTB-XL as PhysioNet ships it (500 Hz)",
    )
    add_base_sources(parser)


def add_train_page(commands: Commands) -> None:
    """`train-page NETWORK --out DIR`."""
    parser = add_command(
        commands,
        "train-page",
        "train a network that reads scanned pages",
        "Train the finder of traces (trace-ink) on pages printed from real ECGs, or the reader of lead names and "
        "scales (printed-text) on made-up print, and write weights and card. Takes about an hour on two processor "
        "cores. Stop it at any time: the same command goes on where it stopped.",
        "python -m ecg_core train-page trace-ink --base-ecgs ptb-xl --out checkpoints/digitization/trace_ink",
    )
    parser.add_argument("network", metavar="NETWORK", help="trace-ink or printed-text")
    parser.add_argument(
        "--base-ecgs",
        type=Path,
        metavar="DIR",
        help="PTB-XL as PhysioNet ships it (500 Hz); for trace-ink",
    )
    parser.add_argument(
        "--fonts",
        type=Path,
        default=Path("/usr/share/fonts"),
        metavar="DIR",
        help="folder of .ttf and .otf files, the more the better (default: %(default)s)",
    )
    add_out(parser, "folder of the checkpoint")
    add_runs(parser)
    add_seed(parser, 20261121)
