"""What the models said of each ECG of a site, a line of JSON per ECG, so that an interrupted run loses nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ecg_core.analysis import Analysis
from ecg_core.errors import ECGError
from ecg_core.inference.types import Prediction
from ecg_core.whole_files import replaced_at_once

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


class AnswerFile:
    """Answers by record, read back and added to. The first line says which models they are of."""

    def __init__(self, path: Path, models: Mapping[str, str], *, resume: bool) -> None:
        """Begin `path` anew, or with `resume` keep what it holds. `models`: name and SHA-256 of the weights.

        Raises ECGError when it cannot be written, or holds the answers of other models.
        """
        self.answers: dict[str, Answer] = _read(path, models) if resume and path.exists() else {}
        try:
            with replaced_at_once(path) as unfinished, unfinished.open("w", encoding="utf-8") as stream:
                stream.write(_line({"models": dict(models)}))
                stream.writelines(_line({"record_id": key, **value}) for key, value in self.answers.items())
            self._stream = path.open("a", encoding="utf-8")
        except OSError as error:
            raise ECGError(f"The answers {path} cannot be written: {error.strerror}.") from error

    def append(self, record_id: str, found: Answer) -> None:
        """Keep an answer, and hand it to the operating system at once."""
        self.answers[record_id] = found
        self._stream.write(_line({"record_id": record_id, **found}))
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, allow_nan=False) + "\n"


def _read(path: Path, models: Mapping[str, str]) -> dict[str, Answer]:
    """The answers in a file, without a last line that an interruption cut off."""
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text[: text.rfind("\n") + 1].splitlines()
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
