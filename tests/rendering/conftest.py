"""A record whose leads are smooth waves, all different, so that any mix-up shows."""

import numpy as np
import pytest

from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord


@pytest.fixture(scope="session")
def waves() -> ECGRecord:
    time_s = np.arange(5000) / 500
    signal_mv = [
        0.4 * np.sin(2 * np.pi * (0.5 + 0.07 * number) * time_s + number)
        for number in range(len(STANDARD_LEADS))
    ]
    return ECGRecord(np.array(signal_mv, np.float32), 500.0, STANDARD_LEADS)
