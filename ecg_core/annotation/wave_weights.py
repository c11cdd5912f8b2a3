"""The weights of the network that finds waves, and what is known about it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from ecg_core.annotation.wave_net import WaveNet, fuse_normalization
from ecg_core.errors import CheckpointError
from ecg_core.weights import read_weights, write_weights

FOLDER = Path(__file__).parents[2] / "checkpoints" / "delineation" / "wave_net"
_WEIGHTS, _CARD = "model.safetensors", "card.json"


@cache
def bundled_network() -> WaveNet:
    """The network that comes with the program. Raises CheckpointError when its files are missing or damaged."""
    return load_network(FOLDER)


def load_network(folder: Path) -> WaveNet:
    """The network stored in `folder`, ready to answer. Raises CheckpointError when its files are missing or damaged."""
    try:
        sha256 = str(json.loads((folder / _CARD).read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"The card of the wave finder is missing or damaged ({folder / _CARD})."
        ) from error
    model = WaveNet()
    try:
        model.load_state_dict(read_weights(folder / _WEIGHTS, sha256, folder.name))
    except RuntimeError as error:
        raise CheckpointError("The weights of the wave finder do not fit its architecture.") from error
    return fuse_normalization(model.eval())


def store_network(model: WaveNet, folder: Path, card: dict[str, object]) -> None:
    """Write a network's weights, and its card, which gets their checksum."""
    sha256 = write_weights(model, folder / _WEIGHTS, folder.name)
    (folder / _CARD).write_text(json.dumps({**card, "sha256": sha256}, indent=2) + "\n", encoding="utf-8")
