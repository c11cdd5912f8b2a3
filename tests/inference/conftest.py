"""Untrained checkpoints of every architecture with made-up cards, and records to ask them about."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ecg_core.inference.card import Calibration, Card, EvaluationResult, Familiar, TrainingFacts
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoint, write_checkpoint
from ecg_core.models import MODELS, build, count_parameters
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord
from ecg_core.training.facts import MODEL_FACTS

Examples = Callable[[str], ECGRecord]


def made_up_card(key: str, n_parameters: int) -> Card:
    facts = MODEL_FACTS[key]
    return Card(
        name=f"untrained {key}",
        title=key.upper(),
        architecture=key,
        summary=facts.summary,
        source=facts.source,
        n_parameters=n_parameters,
        inputs=facts.inputs,
        output="serum potassium",
        unit="mEq/L",
        trained_on=TrainingFacts("nothing", True, 0, None, 0, "none", "none", "none", 0, 0, 0.0),
        results=(EvaluationResult("made up", True, 1, 2, 0.5, 1.5, 0.6, 0.9, 0.95, 0.9, 0.91, 0.9),),
        calibration=Calibration(
            0.9,
            0,
            (-1e3, 5.0, 1e3),
            (-0.8, -1.2),
            (0.7, 1.3),
            (6.0, 2.0, -8.0),
            (-1.5, 0.0, 1.5),
            (0.3, 0.4, 0.3),
        ),
        familiar=Familiar((0.0, 1e3), (20.0, 300.0), (-1e3, 1e3)),
        limits=facts.limits,
        licence="none",
        sha256="",
    )


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


@pytest.fixture
def dcrnn_folder(tmp_path: Path) -> Path:
    """A checkpoint that a test may damage."""
    torch.manual_seed(0)
    write_checkpoint(tmp_path / "dcrnn", build("dcrnn"), replace(made_up_card("dcrnn", 207_602), name="DC"))
    return tmp_path / "dcrnn"
