"""How good estimates are in parts of the patients: by sex, age, width of QRS, and whatever else a site knows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.evaluation.bootstrap import WithInterval
from ecg_core.evaluation.metrics import Summary, answered, summarize

MIN_PATIENTS = 10  # with fewer, a figure and its interval would mislead
WIDE_QRS_MS = 120.0  # AHA/ACCF/HRS 2009: complete bundle branch block begins here
AGE_EDGES_YEARS = (0, 45, 65, 80, 121)
UNKNOWN = "not known"
_SOURCES = {"ptbxl": "PTB-XL", "challenge": "Challenge 2021", "ludb": "LUDB"}  # how names of base ECGs begin
_MAX_VALUES = 12  # a column with more is no grouping: a note, an identifier, a measurement


def groups_of(facts: pd.DataFrame, further: Sequence[str] = ()) -> pd.DataFrame:
    """Names of the group each ECG is in: columns Sex, Age, QRS and those of `further` that have few values.

    `facts` has the columns `sex`, `age_years`, `qrs_duration_ms` (empty or NaN where not known) and those of `further`.
    """
    ages = [f"{low}–{high - 1}" for low, high in pairwise(AGE_EDGES_YEARS)]
    qrs = np.where(
        facts["qrs_duration_ms"] >= WIDE_QRS_MS, f"{WIDE_QRS_MS:g} ms and wider", f"below {WIDE_QRS_MS:g} ms"
    )
    groups = pd.DataFrame(
        {
            "Sex": facts["sex"],
            "Age": pd.cut(facts["age_years"].astype(float), AGE_EDGES_YEARS, right=False, labels=ages),
            "QRS": pd.Series(qrs, index=facts.index).where(facts["qrs_duration_ms"].notna()),
        }
    ).astype(object)
    for name in further:
        if facts[name].nunique() <= _MAX_VALUES:
            groups[name] = facts[name].astype(object)
    return groups.where(groups.notna() & (groups != ""), UNKNOWN)


def groups_of_flags(table: pd.DataFrame) -> pd.DataFrame:
    """Names of the group each row of an evaluation table is in, as far as its flags and record names tell.

    Columns: Rhythm, QRS, Noise (as the model was warned of them) and Source (where a base ECG comes from).
    """
    flags = table["flags"].str.split(";")

    def told(code: str, yes: str, no: str) -> NDArray[np.str_]:
        return np.where([code in codes for codes in flags], yes, no)

    source = table["base"].str.split("-", n=1).str[0].map(_SOURCES)
    return pd.DataFrame(
        {
            "Rhythm": told("fibrillation", "atrial fibrillation", "other"),
            "QRS": told("wide_qrs", f"{WIDE_QRS_MS:g} ms and wider", f"below {WIDE_QRS_MS:g} ms"),
            "Noise": told("noise", "a poor lead", "no poor lead"),
            "Source": source.where(source.notna(), UNKNOWN),
        },
        index=table.index,
    )


def groups_of_table(table: pd.DataFrame, further: Sequence[str] = ()) -> pd.DataFrame:
    """All that an evaluation table tells of its rows: `groups_of` what is measured and `groups_of_flags` the rest."""
    measured, told = groups_of(table, further), groups_of_flags(table)
    (told if table["qrs_duration_ms"].notna().any() else measured).pop("QRS")
    return pd.concat([measured, told], axis=1)


def by_subgroup(table: pd.DataFrame, groups: pd.DataFrame, n_resamples: int = 500) -> pd.DataFrame:
    """A row per group of an evaluation table, whose rows `groups` names; the columns of `_row`.

    Groups of one value for all tell nothing new and are left out. Figures are NaN in groups of fewer than
    `MIN_PATIENTS` patients with an estimate.
    """
    rows = []
    for name in groups.columns:
        values = sorted(groups[name].unique())
        if len(values) > 1:
            rows += [_row(name, value, table[groups[name] == value], n_resamples) for value in values]
    return pd.DataFrame(rows)


def _row(name: str, value: str, part: pd.DataFrame, n_resamples: int) -> dict[str, object]:
    summary: Summary | None = None
    if part["k_meq_l"].notna().any():
        summary = summarize(answered(part), n_resamples=n_resamples)
    enough = summary is not None and summary.n_patients >= MIN_PATIENTS
    unknown = WithInterval(np.nan, np.nan, np.nan)
    return {
        "group": name,
        "value": value,
        "n": 0 if summary is None else summary.n,
        "patients": 0 if summary is None else summary.n_patients,
        "abstained": int(part["k_meq_l"].isna().sum()),
        **_columns("mae_meq_l", summary.mae_meq_l if summary and enough else unknown),
        "coverage": summary.coverage if summary and enough else np.nan,
        "n_hyper": 0 if summary is None else summary.hyper.n_positive,
        **_columns("auc_hyper", summary.hyper.auc if summary and enough else unknown),
        "n_hypo": 0 if summary is None else summary.hypo.n_positive,
        **_columns("auc_hypo", summary.hypo.auc if summary and enough else unknown),
        "n_severe": 0 if summary is None else summary.severe.n_positive,
        **_columns("auc_severe", summary.severe.auc if summary and enough else unknown),
    }


def _columns(name: str, value: WithInterval) -> dict[str, float]:
    return {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
