"""The small PTB-XL folder with the columns and the table that labels are read from."""

from pathlib import Path

import pandas as pd

from tests.datasets.mini_ptbxl import write_mini_ptbxl

CODES = {
    11: "{'NORM': 100.0, 'SR': 0.0}",
    12: "{'AFIB': 0.0, 'IMI': 50.0}",
    13: "{'CLBBB': 100.0, 'SBRAD': 0.0}",
    14: "{'1AVB': 100.0, 'LVH': 35.0}",
    15: "{'STACH': 0.0}",
}
AGES = {11: 40.0, 12: 81.0, 13: 300.0, 14: 44.0, 15: 20.0}  # 300: over 89
STATEMENTS = {
    "NORM": "NORM",
    "IMI": "MI",
    "CLBBB": "CD",
    "1AVB": "CD",
    "LVH": "HYP",
    "SR": None,
    "AFIB": None,
    "SBRAD": None,
    "STACH": None,
}


def write_labelled_ptbxl(root: Path) -> Path:
    write_mini_ptbxl(root)
    path = root / "ptbxl_database.csv"
    table = pd.read_csv(path)
    table["scp_codes"] = table["ecg_id"].map(CODES)
    table["age"] = table["ecg_id"].map(AGES)
    table["sex"] = table["ecg_id"] % 2
    table["filename_lr"] = [f"records100/00000/{ecg_id:05d}_lr" for ecg_id in table["ecg_id"]]
    table.to_csv(path, index=False)
    statements = pd.DataFrame(
        {
            "diagnostic": [None if name is None else 1.0 for name in STATEMENTS.values()],
            "diagnostic_class": STATEMENTS.values(),
        },
        index=list(STATEMENTS),
    )
    statements.to_csv(root / "scp_statements.csv")
    return root
