"""The commands and their arguments.

A command's own module (`ecg_core.cli.<command>`, function `run`) is imported when that command is
called, so that help does not wait for PyTorch.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from ecg_core import __version__
from ecg_core.cli.site_arguments import add_evaluation_options, add_manifest_command, add_training_options
from ecg_core.errors import ECGError

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"  # those that come with the program

_PATHS_HELP = (
    "ECG files (WFDB header or signal file, CSV, TSV, EDF, DICOM, scanned or photographed page, zip), folders "
    "(all ECGs in them and in their subfolders), or quoted patterns such as 'ward/**/*.hea'"
)
_IMAGES_HELP = (
    "scanned or photographed ECGs (PNG, JPEG, TIFF, BMP, WebP, PDF; the pages of one file are one ECG), folders "
    "(all of them there and in subfolders), or quoted patterns such as 'scans/**/*.jpg'"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status: 0 all well, 1 something failed, 2 wrong usage."""
    arguments = build_parser().parse_args(argv)
    command = importlib.import_module(f"ecg_core.cli.{_module(arguments)}")
    try:
        status: int = command.run(arguments)
    except ECGError as error:
        print(f"python -m ecg_core {arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What was finished is kept.", file=sys.stderr)
        return 130
    return status


def _module(arguments: argparse.Namespace) -> str:
    """The module of a command, or of one of its tasks that has its own."""
    command: str = arguments.command
    if getattr(arguments, "task", None) in ("delineation", "beats"):
        return "evaluate_delineation"
    if command in ("evaluate", "train") and arguments.manifest is not None:
        return f"{command}_site"
    if getattr(arguments, "model", None) == "delineator":
        return "train_delineator"
    return command.replace("-", "_")


