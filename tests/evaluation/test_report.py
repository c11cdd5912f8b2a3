import numpy as np
import pandas as pd

from ecg_core.evaluation.metrics import summarize
from ecg_core.evaluation.report import summary_table


def test_every_number_of_the_summary_has_a_row(table: pd.DataFrame) -> None:
    summary = summarize(table, n_resamples=50)
    rows = summary_table(summary).set_index("measure")
    mae = rows.loc["Mean absolute error"]
    assert mae.tolist() == [summary.mae_meq_l.value, summary.mae_meq_l.low, summary.mae_meq_l.high, "mEq/L"]
    assert rows.loc["Hypokalemia: area under the ROC curve", "value"] == summary.hypo.auc.value
    assert rows.loc["Hyperkalemia: sensitivity at p > 0.5", "value"] == summary.hyper.sensitivity
    assert np.isnan(rows.loc["Pearson correlation", "value_low"])
    assert rows.index.is_unique and rows["value"].notna().all()
    assert (
        "Severe hyperkalemia: sensitivity at p > 0.5" not in rows.index
    )  # the table holds no probability of it
    with_severe = summary_table(summarize(table.assign(p_severe=0.1), n_resamples=10)).set_index("measure")
    assert with_severe.loc["Severe hyperkalemia: specificity at p > 0.5", "value"] == 1.0
