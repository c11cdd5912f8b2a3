"""A site's laboratory values beside the models' answers: as tables, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ecg_core.cli.potassium_report import Shares, potassium_report
from ecg_core.cli.site_answers import Answer
from ecg_core.datasets.site_ecg import SiteECG
from ecg_core.evaluation.range_labels import RangeDetection, detection_with_ranges
from ecg_core.evaluation.subgroups import groups_of_table

_FACTS = {  # columns, and what the answers call them
    "sex": "sex",
    "age_years": "age_years",
    "qrs_duration_ms": "qrs_ms",
    "heart_rate_bpm": "heart_rate_bpm",
}


def site_table(model: str, ecgs: Sequence[SiteECG], answers: Mapping[str, Answer]) -> pd.DataFrame:
    """A row for each ECG that was read: an evaluation table with further columns.

    `k_true_low` and `k_true_high` are the laboratory's range; `k_true_meq_l` is NaN unless they are one value.
    """
    rows = []
    for ecg in ecgs:
        found = answers.get(ecg.record_id)
        if found is None:
            continue
        rows.append(
            {
                **ecg.groups,  # first: a column of the site's must not take the place of one of these
                "record_id": ecg.record_id,
                "patient_id": ecg.patient_id,
                "base": ecg.record_id,
                "simulated": found["simulated"],
                "model": model,
                "split": ecg.split,
                "k_true_meq_l": ecg.potassium.k_meq_l,
                "k_true_low": ecg.potassium.low_meq_l,
                "k_true_high": ecg.potassium.high_meq_l,
                "drawn_after_min": ecg.drawn_after.total_seconds() / 60,
                "p_severe": None,  # older answers lack it
                **found["models"][model],
                **{column: found[name] for column, name in _FACTS.items()},
            }
        )
    table = pd.DataFrame(rows)
    numbers = ["k_meq_l", "k_low", "k_high", "p_hypo", "p_normal", "p_hyper", "p_severe"]
    numbers += [column for column in _FACTS if column != "sex"]
    return table.astype(dict.fromkeys(numbers, float)) if rows else table


def model_report(title: str, table: pd.DataFrame, further: Sequence[str], shares: Shares) -> str:
    """Everything that can be said of one model: measures, subgroups, and what ranges add. `further`: columns to group by."""
    values = table[table["k_true_meq_l"].notna()]
    if values["k_meq_l"].isna().all():
        parts = [f"{title}\nNo ECG with a potassium value got an estimate."]
    else:
        parts = [potassium_report(title, values, shares, groups_of_table(values, further))]
    if table["k_true_meq_l"].isna().any() and table["k_meq_l"].notna().any():
        parts.append(_ranges(detection_with_ranges(table)))
    return "\n\n".join(parts)


def _ranges(found: Sequence[RangeDetection]) -> str:
    lines = [
        "With the ECGs of which only a range of potassium is known (they count for nothing above, as no error can be "
        "told):"
    ]
    lines += [
        f"{d.condition}: area under the ROC curve {d.auc.value:.3f} [{d.auc.low:.3f}, {d.auc.high:.3f}], "
        f"{d.n} ECGs ({d.n_ranges} with a range), {d.n_positive} with it; {d.n_undecided} left out, whose range "
        "holds the limit"
        for d in found
    ]
    return "\n".join(lines)
