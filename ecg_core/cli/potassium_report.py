"""Everything that one table of true and estimated potassium tells, as text: what the Evaluation page shows in figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from ecg_core.errors import ECGError
from ecg_core.evaluation.bootstrap import WithInterval
from ecg_core.evaluation.conditions import CONDITIONS, NAMES, Condition, with_limit
from ecg_core.evaluation.metrics import (
    ALARM_PROBABILITY,
    per_range,
    range_coverage,
    summarize,
)
from ecg_core.evaluation.origin import origin_words
from ecg_core.evaluation.predictive_values import PredictiveValues, predictive_values
from ecg_core.evaluation.probabilities import brier_score, class_reliability, expected_calibration_error
from ecg_core.evaluation.report import COLUMNS, summary_table
from ecg_core.evaluation.subgroups import MIN_PATIENTS, by_subgroup
from ecg_core.evaluation.words import column_words
from ecg_core.inference.prevalence import EMERGENCY, EMERGENCY_SOURCE

Shares = Mapping[Condition, float]

USUAL_SHARES: Shares = {"hyper": EMERGENCY.hyper, "hypo": EMERGENCY.hypo}


def shares_of(text: str) -> Shares:
    """Prevalences as `--prevalence` takes them, ``"hyper=10,hypo=4,severe=1"`` in percent; what is not named stays usual.

    Raises ECGError for anything else.
    """
    shares = dict(USUAL_SHARES)
    for part in filter(None, text.split(",")):
        name, _, percent = part.partition("=")
        try:
            share = float(percent) / 100
        except ValueError:
            share = math.nan
        if name not in CONDITIONS or not 0 < share < 1:
            raise ECGError(
                f"--prevalence {part} cannot be read; write percents of patients, such as hyper=10,hypo=4,severe=1."
            )
        shares[name] = share
    return shares


def potassium_report(title: str, table: pd.DataFrame, shares: Shares, groups: pd.DataFrame) -> str:
    """All measures of an evaluation table in words and columns; every heading says what the ECGs were.

    `groups` names the group each row is in, as `by_subgroup` takes it. Raises ECGError when the model never answered.
    """
    origin = origin_words(table)
    sections = {
        "Range by range": _columns(per_range(table)),
        "How often the interval held the truth": _columns(range_coverage(table)),
        f"What an alarm (a probability above {ALARM_PROBABILITY:g}) means": _alarms(table, shares),
        "Can the probabilities be believed?": _probabilities(table),
        f"By subgroup (fewer than {MIN_PATIENTS} patients: only counted)": _subgroups(table, groups),
    }
    parts = [f"{title}\n{'=' * len(title)}\n{_origin(table)}", _overall(table)]
    parts += [f"{heading} · {origin}\n{body}" for heading, body in sections.items() if body]
    return "\n\n".join(parts)


def _origin(table: pd.DataFrame) -> str:
    n_simulated = int(table["simulated"].sum())
    kinds = {"SIMULATED": n_simulated, "real": len(table) - n_simulated}
    said = " and ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n)
    return (
        f"Measured on {said} ECGs. Potassium in mEq/L; in brackets, 95 % bootstrap intervals over patients."
    )


def _overall(table: pd.DataFrame) -> str:
    overall = summary_table(summarize(table))
    width = int(overall["measure"].str.len().max())
    return "\n".join(
        f"{measure:<{width}}  {_number(value)}{_interval(low, high)} {unit}".rstrip()
        for measure, value, low, high, unit in zip(*(overall[name] for name in COLUMNS), strict=True)
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value.is_integer() else f"{value:.3f}"


def _interval(low: float, high: float) -> str:
    return "" if math.isnan(low) else f" [{low:.3f}, {high:.3f}]"


def _alarms(table: pd.DataFrame, shares: Shares) -> str:
    """Sensitivity, specificity and what they make of an alarm where the condition is so common."""
    rows, problems = [], []
    for condition, share in shares.items():
        try:
            rows.append(_alarm_row(condition, predictive_values(table, condition, share)))
        except ECGError as error:
            problems.append(f"{NAMES[condition]}: {error}")
    parts = [_columns(pd.DataFrame(rows))] if rows else []
    parts += problems
    if shares == USUAL_SHARES:
        parts.append(f"Prevalence: {EMERGENCY_SOURCE}. For your own place give --prevalence hyper=10,hypo=4.")
    if "severe" not in shares:
        parts.append("Severe hyperkalemia needs its own prevalence, such as --prevalence severe=1.")
    parts.append("That sensitivity and specificity are the same at that place is assumed.")
    return "\n".join(parts)


def _alarm_row(condition: Condition, values: PredictiveValues) -> dict[str, object]:
    measured = {name: getattr(values, name) for name in ("sensitivity", "specificity", "ppv", "npv")}
    return {
        "condition": with_limit(condition),
        "prevalence": f"{values.prevalence:.1%}",
        "n": values.n,
        "n_positive": values.n_positive,
        **{name: _with_interval(number) for name, number in measured.items()},
    }


def _probabilities(table: pd.DataFrame) -> str:
    rows = [
        {
            "condition": with_limit(condition),
            "brier": brier_score(table, condition),
            "ece": expected_calibration_error(class_reliability(table, condition)),
        }
        for condition in CONDITIONS
    ]
    known = pd.DataFrame(rows).dropna(subset=["brier"])
    return f"{_columns(known)}\nValid for the class mix of these ECGs only."


def _subgroups(table: pd.DataFrame, groups: pd.DataFrame) -> str:
    found = by_subgroup(table, groups)
    if found.empty:
        return ""
    shown = pd.DataFrame({"value": found["group"] + ": " + found["value"]})
    for name in found.columns.drop(["group", "value"]):
        if f"{name}_low" in found:
            limits = zip(*(found[column] for column in (name, f"{name}_low", f"{name}_high")), strict=True)
            shown[name] = [_with_interval(WithInterval(*numbers)) for numbers in limits]
        elif not name.endswith(("_low", "_high")):
            shown[name] = found[name]
    return f"{_columns(shown)}\nSeveral groups are looked at, so one that stands out may do so by chance."


def _with_interval(number: WithInterval) -> str:
    if not math.isfinite(number.value):
        return "-"
    return f"{number.value:.2f} [{number.low:.2f}, {number.high:.2f}]".replace("nan", "-")


def _columns(table: pd.DataFrame) -> str:
    """A table under clinicians' words; columns of confidence limits stand behind the one they are of."""
    headed = table.set_axis([column_words(str(name)) for name in table.columns], axis=1)
    return headed.to_string(index=False, na_rep="-", float_format="{:.2f}".format)
