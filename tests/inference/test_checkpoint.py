import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ecg_core.errors import CheckpointError
from ecg_core.inference.card import read_card
from ecg_core.inference.checkpoint import (
    CARD,
    WEIGHTS,
    half_precision,
    load_checkpoint,
    load_checkpoints,
    write_checkpoint,
)
from ecg_core.models import MODELS, build
from tests.made_up_card import made_up_card


def rewrite_card(folder: Path, **changes: object) -> None:
    replace(read_card(folder / CARD), **changes).write(folder / CARD)


@pytest.mark.parametrize("key", list(MODELS))
def test_a_stored_network_answers_as_it_did_in_half_precision(key: str, tmp_path: Path) -> None:
    torch.manual_seed(3)
    model = half_precision(build(key)).eval()
    card = write_checkpoint(tmp_path, model, made_up_card(key, 1))
    loaded = load_checkpoint(tmp_path)
    assert loaded.card == card and loaded.folder == tmp_path
    assert not loaded.model.training
    fed = [torch.randn(2, len(card.inputs.leads), card.inputs.samples)]
    fed += [torch.randn(2, len(card.inputs.facts))] if card.inputs.facts else []
    with torch.inference_mode():
        assert torch.equal(loaded.model(*fed), model(*fed))
    assert all(p.dtype == torch.float32 for p in loaded.model.parameters())


def test_weights_are_stored_in_half_precision_with_their_checksum(dcrnn_folder: Path) -> None:
    weights = (dcrnn_folder / WEIGHTS).read_bytes()
    assert len(weights) < 2.2 * 207_602
    assert read_card(dcrnn_folder / CARD).sha256 == hashlib.sha256(weights).hexdigest()


@pytest.mark.parametrize("value", [1e6, float("nan")])
def test_weights_that_half_precision_cannot_hold_are_refused(tmp_path: Path, value: float) -> None:
    model = build("dcrnn")
    with torch.no_grad():
        model.output.bias.fill_(value)
    with pytest.raises(CheckpointError, match=r"cannot be stored: output\.bias"):
        write_checkpoint(tmp_path / "new", model, made_up_card("dcrnn", 1))
    assert not (tmp_path / "new").exists()


def test_altered_weights_are_refused(dcrnn_folder: Path) -> None:
    weights = bytearray((dcrnn_folder / WEIGHTS).read_bytes())
    weights[-1] ^= 1
    (dcrnn_folder / WEIGHTS).write_bytes(weights)
    with pytest.raises(CheckpointError, match="DC do not match the checksum"):
        load_checkpoint(dcrnn_folder)


@pytest.mark.parametrize("keep", [0, 7, 1000, -1])
def test_truncated_weights_are_refused(dcrnn_folder: Path, keep: int) -> None:
    weights = (dcrnn_folder / WEIGHTS).read_bytes()[:keep]
    (dcrnn_folder / WEIGHTS).write_bytes(weights)
    with pytest.raises(CheckpointError, match="checksum"):
        load_checkpoint(dcrnn_folder)
    rewrite_card(dcrnn_folder, sha256=hashlib.sha256(weights).hexdigest())
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(dcrnn_folder)


def test_missing_weights_are_told(dcrnn_folder: Path) -> None:
    (dcrnn_folder / WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match="DC are missing"):
        load_checkpoint(dcrnn_folder)


def test_a_missing_card_is_told(dcrnn_folder: Path) -> None:
    (dcrnn_folder / CARD).unlink()
    with pytest.raises(CheckpointError, match="not a readable model card"):
        load_checkpoint(dcrnn_folder)


def test_an_unknown_architecture_is_refused(dcrnn_folder: Path) -> None:
    rewrite_card(dcrnn_folder, architecture="perceptron")
    with pytest.raises(CheckpointError, match="no model architecture called 'perceptron'"):
        load_checkpoint(dcrnn_folder)


def test_weights_of_another_architecture_are_refused(dcrnn_folder: Path) -> None:
    rewrite_card(dcrnn_folder, architecture="beta_vae", inputs=made_up_card("beta_vae", 1).inputs)
    with pytest.raises(CheckpointError, match="do not fit the architecture beta_vae"):
        load_checkpoint(dcrnn_folder)


@pytest.mark.parametrize("change", [{"leads": ("V5",)}, {"samples": 1024}])
def test_a_card_with_other_inputs_than_the_network_is_refused(
    dcrnn_folder: Path, change: dict[str, object]
) -> None:
    inputs = read_card(dcrnn_folder / CARD).inputs
    rewrite_card(dcrnn_folder, inputs=replace(inputs, **change))
    with pytest.raises(CheckpointError, match="describes other inputs"):
        load_checkpoint(dcrnn_folder)


def test_all_checkpoints_come_in_the_order_of_the_registry(checkpoint_root: Path) -> None:
    found = [checkpoint.card.architecture for checkpoint in load_checkpoints(checkpoint_root)]
    assert found == list(MODELS)


def test_a_damaged_checkpoint_is_left_out_with_its_reason_or_stops(
    checkpoint_root: Path, tmp_path: Path
) -> None:
    for key in ("dcrnn", "dscnn"):
        shutil.copytree(checkpoint_root / key, tmp_path / key)
    (tmp_path / "dcrnn" / WEIGHTS).unlink()
    reasons: list[CheckpointError] = []
    (left,) = load_checkpoints(tmp_path, reasons.append)
    assert left.card.architecture == "dscnn"
    assert ["are missing" in str(reason) for reason in reasons] == [True]
    with pytest.raises(CheckpointError, match="are missing"):
        load_checkpoints(tmp_path)


def test_no_folder_holds_no_checkpoints(tmp_path: Path) -> None:
    assert load_checkpoints(tmp_path / "absent") == ()