def build_parser() -> argparse.ArgumentParser:
    """All commands with their help."""
    parser = argparse.ArgumentParser(
        prog="python -m ecg_core",
        description="Read, annotate and judge ECGs. Research software: not for diagnosis or treatment.",
        epilog="'python -m ecg_core COMMAND --help' explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"Kalium {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_annotate(commands)
    _add_digitize(commands)
    _add_predict(commands)
    _add_evaluate(commands)
    _add_train(commands)
    _add_train_page(commands)
    add_manifest_command(commands)
    _add_simulate(commands)
    _add_render(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse offers no public name for it


def _add_annotate(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "annotate",
        "find beats and waves, measure intervals",
        "Find the beats and P, QRS and T of every lead, and measure rate, intervals and axis. "
        "Each ECG gives a file DIR/<name>.json, positions in samples at the ECG's own rate.",
        "python -m ecg_core annotate examples --out annotations",
    )
    _add_batch_arguments(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the results; made if absent"
    )
    parser.add_argument("--method", metavar="NAME", help="another way to find waves; a wrong name lists them")


def _add_digitize(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "digitize",
        "turn scanned or photographed ECGs into digital ones",
        "Follow the traces on pictures and PDFs of ECGs. Each file gives a WFDB record DIR/<name>.hea and .dat (mV "
        "at 500 Hz, invalid samples where nothing is printed), and DIR/<name>.json with layout, scale, confidence "
        "of each lead, and warnings. A page whose scale cannot be told is refused unless the options give it.",
        "python -m ecg_core digitize scans --out digitized",
    )
    _add_paths(parser, "IMAGE", _IMAGES_HELP)
    _add_page_facts(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the results; made if absent"
    )


def _add_predict(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "predict",
        "estimate serum potassium with every installed model",
        "Estimate serum potassium (mEq/L). The table has a row for each ECG and model: estimate, interval, "
        "probabilities of hypo- and hyperkalemia, and the reasons to distrust them. Empty numbers mean that "
        "the model did not answer.",
        "python -m ecg_core predict examples --out predictions.csv",
    )
    _add_batch_arguments(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE.csv", help="the table; replaced unless --resume"
    )
    parser.add_argument(
        "--checkpoints", type=Path, default=CHECKPOINTS, metavar="DIR", help="models (default: %(default)s)"
    )


def _add_evaluate(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "evaluate",
        "show how good estimates of potassium, or waves and beats, are",
        "potassium: compare estimates with the truth: error, detection of hyper- and hypokalemia, interval coverage, "
        "overall and per potassium range, beside always answering the mean. delineation: compare P, QRS and T with the "
        "marks of LUDB or the QT database; beats: with those of the MIT-BIH Arrhythmia Database; as PhysioNet ships them.",
        "python -m ecg_core evaluate potassium",
    )
    parser.set_defaults(installed=CHECKPOINTS)
    parser.add_argument(
        "task",
        choices=["potassium", "delineation", "beats"],
        metavar="TASK",
        help="potassium, delineation or beats",
    )
    parser.add_argument(
        "--root", type=Path, metavar="DIR", help="folder of marked ECGs; for delineation and beats"
    )
    parser.add_argument("--method", metavar="NAME", help="another way to find waves; a wrong name lists them")
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
    add_evaluation_options(parser)


def _add_train(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "train",
        "train a potassium model, or the finder of P, QRS and T",
        "Train a model on simulated potassium over real ECGs, calibrate it, evaluate it on ECGs it never saw "
        "and write the checkpoint. Takes hours. Stop it at any time: the same command goes on where it stopped. "
        "'delineator' is trained on LUDB and judged by cross-validation, in about half an hour.",
        "python -m ecg_core train dcrnn --base-ecgs ptb-xl --out checkpoints/dcrnn",
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
        "--out", type=Path, required=True, metavar="DIR", help="folder of the checkpoint, checkpoints/<name>"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path("cache", "potassium-simulated"),
        metavar="DIR",
        help="folder for prepared network inputs, some GB (default: %(default)s)",
    )
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="folder for the state of unfinished training (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of all that is random (default: %(default)s)"
    )
    add_training_options(parser)


def _add_train_page(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
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
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the checkpoint")
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="folder for the state of unfinished training (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=20261121, help="seed of all that is random (default: %(default)s)"
    )


def _add_simulate(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "simulate",
        "show what another potassium level might do to an ECG",
        "Apply the simulated effect of a potassium level to real 12-lead ECGs, as in a patient who answers "
        "typically. Each ECG gives a WFDB record DIR/<name>_k<level>, marked as simulated. For teaching and tests.",
        "python -m ecg_core simulate examples/ptbxl/00185_hr.hea --k 8.5 --out simulated",
    )
    _add_batch_arguments(parser)
    parser.add_argument(
        "--k", type=float, required=True, metavar="MEQ_L", help="potassium from 2.0 to 9.5 mEq/L"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the records; made if absent"
    )


def _add_render(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "render",
        "print ECGs as page pictures with known truth",
        "Print each ECG on a page, clean or with defects of scans and photos, and write DIR/<name>_page.png, the "
        "signal that can be read from it (WFDB) and its facts (layout, scale, places of leads and text) as JSON. "
        "For tests, training and teaching.",
        "python -m ecg_core render examples/ptbxl --out pages --layout 3x4 --defects folds photo",
    )
    _add_paths(parser, "PATH", _PATHS_HELP)
    _add_signal_facts(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the pages; made if absent"
    )
    parser.add_argument(
        "--layout",
        default="3x4",
        metavar="ROWSxCOLUMNS",
        help="a wrong one lists them (default: %(default)s)",
    )
    parser.add_argument(
        "--rhythm", nargs="*", metavar="LEAD", help="strips below the leads (default: II below 3x4)"
    )
    parser.add_argument("--cabrera", action="store_true", help="limb leads in Cabrera's order")
    parser.add_argument("--chest", action="store_true", help="V1 to V6 where the layout holds six leads")
    parser.add_argument("--speed", type=float, default=25.0, metavar="MM_S", help="default: %(default)g")
    parser.add_argument("--gain", type=float, default=10.0, metavar="MM_MV", help="default: %(default)g")
    parser.add_argument("--dpi", type=float, default=200.0, help="resolution (default: %(default)g)")
    parser.add_argument(
        "--defects", nargs="+", default=[], metavar="NAME", help="in this order; a wrong name lists them"
    )
    parser.add_argument("--random", action="store_true", help="style and defects by chance, all of them")
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of all that is random (default: %(default)s)"
    )


def _command(
    commands: Commands[argparse.ArgumentParser], name: str, summary: str, description: str, example: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=summary, description=description, epilog=f"Example: {example}")


def _add_batch_arguments(parser: argparse.ArgumentParser) -> None:
    _add_paths(parser, "PATH", _PATHS_HELP)
    _add_signal_facts(parser)
    _add_page_facts(parser)


def _add_signal_facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fs-hz", type=float, metavar="HZ", help="sampling rate of files that do not state it"
    )
    parser.add_argument("--unit", choices=["mV", "uV"], help="unit of files that do not state it")


def _add_paths(parser: argparse.ArgumentParser, name: str, explanation: str) -> None:
    parser.add_argument("paths", nargs="+", metavar=name, help=explanation)
    parser.add_argument("--resume", action="store_true", help="skip what an earlier run has done")


def _add_page_facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--px-per-mm",
        type=float,
        metavar="PX",
        help="pixels per millimetre of scanned pages (not measured then)",
    )
    parser.add_argument(
        "--speed", type=float, metavar="MM_S", help="paper speed of scanned pages (not found out then)"
    )
    parser.add_argument(
        "--gain", type=float, metavar="MM_MV", help="gain of scanned pages (not found out then)"
    )
    parser.add_argument(
        "--layout",
        metavar="NAME",
        help="layout of scanned pages, for example 3x4+1; every page is then taken for an ECG. A wrong one lists them",
    )
