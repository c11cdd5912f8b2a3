"""A folder of ECGs, and untrained checkpoints whose cards are made up: the command line needs no good estimates."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import write_checkpoint
from ecg_core.models import build, count_parameters
from ecg_core.readers.examples import list_examples
from tests.made_up_card import made_up_card

EXAMPLES = {example.key: example.path for example in list_examples()}
MODELS = ("dcrnn", "ecg12net")


def untrained_card(key: str, n_parameters: int) -> Card:
    return replace(made_up_card(key, n_parameters), name=key, title=key, results=())


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("checkpoints")
    for key in MODELS:
        model = build(key)
        write_checkpoint(root / key, model, untrained_card(key, count_parameters(model)))
    return root


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A folder as users have them: a WFDB pair below another, a CSV, a table and a text that are no ECGs."""
    root = tmp_path / "ward"
    (root / "monday").mkdir(parents=True)
    header = EXAMPLES["normal"]
    for path in (header, header.with_suffix(".dat")):
        (root / "monday" / path.name).write_bytes(path.read_bytes())
    (root / "two_leads.csv").write_bytes(EXAMPLES["two_leads"].read_bytes())
    (root / "patients.csv").write_text("name,age\nA,63\n")
    (root / "README.md").write_text("Leads are I, II and V1.\n")
    (root / ".hidden.csv").write_text("I\n1\n")
    return root
