from __future__ import annotations

import numpy as np
import pytest

from ecg_core.annotation.wave_net import QRS, P, T
from ecg_core.datasets.example import EXAMPLE_FS_HZ, Example
from ecg_core.datasets.ludb import LudbECG, read_ludb
from ecg_core.datasets.marked_examples import marked_examples
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
    assert len(examples) == 5
    for example in examples[1:4]:
        assert not np.allclose(example.waves[1][:, 1][:5], examples[0].waves[1][:, 1][:5], atol=2)
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
    assert len(marked_examples(ecgs["88"], np.random.default_rng(0))) == 4


def test_a_racing_heart_beats_evenly_without_p_to_the_end_of_the_record(
    ecgs: dict[str, LudbECG], examples: list[Example]
) -> None:
    racing, n_samples = examples[4], examples[0].signal_mv.shape[1]
    assert racing.signal_mv.shape == examples[0].signal_mv.shape
    for lead, waves in enumerate(racing.waves):
        assert not (waves[:, 0] == P).any()
        qrs, t = (waves[waves[:, 0] == wave, 1:] for wave in (QRS, T))
        rr_s = np.diff(qrs[:, 0]) / EXAMPLE_FS_HZ
        assert (rr_s > 60 / 300).all() and (rr_s < 60 / 120).all()
        as_marked = ecgs["1"].marks[ecgs["1"].record.leads[lead]].waves["QRS"]
        assert np.diff(qrs, axis=1).mean() == pytest.approx(
            (as_marked[:, 2] - as_marked[:, 0]).mean(), rel=0.25
        )
        assert len(t) > 0.9 * len(qrs)
        assert n_samples - qrs[-1, 0] < EXAMPLE_FS_HZ * 0.6


def test_marks_of_a_racing_heart_lie_on_its_waves(examples: list[Example]) -> None:
    racing = examples[4]
    for lead in (1, 6, 10):
        slope = np.abs(np.diff(racing.signal_mv[lead]))
        inside = np.zeros(slope.size, dtype=bool)
        for _, onset, offset in racing.waves[lead][racing.waves[lead][:, 0] == QRS]:
            inside[max(0, int(onset)) : int(offset)] = True
        assert slope[inside].mean() > 4 * slope[~inside].mean()
