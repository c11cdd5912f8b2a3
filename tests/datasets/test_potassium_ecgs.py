from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from ecg_core.datasets.base_ecg import BaseECG, read_ptbxl
from ecg_core.datasets.potassium import (
    DRAWS,
    K_MAX_MEQ_L,
    K_MIN_MEQ_L,
    K_STRETCHES,
    LabelledECG,
    draw_potassium,
    simulated_ecgs,
)
from tests.datasets.mini_ptbxl import example, write_fold10_pack, write_mini_ptbxl


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> list[BaseECG]:
    root = write_mini_ptbxl(tmp_path_factory.mktemp("ptbxl"))
    write_fold10_pack(root, ("normal", "bifascicular_block"))
    return list(read_ptbxl(root))


@pytest.fixture(scope="module")
def ecgs(bases: list[BaseECG]) -> list[LabelledECG]:
    return list(simulated_ecgs(bases, seed=1))


def drawn(ecgs: list[LabelledECG]) -> dict[str, tuple[float, bytes]]:
    return {ecg.record_id: (ecg.k_meq_l, ecg.record.signal_mv.tobytes()) for ecg in ecgs}


def test_potassium_keeps_to_its_range_and_shares() -> None:
    rng = np.random.default_rng(0)
    k_meq_l = np.array([draw_potassium(rng) for _ in range(4000)])
    assert k_meq_l.min() >= K_MIN_MEQ_L and k_meq_l.max() <= K_MAX_MEQ_L
    for low, high, share in K_STRETCHES:
        assert np.mean((k_meq_l >= low) & (k_meq_l < high)) == pytest.approx(share, abs=0.03)


def test_the_stretches_cover_the_whole_range() -> None:
    lows, highs, shares = zip(*K_STRETCHES, strict=True)
    assert (K_MIN_MEQ_L, *highs[:-1]) == lows and highs[-1] == K_MAX_MEQ_L
    assert sum(shares) == pytest.approx(1.0)


def test_every_base_gives_the_draws_of_its_split_marked_as_simulated(
    bases: list[BaseECG], ecgs: list[LabelledECG]
) -> None:
    assert len(ecgs) == sum(DRAWS[base.split] for base in bases)
    assert len({ecg.record_id for ecg in ecgs}) == len(ecgs)
    assert all(ecg.record.simulated for ecg in ecgs)
    assert all(K_MIN_MEQ_L <= ecg.k_meq_l <= K_MAX_MEQ_L for ecg in ecgs)


def test_no_patient_and_no_base_is_in_two_splits(ecgs: list[LabelledECG]) -> None:
    for name in ("patient_id", "base"):
        splits = defaultdict(set)
        for ecg in ecgs:
            splits[getattr(ecg, name)].add(ecg.split)
        assert all(len(found) == 1 for found in splits.values()), splits
    assert len({ecg.patient_id for ecg in ecgs}) == len({ecg.base for ecg in ecgs}) == 5


def test_what_is_drawn_depends_on_the_seed_and_the_record_alone(
    bases: list[BaseECG], ecgs: list[LabelledECG]
) -> None:
    alone = drawn(list(simulated_ecgs(bases[-1:], seed=1)))
    everything = drawn(ecgs)
    assert alone == {key: everything[key] for key in alone}
    other_seed = drawn(list(simulated_ecgs(bases[-1:], seed=2)))
    assert all(other_seed[key] != alone[key] for key in alone)
    assert len({k for k, _ in everything.values()}) == len(everything)


def test_bases_that_cannot_carry_the_simulation_are_passed_over() -> None:
    whole = example("normal")
    with_gap = whole.signal_mv.copy()
    with_gap[3, 1000:1100] = np.nan
    records = {
        "gap": whole.with_signal(with_gap),
        "too short": whole.with_signal(whole.signal_mv[:, :300]),
        "few beats": whole.with_signal(whole.signal_mv[:, :1100]),
        "flat": whole.with_signal(0 * whole.signal_mv),
        "two leads": whole.select(["II", "V5"]),
        "whole": whole,
    }
    bases = [BaseECG(record, name, None, "test") for name, record in records.items()]
    assert {ecg.base for ecg in simulated_ecgs(bases, seed=1)} == {"whole"}


def test_a_base_without_a_named_patient_is_its_own(tmp_path: Path) -> None:
    (first, *_) = simulated_ecgs([BaseECG(example("normal"), "x-1", None, "train")], seed=1)
    assert first.patient_id == "x-1"
