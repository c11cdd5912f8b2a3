"""A training of two steps over three records: that it goes through, not that it learns."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.annotation.wave_weights import load_network
from ecg_core.training import delineator
from tests.datasets.marked_folders import ludb_folder


@pytest.fixture
def noise_folder(tmp_path: Path) -> Path:
    import wfdb

    recording = np.random.default_rng(0).normal(size=(6000, 2))
    for name in ("bw", "em", "ma"):
        wfdb.wrsamp(
            name, 360, ["mV", "mV"], ["a", "b"], p_signal=recording, fmt=["16", "16"], write_dir=str(tmp_path)
        )
    return tmp_path


def test_every_record_is_judged_once_by_a_network_that_never_saw_it(
    tmp_path: Path, noise_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delineator, "_STAGE", replace(delineator._STAGE, epochs=1, batch_size=12))
    monkeypatch.setattr(delineator, "_STEPS_PER_EPOCH", 1)
    monkeypatch.setattr(delineator, "_STEPS_OF_CHECK", 1)
    judged: list[tuple[int, str]] = []
    score = delineator.score_network

    def spy(model, ecgs, scores):  # type: ignore[no-untyped-def]
        judged.extend((ecg.fold, ecg.record_id) for ecg in ecgs)
        return score(model, ecgs, scores)

    monkeypatch.setattr(delineator, "score_network", spy)
    said: list[str] = []
    root, out = ludb_folder(tmp_path / "ludb"), tmp_path / "out"
    delineator.train_delineator(root, noise_folder, out, tmp_path / "runs", 0, said.append)
    assert sorted(judged) == [(0, "105"), (1, "1"), (3, "88")]
    card = json.loads((out / "card.json").read_text())
    assert [row["mark"] for row in card["results"]["rows"]][:2] == ["P onset", "P offset"]
    assert card["trained_on"]["n_records"] == 3
    assert load_network(out).training is False
    assert any(line.startswith("delineator-4 1: loss") for line in said)
