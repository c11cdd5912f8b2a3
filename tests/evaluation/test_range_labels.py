import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ecg_core.errors import ECGError
from ecg_core.evaluation.range_labels import detection_with_ranges

INF = np.inf
# low and high of the truth, estimate
ROWS = (
    (2.9, 2.9, 3.1),
    (-INF, 3.5, 4.4),  # hypokalemia for certain
    (-INF, 3.6, 3.0),  # undecided for hypokalemia, no hyperkalemia
    (4.2, 4.2, 4.0),
    (4.0, 5.4, 5.0),
    (5.0, 6.0, 5.6),  # undecided for hyperkalemia
    (5.5, 5.5, 5.2),
    (8.0, INF, 6.0),
)


@pytest.fixture
def table() -> pd.DataFrame:
    low, high, k = np.array(ROWS).T
    return pd.DataFrame(
        {
            "record_id": [str(i) for i in range(len(ROWS))],
            "patient_id": [str(i) for i in range(len(ROWS))],
            "base": "",
            "k_true_low": low,
            "k_true_high": high,
            "k_meq_l": k,
        }
    )


def test_ranges_count_where_they_decide(table: pd.DataFrame) -> None:
    hyper, hypo = detection_with_ranges(table, n_resamples=20)
    assert (hyper.n, hyper.n_ranges, hyper.n_undecided, hyper.n_positive) == (7, 4, 1, 2)
    assert (hypo.n, hypo.n_ranges, hypo.n_undecided, hypo.n_positive) == (7, 4, 1, 2)
    k = table["k_meq_l"]
    assert hyper.auc.value == roc_auc_score([0, 0, 0, 0, 0, 1, 1], k.drop(5))
    assert hypo.auc.value == roc_auc_score([1, 1, 0, 0, 0, 0, 0], -k.drop(2))
    assert hyper.auc.low <= hyper.auc.value <= hyper.auc.high


def test_abstained_records_do_not_count(table: pd.DataFrame) -> None:
    table.loc[7, "k_meq_l"] = np.nan
    assert detection_with_ranges(table, n_resamples=5)[0].n_positive == 1
    with pytest.raises(ECGError, match="abstained on every record"):
        detection_with_ranges(table.assign(k_meq_l=np.nan))
