"""A folder of ECGs, and untrained checkpoints whose cards are made up: the command line needs no good estimates."""

from pathlib import Path

import pytest
import torch

from ecg_core.inference.card import Calibration, Card, Familiar, TrainingFacts
from ecg_core.inference.checkpoint import write_checkpoint
from ecg_core.models import build, count_parameters
from ecg_core.readers.examples import list_examples
from ecg_core.training.facts import MODEL_FACTS

EXAMPLES = {example.key: example.path for example in list_examples()}
MODELS = ("dcrnn", "ecg12net")


def untrained_card(key: str, n_parameters: int) -> Card:
    facts = MODEL_FACTS[key]
    return Card(
        name=key,
        title=key,
        architecture=key,
        summary=facts.summary,
        source=facts.source,
        n_parameters=n_parameters,
        inputs=facts.inputs,
        output="serum potassium",
        unit="mEq/L",
        trained_on=TrainingFacts("nothing", True, 0, None, 0, "none", "none", "none", 0, 0, 0.0),
        results=(),
        calibration=Calibration(
            0.9, 0, (-1e3, 1e3), (-1.0,), (1.0,), (0.0,) * 3, (0.0,) * 3, (0.3, 0.4, 0.3)
        ),
        familiar=Familiar((-1e9, 1e9), (0.0, 1e9), (2.0, 9.5)),
        limits=facts.limits,
        licence="none",
        sha256="",
    )


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
