"""`train-page`: one of the two networks that read scanned pages."""

from __future__ import annotations

import argparse

from ecg_core.cli.progress import say
from ecg_core.errors import ECGError
from ecg_core.training.loop import Epoch
from ecg_core.training.printed_text import train_printed_text
from ecg_core.training.trace_ink import train_trace_ink

NETWORKS = ("trace-ink", "printed-text")


def run(arguments: argparse.Namespace) -> int:
    """Train a network and write its weights and card; returns the exit status."""
    if arguments.network == "trace-ink":
        if arguments.base_ecgs is None:
            raise ECGError("Training pages are printed from real ECGs: give their folder with --base-ecgs.")
        train_trace_ink(
            arguments.base_ecgs, arguments.fonts, arguments.out, arguments.runs, arguments.seed, say
        )
    elif arguments.network == "printed-text":
        train_printed_text(
            arguments.fonts,
            arguments.runs / "printed-text",
            arguments.out,
            _report_epoch,
            seed=arguments.seed,
        )
    else:
        raise ECGError(
            f"There is no network {arguments.network} to train. Choose one of {', '.join(NETWORKS)}."
        )
    return 0


def _report_epoch(epoch: Epoch) -> None:
    say(f"epoch {epoch.epoch}: loss {epoch.train_loss:.4f}, unseen {epoch.val_loss:.4f}")
