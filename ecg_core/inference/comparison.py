"""What several potassium estimates of one ECG say together, in clinical words that do not overstate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L, Flag, Prediction

# The first model that gave an estimate leads; the others support it or cast doubt on it. "borderline": it estimates
# normal potassium, yet finds hyper- or hypokalemia more likely than not, or another model estimates either.
Side = Literal["hyper", "hypo", "normal"]
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
    """Put the models' estimates of one ECG side by side; the first that gave one leads, as the default model does."""
    estimates = [p for p in predictions if not p.abstained]
    k_meq_l = np.array([p.k_meq_l for p in estimates], dtype=float)
    spread = float(np.ptp(k_meq_l)) if k_meq_l.size > 1 else float("nan")
    finding = _finding(estimates)
    return Comparison(
        finding=finding,
        median_meq_l=float(np.median(k_meq_l)) if k_meq_l.size else float("nan"),
        spread_meq_l=spread,
        n_models=len(predictions),
        n_estimates=k_meq_l.size,
        headline=_headline(finding, predictions, estimates),
        agreement=_agreement(spread),
    )


def shared_flags(predictions: Sequence[Prediction]) -> tuple[Flag, ...]:
    """The reasons to distrust that every one of the predictions carries, in the order of the first."""
    if not predictions:
        return ()
    return tuple(flag for flag in predictions[0].flags if all(flag in p.flags for p in predictions[1:]))


def abstention_words(prediction: Prediction) -> str:
    """What to say where a model abstained: why, and that silence is no good news."""
    return f"No estimate: {reasons_words(prediction)} {NOT_NORMAL}"


def reasons_words(prediction: Prediction) -> str:
    """All that a prediction says against itself, in sentences."""
    return " ".join(flag.text for flag in prediction.flags) or "the reason is not known."


def _side(k_meq_l: float) -> Side:
    if k_meq_l >= HYPERKALEMIA_MEQ_L:
        return "hyper"
    return "hypo" if k_meq_l <= HYPOKALEMIA_MEQ_L else "normal"


def _finding(estimates: Sequence[Prediction]) -> Finding:
    if not estimates:
        return "none"
    leading, *others = (_side(p.k_meq_l) for p in estimates)
    if leading == "normal":
        doubtful = max(estimates[0].p_hyper, estimates[0].p_hypo) > LIKELY or set(others) - {"normal"}
        return "borderline" if doubtful else "normal"
    opposite = "hypo" if leading == "hyper" else "hyper"
    return "contradictory" if opposite in others else leading


def _headline(finding: Finding, predictions: Sequence[Prediction], estimates: Sequence[Prediction]) -> str:
    if not predictions:
        return "No potassium model is installed, so there is no estimate."
    if not estimates:
        return f"No model could estimate potassium from this ECG. {NOT_NORMAL} The reasons stand beside each model."
    first = estimates[0]
    silent = len(predictions) - len(estimates)
    sentences = (
        f"{first.title} estimates {_SIDES[_side(first.k_meq_l)]} ({first.k_meq_l:.1f} mEq/L).",
        _doubt(first),
        _others([_side(p.k_meq_l) for p in estimates[1:]], _side(first.k_meq_l)),
        f"{_cardinal(silent).capitalize()} gave no estimate." if silent else "",
        _ADVICE[finding],
    )
    return " ".join(sentence for sentence in sentences if sentence)


_SIDES: dict[Side, str] = {
    "hyper": "hyperkalemia",
    "hypo": "hypokalemia",
    "normal": "potassium in the normal range",
}
_ADVICE: dict[Finding, str] = {
    "hyper": "Confirm with a laboratory value.",
    "hypo": "Confirm with a laboratory value.",
    "contradictory": "The models contradict each other: rely on none, measure potassium in the laboratory.",
    "borderline": "Confirm with a laboratory value.",
    "normal": "This excludes neither hyper- nor hypokalemia.",
    "none": "",
}


def _others(sides: Sequence[Side], leading: Side) -> str:
    """What the models beside the leading one say."""
    if not sides:
        return ""
    counts = [(sides.count(side), words) for side, words in _SIDES.items() if side in sides]
    if len(counts) == 1:
        all_of_them = {1: "The other model estimates", 2: "Both others estimate"}
        who = all_of_them.get(len(sides), f"All {_cardinal(len(sides))} others estimate")
        # Not "agree": within one class they can lie far apart, as stands beside the figure.
        return f"{who} {counts[0][1]}{', too' if sides[0] == leading else ''}."
    said = [f"{_cardinal(n)} {'estimates' if n == 1 else 'estimate'} {words}" for n, words in counts]
    return f"Of {_cardinal(len(sides))} others, {', '.join(said[:-1])} and {said[-1]}."


def _doubt(first: Prediction) -> str:
    """What speaks against a normal estimate: probabilities first, else the interval."""
    if _side(first.k_meq_l) != "normal":
        return ""
    for name, probability in (("hyperkalemia", first.p_hyper), ("hypokalemia", first.p_hypo)):
        if probability > LIKELY:
            return f"Yet it finds {name} more likely than not."
    reached = {
        "hypokalemia": first.k_low <= HYPOKALEMIA_MEQ_L,
        "hyperkalemia": first.k_high >= HYPERKALEMIA_MEQ_L,
    }
    names = [name for name, is_reached in reached.items() if is_reached]
    return f"Its interval reaches into {' and '.join(names)}." if names else ""


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
        "At least one of them is well off the mark."
    )


def _cardinal(count: int) -> str:
    return _CARDINALS[count] if count < len(_CARDINALS) else str(count)
