"""Names of weights are what stored checkpoints are read by: they must not drift."""

import hashlib

import pytest

from ecg_core.models import build

KEYS = {  # number of entries, start of the SHA-256 of their "name shape" lines
    "dcrnn": (41, "e8a428d42867304f"),
    "dscnn": (29, "d24d3bad97e72310"),
    "dscnn_standard": (23, "d74d5e0ba8d81ec4"),
    "empnet": (488, "a0179e8e03e35faa"),
    "ecg12net": (480, "3c78df5281293269"),
    "beta_vae": (120, "b519838f96d33d39"),
}


@pytest.mark.parametrize("key", sorted(KEYS))
def test_names_and_shapes_of_weights_stay(key: str) -> None:
    state = build(key).state_dict()
    lines = "\n".join(f"{name} {tuple(value.shape)}" for name, value in state.items())
    assert (len(state), hashlib.sha256(lines.encode()).hexdigest()[:16]) == KEYS[key]
