"""Potassium-labelled ECGs for training and evaluation, behind one interface: an iterator of `LabelledECG`.

Today they are simulated over real bases; a site's own records with laboratory values enter the same way.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ecg_core.annotation.annotate import annotate
from ecg_core.datasets.base_ecg import BaseECG, Split
from ecg_core.filtering.pipeline import filter_record
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.record import ECGRecord
from ecg_core.simulation.simulate import simulate_potassium

K_MIN_MEQ_L, K_MAX_MEQ_L = 2.0, 9.5
# Share of examples in each stretch of potassium, uniform within; flat enough that no range is left unlearned.
K_STRETCHES: tuple[tuple[float, float, float], ...] = (
    (2.0, 3.5, 0.25),
    (3.5, 5.5, 0.35),
    (5.5, 7.0, 0.22),
    (7.0, 9.5, 0.18),
)
K_DISTRIBUTION = "; ".join(f"{share:.0%} in {low}-{high}" for low, high, share in K_STRETCHES) + " mEq/L"
MEAN_K_MEQ_L = sum(share * (low + high) / 2 for low, high, share in K_STRETCHES)
MIN_DURATION_S, MIN_BEATS = 2.0, 4  # of a base
DRAWS: dict[Split, int] = {"train": 6, "validation": 4, "calibration": 4, "test": 4}


@dataclass(frozen=True, eq=False)
class LabelledECG:
    """A raw (unfiltered) record with its potassium."""

    record: ECGRecord
    k_meq_l: float
    record_id: str
    patient_id: str | None
    base: str
    split: Split


def draw_potassium(rng: np.random.Generator) -> float:
    """One level from `K_STRETCHES`, mEq/L."""
    low, high, _ = K_STRETCHES[rng.choice(len(K_STRETCHES), p=[share for _, _, share in K_STRETCHES])]
    return float(rng.uniform(low, high))


def simulated_ecgs(bases: Iterable[BaseECG], seed: int) -> Iterator[LabelledECG]:
    """Every base at several random levels (`DRAWS` per split).

    What is drawn for a base depends on `seed` and its name alone, not on the others. Bases that cannot
    carry the simulation (a gap, a missing lead, fewer than four beats) are passed over.
    """
    for base in bases:
        if not _is_complete(base.record):
            continue
        filtered = filter_record(base.record).record
        annotation = annotate(filtered)
        if annotation.n_beats < MIN_BEATS:
            continue
        rng = np.random.default_rng([seed, zlib.crc32(base.record_id.encode())])
        for draw in range(DRAWS[base.split]):
            k_meq_l = draw_potassium(rng)
            record = simulate_potassium(filtered, annotation, k_meq_l, rng)
            yield LabelledECG(
                record,
                k_meq_l,
                f"{base.record_id}-{draw}",
                base.patient_id or base.record_id,
                base.record_id,
                base.split,
            )


def _is_complete(record: ECGRecord) -> bool:
    return (
        record.duration_s >= MIN_DURATION_S
        and set(INDEPENDENT_LEADS) <= set(record.leads)
        and bool(np.isfinite(record.signal_mv).all())
    )
