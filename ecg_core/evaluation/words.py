"""The columns of result tables in clinicians' words: one place for the dashboard and the command line."""

from __future__ import annotations

_WORDS = {
    "range": "True K (mEq/L)",
    "n": "ECGs",
    "patients": "Patients",
    "abstained": "No estimate",
    "group": "Divided by",
    "value": "Group",
    "mae_meq_l": "Mean absolute error (mEq/L)",
    "mae_of_mean_meq_l": "… of always the mean",
    "bias_meq_l": "Bias (mEq/L)",
    "coverage": "Truth inside interval",
    "width_meq_l": "Mean width (mEq/L)",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "n_hyper": "With hyperkalemia",
    "auc_hyper": "AUC hyperkalemia",
    "n_hypo": "With hypokalemia",
    "auc_hypo": "AUC hypokalemia",
    "n_severe": "With K ≥ 6.5",
    "auc_severe": "AUC K ≥ 6.5",
    "condition": "Alarm for",
    "prevalence": "Prevalence",
    "n_positive": "Who have it",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "Alarms that are right (PPV)",
    "npv": "Right without alarm (NPV)",
    "brier": "Brier score",
    "ece": "Calibration error",
}


def column_words(name: str) -> str:
    """What stands over a column; a confidence limit is one of the column before. Raises KeyError for an unknown one."""
    if name.endswith("_low"):
        return "95 % CI from"
    return "to" if name.endswith("_high") else _WORDS[name]
