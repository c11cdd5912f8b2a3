"""What several potassium estimates of one ECG say together, in clinical words that do not overstate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L, Flag, Prediction

# "borderline": every estimate is normal, yet a model finds hyper- or hypokalemia more likely than not.
Finding = Literal["hyper", "hypo", "contradictory", "borderline", "normal", "none"]

# Half a mEq/L is the width of one hyperkalemia severity zone below.
CLOSE_AGREEMENT_MEQ_L = 0.5
STRONG_DISAGREEMENT_MEQ_L = 1.0
LIKELY = 0.5

NOT_NORMAL = "This does not mean that potassium is normal: measure it."

_CARDINALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Zone:
    """A range of potassium with a clinical name; low <= K < high except that K = 3.5 counts as low."""

    key: Literal["hypo", "normal", "mild", "moderate", "severe"]
    name: str
    low_meq_l: float
    high_meq_l: float


ZONES = (
    Zone("hypo", "Hypokalemia", -np.inf, HYPOKALEMIA_MEQ_L),
    Zone("normal", "Normal", HYPOKALEMIA_MEQ_L, HYPERKALEMIA_MEQ_L),
    Zone("mild", "Mild hyperkalemia", HYPERKALEMIA_MEQ_L, 6.0),
    Zone("moderate", "Moderate hyperkalemia", 6.0, 6.5),
    Zone("severe", "Severe hyperkalemia", 6.5, np.inf),
)
ZONES_SOURCE = (
    "UK Kidney Association, Treatment of Acute Hyperkalaemia in Adults (2023): "
    "mild 5.5–5.9, moderate 6.0–6.4, severe 6.5 mEq/L and above"
)


def zone_of(k_meq_l: float) -> Zone:
    """The zone of a potassium value. Raises ValueError for NaN.

    The upper zones follow the UK Kidney Association guideline of 2023 (mild 5.5-5.9, moderate
    6.0-6.4, severe 6.5 and above); its gaps of 0.1 are closed upwards (5.95 is mild).
    """
    if np.isnan(k_meq_l):
        raise ValueError("there is no zone for a missing potassium value")
    if k_meq_l <= HYPOKALEMIA_MEQ_L:
        return ZONES[0]
    return next(zone for zone in reversed(ZONES) if k_meq_l >= zone.low_meq_l)


@dataclass(frozen=True)
class Comparison:
    """Several estimates seen together; numbers are NaN where no model gave one."""

    finding: Finding
    median_meq_l: float
    spread_meq_l: float  # highest less lowest estimate; NaN for fewer than two
    n_models: int
    n_estimates: int
    headline: str
    agreement: str


def compare(predictions: Sequence[Prediction]) -> Comparison:
    """Put the models' estimates of one ECG side by side."""
    k_meq_l = np.array([p.k_meq_l for p in predictions if not p.abstained], dtype=float)
    spread = float(np.ptp(k_meq_l)) if k_meq_l.size > 1 else float("nan")
    finding = _finding(k_meq_l, predictions)
    return Comparison(
        finding=finding,
        median_meq_l=float(np.median(k_meq_l)) if k_meq_l.size else float("nan"),
        spread_meq_l=spread,
        n_models=len(predictions),
        n_estimates=k_meq_l.size,
        headline=_headline(finding, predictions),
        agreement=_agreement(spread),
    )


def shared_flags(predictions: Sequence[Prediction]) -> tuple[Flag, ...]:
    """The reasons to distrust that every one of the predictions carries, in the order of the first."""
    if not predictions:
        return ()
    return tuple(flag for flag in predictions[0].flags if all(flag in p.flags for p in predictions[1:]))


def abstention_words(prediction: Prediction) -> str:
    """What to say where a model abstained: why, and that silence is no good news."""
    reasons = " ".join(flag.text for flag in prediction.flags)
    return f"No estimate: {reasons or 'the reason is not known.'} {NOT_NORMAL}"


def _finding(k_meq_l: NDArray[np.float64], predictions: Sequence[Prediction]) -> Finding:
    if not k_meq_l.size:
        return "none"
    hyper, hypo = (k_meq_l >= HYPERKALEMIA_MEQ_L).any(), (k_meq_l <= HYPOKALEMIA_MEQ_L).any()
    if hyper and hypo:
        return "contradictory"
    if hyper or hypo:
        return "hyper" if hyper else "hypo"
    likely = any(max(p.p_hyper, p.p_hypo) > LIKELY for p in predictions)
    return "borderline" if likely else "normal"


