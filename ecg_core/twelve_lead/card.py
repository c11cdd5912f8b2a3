"""The card of a 12-lead model: what is known about it, and how its raw outputs become an answer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import CheckpointError
from ecg_core.network_files import write_card
from ecg_core.twelve_lead.types import FINDINGS, FindingCode


@dataclass(frozen=True)
class FindingCalibration:
    """Probability `1 / (1 + exp(-(slope * logit + intercept)))` (Platt 1999), and from where on the finding is called."""

    slope: float
    intercept: float
    threshold: float

    def probability(self, logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of raw outputs of any shape."""
        return np.asarray(1 / (1 + np.exp(-(self.slope * logit + self.intercept))))


@dataclass(frozen=True)
class AgeCalibration:
    """Years `mean + std * output`, and how far below and above the truth lies in nine of ten records (split-conformal)."""

    mean_years: float
    std_years: float
    low_years: float  # negative
    high_years: float

    def years(self, output: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of raw outputs of any shape."""
        return self.mean_years + self.std_years * output


@dataclass(frozen=True)
class TwelveLeadCard:
    """One checkpoint's card. The network's outputs are a logit for each of `FINDINGS`, then age in standard deviations.

    `calibration` by finding. `trained_on` and `results` are for reading: facts and figures in words and numbers.
    """

    name: str
    title: str
    architecture: str  # key in `TWELVE_LEAD_MODELS`
    summary: str
    source: str
    n_parameters: int
    calibration: dict[FindingCode, FindingCalibration]
    age: AgeCalibration
    trained_on: dict[str, Any]
    results: dict[str, Any]
    limits: tuple[str, ...]
    licence: str
    tasks: tuple[str, ...] = ("findings", "age")  # what it was trained for; it says nothing of the other
    sha256: str = ""  # of model.safetensors

    def write(self, path: Path) -> None:
        """Write as indented JSON."""
        write_card(path, asdict(self))


def read_twelve_lead_card(path: Path) -> TwelveLeadCard:
    """Read ``card.json``. Raises CheckpointError when it is missing or does not hold such a card."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        calibration = {code: FindingCalibration(**raw["calibration"][code]) for code in FINDINGS}
        known = {"calibration": calibration, "age": AgeCalibration(**raw["age"])}
        return TwelveLeadCard(**raw | known | {"limits": tuple(raw["limits"]), "tasks": tuple(raw["tasks"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CheckpointError(
            f"{path} is not a readable card of a 12-lead model ({type(error).__name__}: {error})."
        ) from error
