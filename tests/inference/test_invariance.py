"""Every bundled model: the same ECG in another shape keeps its estimate. The changes are those of the benchmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.invariance import CHANGES, LIMIT_MEQ_L, estimates, twelve_lead_examples
from benchmarks.potassium_on_pages import PAGE, through_paper
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoints
from ecg_core.record import ECGRecord

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
N_ECGS = 3

Floats = np.ndarray


@pytest.fixture(scope="module")
def checkpoints() -> tuple[Checkpoint, ...]:
    return load_checkpoints(CHECKPOINTS)


@pytest.fixture(scope="module")
def records() -> list[ECGRecord]:
    return twelve_lead_examples()[:N_ECGS]


@pytest.fixture(scope="module")
def usual_meq_l(records: list[ECGRecord], checkpoints: tuple[Checkpoint, ...]) -> Floats:
    """`(ecgs, models)`."""
    usual = np.array([estimates(record, checkpoints) for record in records])
    assert np.isfinite(usual).all()
    return usual


def require_unmoved(moved_meq_l: Floats, checkpoints: tuple[Checkpoint, ...]) -> None:
    """`(ecgs, models)`: in the median over the ECGs, for every model."""
    by_model = dict(zip((c.card.name for c in checkpoints), np.median(moved_meq_l, axis=0), strict=True))
    assert {name: moved for name, moved in by_model.items() if not abs(moved) < LIMIT_MEQ_L} == {}


@pytest.mark.parametrize("change", list(CHANGES))
def test_the_same_ecg_in_another_shape_keeps_its_estimate(
    change: str, records: list[ECGRecord], checkpoints: tuple[Checkpoint, ...], usual_meq_l: Floats
) -> None:
    changed = np.array([estimates(CHANGES[change](record), checkpoints) for record in records])
    require_unmoved(np.abs(changed - usual_meq_l), checkpoints)


def test_a_printed_and_digitized_page_keeps_its_estimate(
    records: list[ECGRecord], checkpoints: tuple[Checkpoint, ...], usual_meq_l: Floats
) -> None:
    page = through_paper(records[0], PAGE, seed=0)
    assert page is not None
    require_unmoved(np.abs(estimates(page, checkpoints) - usual_meq_l[0])[None], checkpoints)