def _headline(finding: Finding, predictions: Sequence[Prediction]) -> str:
    estimates = [p for p in predictions if not p.abstained]
    if not predictions:
        return "No potassium model is installed, so there is no estimate."
    if finding == "none":
        return f"No model could estimate potassium from this ECG. {NOT_NORMAL} The reasons stand beside each model."
    k_meq_l = [p.k_meq_l for p in estimates]
    silent = len(predictions) - len(estimates)
    return " ".join(
        part
        for part in (
            _statement(finding, k_meq_l, len(predictions)),
            f"{_cardinal(silent).capitalize()} gave no estimate." if silent else "",
            _doubt(estimates) if finding in ("normal", "borderline") else "",
            _ADVICE[finding],
        )
        if part
    )


_ADVICE: dict[Finding, str] = {
    "hyper": "Confirm with a laboratory value.",
    "hypo": "Confirm with a laboratory value.",
    "contradictory": "Do not rely on either; measure potassium in the laboratory.",
    "borderline": "Confirm with a laboratory value.",
    "normal": "This does not exclude hyperkalemia.",
    "none": "",
}


def _statement(finding: Finding, k_meq_l: Sequence[float], n_models: int) -> str:
    numbers = _numbers(k_meq_l)
    if finding == "contradictory":
        return f"The models contradict each other: hyperkalemia and hypokalemia at once {numbers}."
    count = {
        "hyper": sum(k >= HYPERKALEMIA_MEQ_L for k in k_meq_l),
        "hypo": sum(k <= HYPOKALEMIA_MEQ_L for k in k_meq_l),
    }.get(finding, len(k_meq_l))
    verb = "estimates" if count == 1 else "estimate"
    what = {"hyper": "hyperkalemia", "hypo": "hypokalemia"}.get(finding, "potassium in the normal range")
    return f"{_models(count, n_models)} {verb} {what} {numbers}."


def _numbers(k_meq_l: Sequence[float]) -> str:
    if len(k_meq_l) == 1:
        return f"({k_meq_l[0]:.1f} mEq/L)"
    return f"(median {np.median(k_meq_l):.1f} mEq/L, models {np.ptp(k_meq_l):.1f} apart)"


def _doubt(estimates: Sequence[Prediction]) -> str:
    """What speaks against normal estimates: probabilities first, else intervals."""
    for name, count in (
        ("hyperkalemia", sum(p.p_hyper > LIKELY for p in estimates)),
        ("hypokalemia", sum(p.p_hypo > LIKELY for p in estimates)),
    ):
        if count:
            who = {1: "one finds", len(estimates): "all find"}.get(count, f"{_cardinal(count)} find")
            return f"Yet {'it finds' if len(estimates) == 1 else who} {name} more likely than not."
    reaching = sum(p.k_high >= HYPERKALEMIA_MEQ_L for p in estimates)
    if not reaching:
        return ""
    if reaching == len(estimates):
        return f"{'Its interval reaches' if reaching == 1 else 'All intervals reach'} into hyperkalemia."
    verb = "interval reaches" if reaching == 1 else "intervals reach"
    return f"{_cardinal(reaching).capitalize()} {verb} into hyperkalemia."


def _agreement(spread_meq_l: float) -> str:
    if np.isnan(spread_meq_l):
        return "Fewer than two models gave an estimate, so there is nothing to compare it with."
    if spread_meq_l < CLOSE_AGREEMENT_MEQ_L:
        return (
            f"The models agree within {spread_meq_l:.1f} mEq/L. That is no proof: "
            "they learned from the same kind of data and can be wrong together."
        )
    if spread_meq_l < STRONG_DISAGREEMENT_MEQ_L:
        return (
            f"The models differ by {spread_meq_l:.1f} mEq/L, about one severity class. "
            "Read the median as a rough guide only."
        )
    return (
        f"The models differ by {spread_meq_l:.1f} mEq/L, two severity classes or more. "
        "At least one of them is well off the mark: rely on none of them."
    )


def _models(count: int, total: int) -> str:
    if count == total:
        return {1: "The only model", 2: "Both models"}.get(total, f"All {_cardinal(total)} models")
    return f"{_cardinal(count).capitalize()} of {_cardinal(total)} models"


def _cardinal(count: int) -> str:
    return _CARDINALS[count] if count < len(_CARDINALS) else str(count)
