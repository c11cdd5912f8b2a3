"""The table of docs/signs.md, and what it is made of."""

import numpy as np
import pandas as pd

from benchmarks.signs import AS_RECORDED, GROUPS, rows_of, table
from ecg_core.datasets.base_ecg import BaseECG
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples


def test_an_ecg_is_judged_as_recorded_and_in_each_class_the_same_in_every_process() -> None:
    base = BaseECG(open_ecg(list_examples()[0].path), "ptbxl-185", "ptbxl-1", "test")
    rows = rows_of(base, 0)
    found = pd.DataFrame(rows)
    assert tuple(found["made"].unique()) == GROUPS
    assert (found.groupby("made").size() == 13).all()
    as_recorded = found[found["made"] == AS_RECORDED].set_index("sign")["present"]
    assert as_recorded["Wide QRS"] is False and as_recorded["Absent P waves"] is False
    assert rows_of(base, 0) == rows


def test_a_share_is_of_those_in_which_the_sign_could_be_measured() -> None:
    present = [True, False, False, None]
    rows = [
        {"ecg": str(n), "made": AS_RECORDED, "sign": "Wide QRS", "present": yes, "danger": yes is True}
        for n, yes in enumerate(present)
    ]
    lines = table(pd.DataFrame(rows).astype({"present": object, "danger": np.bool_})).splitlines()
    assert lines[2].startswith("| Wide QRS | 33.3% of 3 | not measured |")
    assert lines[3].startswith("| **any danger sign** | 25.0% of 4 |")
