"""What the models said of each ECG of a site, a line of JSON per ECG, so that an interrupted run loses nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecg_core.analysis import Analysis
from ecg_core.cli.growing_file import GrowingFile, whole_lines
from ecg_core.errors import ECGError
from ecg_core.inference.types import Prediction

_MEASURED = ("qrs_ms", "heart_rate_bpm")
_NUMBERS = ("k_meq_l", "k_low", "k_high", "p_hypo", "p_normal", "p_hyper", "p_severe")

Answer = dict[str, Any]


def answer(analysis: Analysis) -> Answer:
    """The facts of one ECG that an evaluation needs; what is not known is None."""
    record = analysis.record
    measured = {m.key: m.value for m in analysis.measurements if m.key in _MEASURED}
    return {
        "simulated": record.simulated,
        "sex": record.patient.sex,
        "age_years": record.patient.age_years,
        **{key: _known(measured.get(key, math.nan)) for key in _MEASURED},
        "models": {prediction.model: _estimate(prediction) for prediction in analysis.predictions},
    }


def _estimate(prediction: Prediction) -> Answer:
    numbers = {name: _known(getattr(prediction, name)) for name in _NUMBERS}
    return {**numbers, "flags": ";".join(flag.code for flag in prediction.flags)}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


class AnswerFile(GrowingFile):
    """Answers by record, read back and added to. The first line says which models they are of."""

    def __init__(self, path: Path, models: Mapping[str, str], *, resume: bool) -> None:
        """Begin `path` anew, or with `resume` keep what it holds. `models`: name and SHA-256 of the weights.

        Raises ECGError when it cannot be written, or holds the answers of other models.
        """
        self.answers: dict[str, Answer] = _read(path, models) if resume and path.exists() else {}
        kept = ({"record_id": key, **value} for key, value in self.answers.items())
        super().__init__(path, "".join(map(_line, ({"models": dict(models)}, *kept))))

    def append(self, record_id: str, found: Answer) -> None:
        """Keep and write an answer."""
        self.answers[record_id] = found
        self.add(_line({"record_id": record_id, **found}))


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, allow_nan=False) + "\n"


def _read(path: Path, models: Mapping[str, str]) -> dict[str, Answer]:
    """The answers in a file."""
    lines = whole_lines(path).splitlines()
    try:
        head, *rows = [json.loads(line) for line in lines] or [{"models": dict(models)}]
        if head["models"] != dict(models):
            raise ECGError(
                f"{path} holds the answers of other models. Choose another --out, or leave --resume."
            )
        return {row.pop("record_id"): row for row in rows}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ECGError):
            raise
        raise ECGError(
            f"{path} is not a file of answers that evaluate has written. Choose another --out."
        ) from error
