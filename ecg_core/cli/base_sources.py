"""The folders of base ECGs that were given to `train` or `calibrate`."""

from __future__ import annotations

import argparse

from ecg_core.datasets.base_ecg import BaseSource
from ecg_core.datasets.simulated_sources import SimulatedSources

SOURCES: dict[str, BaseSource] = {"ptbxl": "PTB-XL", "challenge": "Challenge 2021", "ludb": "LUDB"}


def simulated_sources(arguments: argparse.Namespace) -> SimulatedSources:
    """What `add_base_sources` added to the parser."""
    return SimulatedSources(
        arguments.base_ecgs, arguments.challenge, arguments.ludb, arguments.data_seed, arguments.workers
    )
