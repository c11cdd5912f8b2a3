"""The whole way from base ECGs to a checkpoint that restores leads, on a handful of examples."""

from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from ecg_core.cli.main import main
from ecg_core.datasets.base_ecg import ListedECG
from ecg_core.datasets.waveforms import part_of
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.models.twelve_lead.u_resnet import UResNet
from ecg_core.training.restoration import restoration_loss, second_moments, train_restoration
from ecg_core.training.restoration_batches import CROP_SAMPLES, RestorationBatches, draw_leads
from ecg_core.training.restoration_checkpoint import train_restoration_checkpoint
from ecg_core.twelve_lead.restore import load_restorer, restore
from tests.datasets.mini_ptbxl import example, write_mini_ptbxl

KEYS = ("normal", "atrial_fibrillation", "left_bundle_branch_block", "first_degree_av_block")


@cache
def bases() -> tuple[ListedECG, ...]:
    """Four that are learned from, two to choose the best epoch, two to judge, and two that count as LUDB."""
    records = [example(key) for key in KEYS]
    of_part: dict[str, list[ListedECG]] = {}
    for number in range(0, 21_800, 100):
        read = partial(lambda shown: shown, records[number // 100 % 4])
        ecg = ListedECG(read, f"ptbxl-{number}", None, "train")
        of_part.setdefault(part_of(ecg), []).append(ecg)
    ludb = [ListedECG(partial(example, KEYS[i]), f"ludb-{i}", None, "train", "LUDB") for i in (0, 1)]
    return (*of_part["train"][:4], *of_part["validation"][:2], *of_part["test"][:2], *ludb)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("restoration")
    train_restoration_checkpoint(bases(), root / "out", root / "cache", root / "runs", 0, lambda words: None)
    return root


def test_a_checkpoint_is_written_that_restores(folder: Path) -> None:
    restorer = load_restorer(folder / "out")
    record = filter_record(example("normal")).record
    restored = restore(record.select(("I", "II", "V2", "V5")), restorer)
    assert restored.estimated == ("V1", "V3", "V4", "V6")
    assert all(-1 <= expected.low_r <= expected.r <= 1 for expected in restored.expected.values())


def test_only_held_out_ecgs_are_judged(folder: Path) -> None:
    table = pd.read_parquet(folder / "out" / "restored_leads.parquet")
    own = {base.record_id: part_of(base) for base in bases()}
    assert {own[name] for name in table["record_id"]} == {"test", "external"}
    assert (table["part"] == table["record_id"].map(own)).all()


def test_the_command_line_tells_what_was_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "restoration", str(folder / "out")]) == 0
    said = capsys.readouterr().out
    assert "(2 records)" in said and "I,II,V2,V5" in said and "LUDB" in said


def test_a_finished_training_is_not_repeated(folder: Path) -> None:
    said: list[str] = []
    model, history, _ = train_restoration(bases(), folder / "cache", folder / "runs", 0, said.append)
    stored = load_restorer(folder / "out").model
    assert said == [] and len(history) > 1
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, stored.state_dict()[name])


def test_too_few_ecgs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ECGError, match="too few"):
        train_restoration(bases()[:3], tmp_path / "cache", tmp_path / "runs", 0, lambda words: None)


def test_every_ecg_weighs_the_same_in_the_moments() -> None:
    rng = np.random.default_rng(0)
    ecgs = rng.normal(size=(3, 8, 100)).astype(np.float32)
    louder = ecgs * np.array([1, 10, 0.1], np.float32)[:, None, None]
    np.testing.assert_allclose(second_moments(louder), second_moments(ecgs), atol=1e-6)
    assert np.trace(second_moments(ecgs)) == pytest.approx(8)


def test_the_loss_counts_only_absent_leads_in_units_of_their_size() -> None:
    signal_mv = torch.randn(2, 8, CROP_SAMPLES)
    model = UResNet().eval()  # leads that do not go together: absent ones are guessed as zero
    measured = torch.tensor([[True] * 7 + [False]] * 2)
    assert restoration_loss(model, signal_mv, measured).item() == pytest.approx(1.0, abs=1e-5)
    assert restoration_loss(model, 5 * signal_mv, measured).item() == pytest.approx(1.0, abs=1e-5)


def test_some_but_never_all_leads_are_shown() -> None:
    rng = np.random.default_rng(0)
    shown = np.stack([draw_leads(rng) for _ in range(2000)])
    assert set(shown.sum(axis=1)) == set(range(1, 8))


def test_batches_of_an_epoch_are_repeatable_and_differ_between_epochs() -> None:
    batches = RestorationBatches(
        np.random.default_rng(0).normal(size=(6, 8, 1250)).astype(np.float32), seed=1
    )
    first, again, next_epoch = (
        torch.cat([piece for piece, _ in batches.batches(4, epoch)]) for epoch in (0, 0, 1)
    )
    assert first.shape == (6, 8, CROP_SAMPLES)
    assert torch.equal(first, again) and not torch.equal(first, next_epoch)


def test_the_command_line_reads_ptb_xl_as_physionet_ships_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its four records are too few, and the message says so; they were filtered before."""
    root = write_mini_ptbxl(tmp_path / "ptb-xl")
    out, runs = tmp_path / "out", tmp_path / "runs"
    assert (
        main(["train", "restoration", "--base-ecgs", str(root), "--out", str(out), "--runs", str(runs)]) == 1
    )
    assert "too few ECGs to learn the restoration" in capsys.readouterr().err
    table = pd.read_parquet(runs / "restoration-waveforms" / "table.parquet")
    assert table["record_id"].tolist() == ["ptbxl-11", "ptbxl-12", "ptbxl-13", "ptbxl-14"]
