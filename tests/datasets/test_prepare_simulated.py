from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from ecg_core.datasets import potassium, prepare_simulated
from ecg_core.datasets.base_ecg import BaseECG
from ecg_core.datasets.prepare_simulated import Origin
from ecg_core.datasets.prepared import is_prepared, load_prepared
from tests.datasets.mini_ptbxl import example

NAMES = ("x-1", "x-2", "x-3")
ORIGIN = Origin(1, ("PTB-XL",), len(NAMES), "these")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare_simulated, "BASES_PER_SHARD", 1)
    monkeypatch.setattr(potassium, "DRAWS", {"train": 1})


def bases(stop_before: str = "") -> Iterator[BaseECG]:
    for name in NAMES:
        if name == stop_before:
            raise KeyboardInterrupt
        yield BaseECG(example("normal"), name, None, "train")


def prepare(folder: Path, stop_before: str = "", origin: Origin = ORIGIN) -> None:
    prepare_simulated.prepare_simulated(bases(stop_before), origin, folder, processes=1)


def test_an_interrupted_preparation_goes_on_and_ends_as_it_would_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path / "at once")
    with pytest.raises(KeyboardInterrupt):
        prepare(tmp_path / "stopped", stop_before="x-3")
    assert not is_prepared(tmp_path / "stopped")
    simulated = []

    def noted(some: list[BaseECG], seed: int) -> object:
        simulated.extend(base.record_id for base in some)
        return potassium.simulated_ecgs(some, seed)

    monkeypatch.setattr(prepare_simulated, "simulated_ecgs", noted)
    prepare(tmp_path / "stopped")
    assert simulated == ["x-3"]
    whole, resumed = load_prepared(tmp_path / "at once"), load_prepared(tmp_path / "stopped")
    pd.testing.assert_frame_equal(resumed.table, whole.table)
    assert (resumed.signal_uv == whole.signal_uv).all()
    assert whole.table["base"].tolist() == list(NAMES)


def test_nothing_of_another_preparation_is_gone_on_with(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        prepare(tmp_path, stop_before="x-3")
    other = Origin(2, ("PTB-XL",), len(NAMES), "these")
    prepare(tmp_path, origin=other)
    fresh = tmp_path / "fresh"
    prepare(fresh, origin=other)
    assert (load_prepared(tmp_path).signal_uv == load_prepared(fresh).signal_uv).all()
