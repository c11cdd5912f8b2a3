from __future__ import annotations

import numpy as np
import pytest

from ecg_core.annotation.wave_net import QRS, P, T
from ecg_core.datasets.ludb import LudbECG, read_ludb
from ecg_core.datasets.marked_examples import EXAMPLE_FS_HZ, Example, marked_examples
from tests.datasets.marked_folders import ludb_folder


@pytest.fixture(scope="module")
def ecgs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LudbECG]:
    return {ecg.record_id: ecg for ecg in read_ludb(ludb_folder(tmp_path_factory.mktemp("ludb")))}


@pytest.fixture(scope="module")
def examples(ecgs: dict[str, LudbECG]) -> list[Example]:
    return marked_examples(ecgs["1"], np.random.default_rng(4))


def steepness(example: Example, wave: int, lead: int) -> float:
    """Mean slope inside the waves of a class over that of the rest of the marked part."""
    slope = np.abs(np.diff(example.signal_mv[lead]))
    first, last = example.spans[lead].astype(int)
    inside = np.zeros(slope.size, dtype=bool)
    for _, onset, offset in example.waves[lead][example.waves[lead][:, 0] == wave]:
        inside[int(onset) : int(offset)] = True
    outside = ~inside
    outside[:first] = outside[last:] = False
    return float(slope[inside].mean() / slope[outside].mean())


def test_the_original_comes_first_with_its_marks(ecgs: dict[str, LudbECG], examples: list[Example]) -> None:
    lead = ecgs["1"].record.leads.index("II")
    waves = examples[0].waves[lead]
    for name, wave in (("P", P), ("QRS", QRS), ("T", T)):
        assert np.array_equal(waves[waves[:, 0] == wave, 1:], ecgs["1"].marks["II"].waves[name][:, [0, 2]])


def test_marks_move_with_the_waves(examples: list[Example]) -> None:
    assert len(examples) == 4
    for example in examples[1:]:
        assert not np.allclose(example.waves[1][:, 1][:5], examples[0].waves[1][:, 1][:5], atol=5)
        for lead in (1, 6, 10):
            assert steepness(example, QRS, lead) > 4


def test_moving_by_a_known_time_moves_marks_by_it(examples: list[Example]) -> None:
    n_samples = examples[0].signal_mv.shape[1]
    source_s = np.arange(n_samples) / EXAMPLE_FS_HZ + 0.4
    moved = examples[0].moved(examples[0].signal_mv, source_s)
    there = examples[0].waves[0][:, 1] > 200
    assert moved.waves[0][-3:, 1:] == pytest.approx(examples[0].waves[0][there][-3:, 1:] - 200)


def test_fibrillation_has_no_p_and_an_irregular_rhythm(examples: list[Example]) -> None:
    fibrillating = examples[3]
    for waves in fibrillating.waves:
        assert not (waves[:, 0] == P).any()

    def rr_spread(example: Example) -> float:
        onsets = example.waves[1][example.waves[1][:, 0] == QRS, 1]
        return float(np.std(np.diff(onsets)) / np.mean(np.diff(onsets)))

    assert rr_spread(fibrillating) > 2 * rr_spread(examples[0])
    recorded = fibrillating.spans[:, 1] <= fibrillating.signal_mv.shape[1]
    assert recorded.all()


def test_an_ecg_in_fibrillation_is_not_made_to_fibrillate(ecgs: dict[str, LudbECG]) -> None:
    assert len(marked_examples(ecgs["88"], np.random.default_rng(0))) == 3
