"""The card: what is known about a checkpoint. Read from and written to ``card.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ecg_core.errors import CheckpointError
from ecg_core.inference.calibrated import Calibration
from ecg_core.inference.familiar import Familiar
from ecg_core.models.potassium_output import Code
from ecg_core.network_files import write_card


@dataclass(frozen=True)
class InputSpec:
    """What the network is fed."""

    kind: str  # "cycle", "crop" or "median_beat"
    leads: tuple[str, ...]
    fs_hz: float
    samples: int
    unit: str  # "mV" or "z-score"
    normalization: str  # in words
    facts: tuple[str, ...] = ()  # fed beside the signal, in this order; names of `AnnotatedECG.facts`


@dataclass(frozen=True)
class TrainingFacts:
    """What the weights learned from."""

    description: str
    simulated: bool
    n_records: int
    n_patients: int | None  # None where the source names no patients
    n_examples: int
    k_distribution: str
    split: str
    recipe: str
    seed: int
    epochs: int
    seconds: float


@dataclass(frozen=True)
class EvaluationResult:
    """Results on one data set that neither training nor calibration saw."""

    dataset: str
    simulated: bool
    n_records: int
    n_examples: int
    mae_meq_l: float
    mae_of_mean_meq_l: float  # of always predicting the training mean
    rmse_meq_l: float
    pearson_r: float
    auc_hyper: float
    auc_hypo: float
    coverage: float  # share of truths inside the interval
    coverage_target: float


@dataclass(frozen=True)
class Card:
    """One checkpoint's card."""

    name: str
    title: str
    architecture: str  # key in the model registry
    summary: str
    source: str  # paper or document the architecture follows
    n_parameters: int
    inputs: InputSpec
    output: str
    unit: str
    trained_on: TrainingFacts
    results: tuple[EvaluationResult, ...]
    calibration: Calibration
    familiar: Familiar
    limits: tuple[str, ...]
    licence: str
    sha256: str  # of model.safetensors
    code: Code = "value"  # of potassium, at the network's output

    def write(self, path: Path) -> None:
        """Write as indented JSON."""
        write_card(path, asdict(self))


def read_card(path: Path) -> Card:
    """Read ``card.json``. Raises CheckpointError when it is missing or does not hold a card."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Card(
            **_tuples(raw)
            | {
                "inputs": InputSpec(**_tuples(raw["inputs"])),
                "trained_on": TrainingFacts(**raw["trained_on"]),
                "results": tuple(EvaluationResult(**row) for row in raw["results"]),
                "calibration": Calibration(**_tuples(raw["calibration"])),
                "familiar": Familiar(**_tuples(raw["familiar"])),
            }
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckpointError(
            f"{path} is not a readable model card ({type(error).__name__}: {error})."
        ) from error


def _tuples(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: _as_tuple(value) for key, value in raw.items()}


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(item) for item in value) if isinstance(value, list) else value
