"""The commands that work through many ECGs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecg_core.cli.options import (
    CHECKPOINTS,
    ECGS_HELP,
    IMAGES_HELP,
    Commands,
    above_zero,
    add_command,
    add_ecgs,
    add_method,
    add_out,
    add_page_facts,
    add_paths,
    add_seed,
    add_signal_facts,
)


def add_annotate(commands: Commands) -> None:
    """`annotate PATH… --out DIR`."""
    parser = add_command(
        commands,
        "annotate",
        "find beats and waves, measure intervals",
        "Find the beats and P, QRS and T of every lead, and measure rate, intervals and axis. "
        "Each ECG gives a file DIR/<name>.json, positions in samples at the ECG's own rate.",
        "python -m ecg_core annotate examples --out annotations",
    )
    add_ecgs(parser)
    add_out(parser, "folder for the results; made if absent")
    add_method(parser)


def add_digitize(commands: Commands) -> None:
    """`digitize IMAGE… --out DIR`."""
    parser = add_command(
        commands,
        "digitize",
        "turn scanned or photographed ECGs into digital ones",
        "Follow the traces on pictures and PDFs of ECGs. Each file gives a WFDB record DIR/<name>.hea and .dat (mV "
        "at 500 Hz, invalid samples where nothing is printed), and DIR/<name>.json with layout, scale, confidence "
        "of each lead, and warnings. A page whose scale cannot be told is refused unless the options give it.",
        "python -m ecg_core digitize scans --out digitized",
    )
    add_paths(parser, "IMAGE", IMAGES_HELP)
    add_page_facts(parser)
    add_out(parser, "folder for the results; made if absent")


def add_predict(commands: Commands) -> None:
    """`predict PATH… --out FILE.csv`."""
    parser = add_command(
        commands,
        "predict",
        "estimate serum potassium with every installed model",
        "Estimate serum potassium (mEq/L). The table has a row for each ECG and model: estimate, interval, "
        "probabilities of hypo- and hyperkalemia, and the reasons to distrust them. Empty numbers mean that "
        "the model did not answer.",
        "python -m ecg_core predict examples --out predictions.csv",
    )
    add_ecgs(parser)
    _add_table(parser)
    parser.add_argument(
        "--checkpoints", type=Path, default=CHECKPOINTS, metavar="DIR", help="models (default: %(default)s)"
    )


def add_findings(commands: Commands) -> None:
    """`findings PATH… --out FILE.csv`."""
    parser = add_command(
        commands,
        "findings",
        "name six findings of rhythm and conduction, and the age an ECG looks like",
        "Ask a 12-lead model about first-degree AV block, complete bundle branch blocks, sinus bradycardia and "
        "tachycardia, atrial fibrillation, and ECG age. The table has a row for each ECG: probabilities, which findings "
        "are named, age with its 90 % interval, the leads that were used, and the reasons to distrust the answer. Empty "
        "numbers mean that the model did not answer. Where an ECG has few leads, the model for few leads answers.",
        "python -m ecg_core findings examples --out findings.csv",
    )
    add_ecgs(parser)
    _add_table(parser)
    parser.add_argument(
        "--checkpoints",
        type=Path,
        default=CHECKPOINTS / "twelve_lead",
        metavar="DIR",
        help="12-lead models (default: %(default)s)",
    )


def _add_table(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE.csv", help="the table; replaced unless --resume"
    )


def add_simulate(commands: Commands) -> None:
    """`simulate PATH… --k MEQ_L --out DIR`."""
    parser = add_command(
        commands,
        "simulate",
        "show what another potassium level might do to an ECG",
        "Apply the simulated effect of a potassium level to real 12-lead ECGs, as in a patient who answers "
        "typically. Each ECG gives a WFDB record DIR/<name>_k<level>, marked as simulated. For teaching and tests.",
        "python -m ecg_core simulate examples/ptbxl/00185_hr.hea --k 8.5 --out simulated",
    )
    add_ecgs(parser)
    parser.add_argument(
        "--k", type=float, required=True, metavar="MEQ_L", help="potassium from 2.0 to 9.5 mEq/L"
    )
    add_out(parser, "folder for the records; made if absent")


def add_render(commands: Commands) -> None:
    """`render PATH… --out DIR`."""
    parser = add_command(
        commands,
        "render",
        "print ECGs as page pictures with known truth",
        "Print each ECG on a page, clean or with defects of scans and photos, and write DIR/<name>_page.png, the "
        "signal that can be read from it (WFDB) and its facts (layout, scale, places of leads and text) as JSON. "
        "For tests, training and teaching.",
        "python -m ecg_core render examples/ptbxl --out pages --layout 3x4 --defects folds photo",
    )
    add_paths(parser, "PATH", ECGS_HELP)
    add_signal_facts(parser)
    add_out(parser, "folder for the pages; made if absent")
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
    parser.add_argument("--speed", type=above_zero, default=25.0, metavar="MM_S", help="default: %(default)g")
    parser.add_argument("--gain", type=above_zero, default=10.0, metavar="MM_MV", help="default: %(default)g")
    parser.add_argument("--dpi", type=above_zero, default=200.0, help="resolution (default: %(default)g)")
    parser.add_argument(
        "--defects", nargs="+", default=[], metavar="NAME", help="in this order; a wrong name lists them"
    )
    parser.add_argument("--random", action="store_true", help="style and defects by chance, all of them")
    add_seed(parser, 0)
