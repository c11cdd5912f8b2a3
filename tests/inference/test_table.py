import io

import numpy as np
import pandas as pd

from ecg_core.inference.table import predictions_table
from ecg_core.inference.types import Flag, Prediction

NAN = float("nan")
ITEMS = np.empty(0, np.float32)


def test_csv_has_a_row_per_model_and_the_promised_columns() -> None:
    flags = (Flag("noise", "Lead II is noisy."), Flag("r_only", "Cut around R."))
    table = predictions_table(
        "a.hea",
        [
            Prediction("dcrnn", "DCRNN", 6.25, 5.5, 7.0, 0.01, 0.19, 0.8, flags, ITEMS, None),
            Prediction("ecg12net", "ECG12Net", NAN, NAN, NAN, NAN, NAN, NAN, flags[:1], ITEMS, None),
        ],
    )
    read = pd.read_csv(io.StringIO(table.to_csv(index=False)))
    assert list(read.columns) == ["file", "model", "k_meq_l", "k_low", "k_high", "p_hypo", "p_hyper", "flags"]
    assert read.iloc[0].tolist() == ["a.hea", "dcrnn", 6.25, 5.5, 7.0, 0.01, 0.8, "noise;r_only"]
    assert read.loc[1, "model"] == "ecg12net"
    assert read.loc[1, "k_meq_l":"p_hyper"].isna().all()


def test_no_predictions_still_give_the_columns() -> None:
    assert list(predictions_table("a.hea", []).columns)[:2] == ["file", "model"]
