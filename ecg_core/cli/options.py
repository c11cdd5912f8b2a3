"""What several commands' arguments have in common; parsed before any heavy library is loaded."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path
from typing import TypeAlias

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"  # those that come with the program

ECGS_HELP = (
    "ECG files (WFDB header or signal file, CSV, TSV, EDF, DICOM, scanned or photographed page, zip), folders "
    "(all ECGs in them and in their subfolders), or quoted patterns such as 'ward/**/*.hea'"
)
IMAGES_HELP = (
    "scanned or photographed ECGs (PNG, JPEG, TIFF, BMP, WebP, PDF; the pages of one file are one ECG), folders "
    "(all of them there and in subfolders), or quoted patterns such as 'scans/**/*.jpg'"
)

# argparse offers no public name for it
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_command(
    commands: Commands, name: str, summary: str, description: str, example: str
) -> argparse.ArgumentParser:
    """The parser of one command, with its help."""
    return commands.add_parser(name, help=summary, description=description, epilog=f"Example: {example}")


def add_paths(parser: argparse.ArgumentParser, name: str, explanation: str) -> None:
    """Many inputs, and whether to go on where an earlier run stopped."""
    parser.add_argument("paths", nargs="+", metavar=name, help=explanation)
    parser.add_argument("--resume", action="store_true", help="skip what an earlier run has done")


def add_signal_facts(parser: argparse.ArgumentParser) -> None:
    """Facts that a recording may lack."""
    parser.add_argument(
        "--fs-hz", type=float, metavar="HZ", help="sampling rate of files that do not state it"
    )
    parser.add_argument("--unit", choices=["mV", "uV"], help="unit of files that do not state it")


def add_page_facts(parser: argparse.ArgumentParser) -> None:
    """What a person knows about scanned pages."""
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


def add_ecgs(parser: argparse.ArgumentParser) -> None:
    """ECGs in any format that is read here, and facts that they may lack."""
    add_paths(parser, "PATH", ECGS_HELP)
    add_signal_facts(parser)
    add_page_facts(parser)


def add_out(parser: argparse.ArgumentParser, explanation: str) -> None:
    """The folder that the command writes."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=explanation)


def add_method(parser: argparse.ArgumentParser) -> None:
    """How waves are found."""
    parser.add_argument("--method", metavar="NAME", help="another way to find waves; a wrong name lists them")


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Where training keeps what it needs to go on after a stop."""
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="folder for the state of unfinished training (default: %(default)s)",
    )


def add_base_sources(parser: argparse.ArgumentParser) -> None:
    """The further sources of base ECGs, beside PTB-XL, and how the simulation over them is made."""
    group = parser.add_argument_group("simulated potassium")
    group.add_argument(
        "--challenge", type=Path, metavar="DIR", help="records of the PhysioNet/CinC Challenge 2021 as well"
    )
    group.add_argument("--ludb", type=Path, metavar="DIR", help="LUDB as well")
    group.add_argument(
        "--data-seed",
        type=int,
        default=0,
        metavar="SEED",
        help="seed of the simulation (default: %(default)s)",
    )
    group.add_argument(
        "--workers",
        type=one_or_more,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that simulate and evaluate (default: one per processor, %(default)s)",
    )


def one_or_more(text: str) -> int:
    """A whole number of an option."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number above zero")
    return int(text)


def above_zero(text: str) -> float:
    """A number of an option."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no number above zero")
    return number


def add_seed(parser: argparse.ArgumentParser, default: int) -> None:
    """What makes a run repeatable."""
    parser.add_argument(
        "--seed", type=int, default=default, help="seed of all that is random (default: %(default)s)"
    )
