"""Whether potassium was simulated or measured in patients, and in how many ECGs: for every heading and figure."""

from __future__ import annotations

import pandas as pd


def origin_words(table: pd.DataFrame) -> str:
    """``"SIMULATED potassium, n = 672 ECGs"`` of an evaluation table; ECGs without an estimate do not count."""
    rows = table[table["k_meq_l"].notna()]
    n_simulated = int(rows["simulated"].sum())
    if n_simulated == len(rows):
        return f"SIMULATED potassium, n = {len(rows):,} ECGs"
    if n_simulated == 0:
        return f"Real patients, n = {len(rows):,} ECGs"
    return f"Partly SIMULATED, n = {len(rows):,} ECGs ({n_simulated:,} simulated)"
