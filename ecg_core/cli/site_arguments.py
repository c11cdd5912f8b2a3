"""Arguments about a site's own data; they are parsed before any heavy library is loaded."""

from __future__ import annotations

import argparse
from pathlib import Path

WINDOW_MIN = 60.0
LAYERS = ("all", "last", "none")


def add_manifest_options(parser: argparse.ArgumentParser) -> None:
    """How a manifest is read, wherever one can be given."""
    group = parser.add_argument_group("a site's own data (docs/your_own_data.md)")
    group.add_argument(
        "--ecg-folder", type=Path, metavar="DIR", help="folder of the ECGs (default: the manifest's own)"
    )
    group.add_argument(
        "--window-min",
        type=float,
        default=WINDOW_MIN,
        metavar="MIN",
        help="longest time between ECG and potassium, minutes (default: %(default)g)",
    )
    group.add_argument(
        "--time-zone", metavar="NAME", help="of times that state no offset from UTC, such as Europe/Berlin"
    )
    group.add_argument("--leave-out", action="store_true", help="go on without the rows that have problems")


def add_evaluation_options(parser: argparse.ArgumentParser) -> None:
    """`evaluate potassium --manifest`."""
    parser.add_argument(
        "--manifest",
        type=Path,
        metavar="FILE.csv",
        help="potassium: run the models over these ECGs and compare with the laboratory; needs --out",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for tables and report of --manifest")
    parser.add_argument("--resume", action="store_true", help="skip the ECGs that an earlier run has read")
    parser.add_argument(
        "--part",
        choices=["test", "all"],
        help="which patients count (default: all; the test part for models that learned from, or were calibrated on, real ECGs)",
    )
    add_manifest_options(parser)


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """`train MODEL --manifest`."""
    parser.add_argument(
        "--from",
        dest="start",
        type=Path,
        metavar="CHECKPOINT",
        help="with --manifest: fine-tune this checkpoint instead of learning anew",
    )
    parser.add_argument(
        "--layers",
        choices=LAYERS,
        default="all",
        help="with --from: what may change; none renews only intervals and probabilities (default: %(default)s)",
    )
    add_manifest_options(parser)


def add_manifest_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`manifest check | mimic-iv-ecg | vitaldb`."""
    parser = commands.add_parser(
        "manifest",
        help="check the list of a site's own ECGs, or make one from a data set",
        description="A manifest lists ECGs with their laboratory potassium, for train and evaluate. docs/your_own_data.md "
        "explains its columns.",
        epilog="Example: python -m ecg_core manifest check manifest.csv",
    )
    sources = parser.add_subparsers(dest="source", required=True, metavar="WHAT")
    check = sources.add_parser(
        "check", help="tell what is in a manifest, and everything that is wrong with it"
    )
    check.add_argument("manifest", type=Path, metavar="FILE.csv")
    add_manifest_options(check)
    mimic = sources.add_parser(
        "mimic-iv-ecg", help="from MIMIC-IV-ECG and the hosp module of MIMIC-IV (about ten minutes)"
    )
    mimic.add_argument("--ecgs", type=Path, required=True, metavar="DIR", help="holds record_list.csv")
    mimic.add_argument(
        "--hosp", type=Path, required=True, metavar="DIR", help="holds labevents.csv.gz and patients.csv.gz"
    )
    mimic.add_argument("--out", type=Path, required=True, metavar="FILE.csv", help="the manifest")
    vitaldb = sources.add_parser("vitaldb", help="from VitalDB: ten seconds of II and V5 at each potassium")
    vitaldb.add_argument(
        "--tables", type=Path, required=True, metavar="DIR", help="holds clinical_data.csv and lab_data.csv"
    )
    vitaldb.add_argument(
        "--tracks", type=Path, required=True, metavar="DIR", help="holds <caseid>.npz, exported as docs tell"
    )
    vitaldb.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for manifest.csv and its ECGs"
    )
    for source in (mimic, vitaldb):
        source.add_argument(
            "--window-min", type=float, default=WINDOW_MIN, metavar="MIN", help="default: %(default)g"
        )
