"""The commands: which there are, and how one of them is run.

A command's own module (`ecg_core.cli.<command>`, function `run`) is imported when that command is
called, so that help does not wait for PyTorch.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from ecg_core import __version__
from ecg_core.cli.dispatch import module_of
from ecg_core.cli.file_commands import (
    add_annotate,
    add_digitize,
    add_findings,
    add_predict,
    add_render,
    add_simulate,
)
from ecg_core.cli.model_commands import add_calibrate, add_evaluate, add_train, add_train_page
from ecg_core.cli.site_arguments import add_manifest_command
from ecg_core.errors import ECGError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status: 0 all well, 1 something failed, 2 wrong usage."""
    arguments = build_parser().parse_args(argv)
    try:
        command = importlib.import_module(f"ecg_core.cli.{module_of(arguments)}")
        status: int = command.run(arguments)
    except ECGError as error:
        print(f"python -m ecg_core {arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What was finished is kept.", file=sys.stderr)
        return 130
    return status


def build_parser() -> argparse.ArgumentParser:
    """All commands with their help."""
    parser = argparse.ArgumentParser(
        prog="python -m ecg_core",
        description="Read, annotate and judge ECGs. Research software: not for diagnosis or treatment.",
        epilog="'python -m ecg_core COMMAND --help' explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"Kalium {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_annotate(commands)
    add_digitize(commands)
    add_predict(commands)
    add_findings(commands)
    add_evaluate(commands)
    add_train(commands)
    add_train_page(commands)
    add_calibrate(commands)
    add_manifest_command(commands)
    add_simulate(commands)
    add_render(commands)
    return parser
