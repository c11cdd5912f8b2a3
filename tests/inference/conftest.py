"""Untrained checkpoints of every architecture with made-up cards, and records to ask them about."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ecg_core.inference.checkpoint import Checkpoint, load_checkpoint, write_checkpoint
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.models import MODELS, build, count_parameters
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord
from tests.inference.asking import seen
from tests.made_up_card import made_up_card

Examples = Callable[[str], ECGRecord]


@pytest.fixture(scope="session")
def checkpoint_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one checkpoint per architecture. Not to be changed."""
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("checkpoints")
    for key in MODELS:
        model = build(key)
        write_checkpoint(root / key, model, made_up_card(key, count_parameters(model)))
    return root


@pytest.fixture(scope="session")
def checkpoints(checkpoint_root: Path) -> dict[str, Checkpoint]:
    """By architecture."""
    return {key: load_checkpoint(checkpoint_root / key) for key in MODELS}


@pytest.fixture(scope="session")
def example() -> Examples:
    """A bundled example by its key."""
    paths = {item.key: item.path for item in list_examples()}
    return lambda key: open_ecg(paths[key])


@pytest.fixture(scope="session")
def normal(example: Examples) -> ECGRecord:
    return example("normal")


@pytest.fixture(scope="session")
def seen_normal(normal: ECGRecord) -> AnnotatedECG:
    """The normal example as networks see it."""
    return seen(normal)


@pytest.fixture
def dcrnn_folder(tmp_path: Path) -> Path:
    """A checkpoint that a test may damage."""
    torch.manual_seed(0)
    write_checkpoint(tmp_path / "dcrnn", build("dcrnn"), replace(made_up_card("dcrnn", 207_602), name="DC"))
    return tmp_path / "dcrnn"
