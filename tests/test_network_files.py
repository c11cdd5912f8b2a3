"""Small networks on disk: what was stored is read, and nothing damaged is."""

from pathlib import Path

import pytest
import torch
from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.network_files import CARD, WEIGHTS, card_of, load_into, store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    store(nn.Linear(3, 2), tmp_path / "one", {"title": "One"})
    return tmp_path / "one"


def test_network_is_read_as_it_was_stored_ready_to_answer(folder: Path) -> None:
    torch.manual_seed(0)
    stored, read = nn.Linear(3, 2), load_into(nn.Linear(3, 2), folder)
    torch.testing.assert_close(read.weight, stored.weight, atol=1e-3, rtol=0)
    assert not read.training
    assert card_of(folder)["title"] == "One"


def test_altered_weights_are_refused(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"other")
    with pytest.raises(CheckpointError, match="checksum"):
        load_into(nn.Linear(3, 2), folder)


def test_weights_of_another_architecture_are_refused(folder: Path) -> None:
    with pytest.raises(CheckpointError, match="network one do not fit"):
        load_into(nn.Linear(4, 2), folder)


@pytest.mark.parametrize("content", [None, b"{", b"\xff"], ids=["missing", "cut off", "no text"])
def test_card_that_cannot_be_read_is_said(folder: Path, content: bytes | None) -> None:
    (folder / CARD).unlink()
    if content is not None:
        (folder / CARD).write_bytes(content)
    with pytest.raises(CheckpointError, match="missing or damaged"):
        load_into(nn.Linear(3, 2), folder)
