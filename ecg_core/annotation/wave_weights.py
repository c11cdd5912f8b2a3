"""The trained network that finds waves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ecg_core.annotation.wave_net import WaveNet
from ecg_core.network_files import NETWORKS, fuse_normalization, load_into

FOLDER = NETWORKS / "delineation" / "wave_net"


@cache
def bundled_network() -> WaveNet:
    """The network that comes with the program. Raises CheckpointError when its files are missing or damaged."""
    return load_network(FOLDER)


def load_network(folder: Path) -> WaveNet:
    """The network stored in `folder`, ready to answer. Raises CheckpointError when its files are missing or damaged."""
    return fuse_normalization(load_into(WaveNet(), folder))
