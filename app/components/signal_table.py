"""A record as a table, for the CSV download."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecg_core.record import ECGRecord


def signal_table(record: ECGRecord) -> pd.DataFrame:
    """Time in seconds and every lead in millivolts, microvolt precision; empty where nothing was recorded."""
    time_s = np.round(np.arange(record.n_samples) / record.fs_hz, 6)
    leads = {_label(record, lead): np.round(record.lead_mv(lead).astype(float), 3) for lead in record.leads}
    return pd.DataFrame({"time (s)": time_s, **leads})


def _label(record: ECGRecord, lead: str) -> str:
    return f"{lead} {'estimated ' if lead in record.estimated_leads else ''}(mV)"
