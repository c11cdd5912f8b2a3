"""Labelled 12-lead ECGs whose findings stand in their facts and beats."""

import numpy as np

from ecg_core.datasets.twelve_lead import PreparedTwelveLead
from ecg_core.twelve_lead.facts import BEAT_R_INDEX, BEAT_SAMPLES, FACTS


def made_up_prepared(n: int = 180) -> PreparedTwelveLead:
    """Folds 1 to 10 in turn; STACH is a rate above 110, CLBBB a wide R, and the T wave falls with age."""
    rng = np.random.default_rng(0)
    facts = rng.normal(100, 5, (n, len(FACTS))).astype(np.float32)
    facts[:, 0] = rng.uniform(60, 140, n)
    wide, age = rng.random(n) < 0.2, rng.uniform(20, 90, n)
    at = np.arange(BEAT_SAMPLES) - BEAT_R_INDEX
    beat = np.exp(-0.5 * (at / np.where(wide, 5.0, 2.0)[:, None]) ** 2) * 5
    beat += (2 - age / 50)[:, None] * np.exp(-0.5 * ((at - 28) / 6) ** 2)
    findings = np.zeros((n, 6), np.float32)
    findings[:, 5], findings[:, 2] = facts[:, 0] > 110, wide
    findings[:, 4] = rng.random(n) < 0.3
    leads = np.tile(beat[:, None], (1, 12, 1)) + rng.normal(0, 0.05, (n, 12, BEAT_SAMPLES))
    signal = np.tile(leads, (1, 1, 10)) * 1000
    fold = 1 + np.arange(n) % 10
    return PreparedTwelveLead(
        signal=signal.astype(np.int16),
        mask=np.ones((n, 12), bool),
        beat=(1000 * leads).astype(np.int16),
        facts=facts,
        findings=findings,
        superclasses=np.full((n, 5), np.nan, np.float32),
        age_years=age.astype(np.float32),
        female=np.zeros(n, np.float32),
        fold=fold,
        record_id=np.array([f"ptbxl-{number}" for number in range(n)]),
        patient_id=np.array([""] * n),
        source=np.array(["PTB-XL"] * n),
    )
