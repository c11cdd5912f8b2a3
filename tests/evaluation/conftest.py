from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ecg_core.evaluation.table import validate_evaluation


def _make_table(k_true: list[float], k: list[float], half_width: float = 1.0) -> pd.DataFrame:
    """Every record another patient; the probability of the class of k is 0.8, of the other two 0.1."""
    k_array = np.asarray(k, dtype=float)
    return validate_evaluation(
        pd.DataFrame(
            {
                "record_id": [f"r{i}" for i in range(len(k))],
                "simulated": True,
                "k_true_meq_l": k_true,
                "k_meq_l": k_array,
                "k_low": k_array - half_width,
                "k_high": k_array + half_width,
                "p_hypo": np.where(k_array <= 3.5, 0.8, 0.1),
                "p_normal": np.where((k_array > 3.5) & (k_array < 5.5), 0.8, 0.1),
                "p_hyper": np.where(k_array >= 5.5, 0.8, 0.1),
            }
        )
    )


@pytest.fixture(scope="session")
def make_table() -> Callable[..., pd.DataFrame]:
    return _make_table


@pytest.fixture
def table() -> pd.DataFrame:
    """300 records of 100 patients with noisy estimates between 2 and 10."""
    rng = np.random.default_rng(0)
    truth = rng.uniform(2.0, 9.5, 300)
    made = _make_table(truth.tolist(), (truth + rng.normal(0, 0.8, 300)).clip(1.6, 10).tolist())
    made["patient_id"] = [f"p{i // 3}" for i in range(300)]
    return made
