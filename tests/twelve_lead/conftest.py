"""Untrained 12-lead checkpoints with a made-up card, and annotated examples to ask them about."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.models.shapes import count_parameters
from ecg_core.models.twelve_lead import TWELVE_LEAD_MODELS, build_twelve_lead
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord
from ecg_core.twelve_lead.card import AgeCalibration, FindingCalibration, TwelveLeadCard
from ecg_core.twelve_lead.checkpoint import (
    N_OUTPUTS,
    TwelveLeadCheckpoint,
    load_twelve_lead,
    store_twelve_lead,
)
from ecg_core.twelve_lead.types import FINDINGS

Annotated = Callable[[ECGRecord], AnnotatedECG]


def made_up_twelve_lead_card(architecture: str, n_parameters: int) -> TwelveLeadCard:
    return TwelveLeadCard(
        name=architecture,
        title=architecture.capitalize(),
        architecture=architecture,
        summary="",
        source="",
        n_parameters=n_parameters,
        calibration={code: FindingCalibration(1.5, -0.2, 0.4) for code in FINDINGS},
        age=AgeCalibration(60.0, 17.0, -15.0, 14.0),
        trained_on={},
        results={},
        limits=("Made up for tests.",),
        licence="CC0",
    )


@pytest.fixture(scope="session")
def checkpoint_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one checkpoint per architecture. Not to be changed."""
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("twelve_lead")
    for key in TWELVE_LEAD_MODELS:
        model = build_twelve_lead(key, N_OUTPUTS)
        store_twelve_lead(root / key, model, made_up_twelve_lead_card(key, count_parameters(model)))
    return root


@pytest.fixture(params=sorted(TWELVE_LEAD_MODELS))
def checkpoint(request: pytest.FixtureRequest, checkpoint_folders: Path) -> TwelveLeadCheckpoint:
    return load_twelve_lead(checkpoint_folders / request.param)


@pytest.fixture(scope="session")
def normal() -> ECGRecord:
    return open_ecg(next(item.path for item in list_examples() if item.key == "normal"))


@pytest.fixture(scope="session")
def annotated() -> Annotated:
    def annotate(record: ECGRecord) -> AnnotatedECG:
        filtered = filter_record(record).record
        return AnnotatedECG.as_trained(filtered, assess_quality(record, filtered))

    return annotate


@pytest.fixture(scope="session")
def normal_ecg(normal: ECGRecord, annotated: Annotated) -> AnnotatedECG:
    return annotated(normal)
