from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from ecg_core.datasets.base_ecg import (
    BaseECG,
    Split,
    list_challenge,
    read_bases,
    read_fold10_pack,
    read_ptbxl,
    split_of_fold,
    split_of_name,
)
from ecg_core.errors import ECGError
from ecg_core.leads import INDEPENDENT_LEADS, STANDARD_LEADS
from ecg_core.writers import write_wfdb
from tests.datasets.marked_folders import ludb_folder
from tests.datasets.mini_ptbxl import example, write_fold10_pack, write_mini_ptbxl


def test_each_fold_belongs_to_one_split_and_each_split_has_folds() -> None:
    splits = {fold: split_of_fold(fold) for fold in range(1, 11)}
    assert set(splits.values()) == set(get_args(Split))
    assert [fold for fold, split in splits.items() if split == "train"] == [10]


def test_records_come_with_their_patient_and_the_split_of_their_fold(tmp_path: Path) -> None:
    bases = {base.record_id: base for base in read_ptbxl(write_mini_ptbxl(tmp_path))}
    assert {key: (base.patient_id, base.split) for key, base in bases.items()} == {
        "ptbxl-11": ("ptbxl-901", "validation"),
        "ptbxl-12": ("ptbxl-902", "calibration"),
        "ptbxl-13": ("ptbxl-903", "test"),
        "ptbxl-14": ("ptbxl-904", "train"),
    }
    record = bases["ptbxl-11"].record
    assert record.leads == STANDARD_LEADS and record.fs_hz == 500
    np.testing.assert_allclose(record.signal_mv, example("normal").signal_mv, atol=1e-3)


def test_a_record_that_cannot_be_read_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = write_mini_ptbxl(tmp_path)
    (root / "records500/00000/00012_hr.dat").unlink()
    (root / "records500/00000/00013_hr.hea").write_text("no header")
    assert [base.record_id for base in read_ptbxl(root)] == ["ptbxl-11", "ptbxl-14"]
    assert [message.split(":")[0] for message in caplog.messages] == [
        "left out ptbxl-12",
        "left out ptbxl-13",
    ]


def test_a_folder_without_the_table_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ECGError, match=r"ptbxl_database\.csv"):
        next(read_ptbxl(tmp_path))


def test_the_pack_gives_back_the_microvolts_that_were_packed(tmp_path: Path) -> None:
    packed = write_fold10_pack(tmp_path, ("normal", "bifascicular_block"))
    bases = list(read_fold10_pack(tmp_path / "fold10_500hz_delta_uv.npz", tmp_path / "fold10_labels.csv"))
    assert [base.record_id for base in bases] == ["ptbxl-501", "ptbxl-502"]
    for base, record in zip(bases, packed, strict=True):
        assert base.split == "train" and base.patient_id is None
        assert base.record.leads == STANDARD_LEADS and not base.record.simulated
        read_mv = base.record.select(INDEPENDENT_LEADS).signal_mv
        np.testing.assert_allclose(read_mv, record.signal_mv, atol=0.00051)
        lead_iii = base.record.lead_mv("II") - base.record.lead_mv("I")
        np.testing.assert_allclose(base.record.lead_mv("III"), lead_iii, atol=1e-6)


def test_a_pack_that_does_not_fit_its_table_is_refused(tmp_path: Path) -> None:
    write_fold10_pack(tmp_path, ("normal", "bifascicular_block"))
    pd.DataFrame({"ecg_id": [501]}).to_csv(tmp_path / "fold10_labels.csv", index=False)
    with pytest.raises(ECGError, match=r"holds 2 ECGs, but .* names 1"):
        list(read_fold10_pack(tmp_path / "fold10_500hz_delta_uv.npz", tmp_path / "fold10_labels.csv"))


def test_fold_10_is_read_from_the_pack_or_the_folder_but_not_twice(tmp_path: Path) -> None:
    def training(bases: list[BaseECG]) -> list[str]:
        return [base.record_id for base in bases if base.split == "train"]

    root = write_mini_ptbxl(tmp_path)
    assert training(list(read_ptbxl(root))) == ["ptbxl-14"]
    write_fold10_pack(root, ("normal",))
    assert training(list(read_ptbxl(root))) == ["ptbxl-501"]


def challenge_folder(root: Path, *names: str) -> Path:
    for name in names:
        write_wfdb(example("normal"), root / "records" / "g1", name)
    return root


def test_the_challenges_copies_of_ptbxl_are_passed_over(tmp_path: Path) -> None:
    root = challenge_folder(tmp_path, "E00001", "HR00001", "JS00002")
    assert [base.record_id for base in list_challenge(root)] == ["challenge-E00001", "challenge-JS00002"]
    assert {base.source for base in list_challenge(root)} == {"Challenge 2021"}
    with pytest.raises(ECGError, match="besides copies of PTB-XL"):
        next(list_challenge(challenge_folder(tmp_path / "copies", "HR00001")))


def test_records_without_folds_are_split_by_their_name_alone() -> None:
    splits = [split_of_name(f"challenge-E{number:05d}") for number in range(1000)]
    assert splits == [split_of_name(f"challenge-E{number:05d}") for number in range(1000)]
    for split in get_args(Split):
        assert splits.count(split) / 1000 == pytest.approx(0.7 if split == "train" else 0.1, abs=0.04)


def test_sources_can_be_left_out(tmp_path: Path) -> None:
    ptbxl = write_mini_ptbxl(tmp_path / "ptbxl")
    challenge = challenge_folder(tmp_path / "challenge", "E00001")
    (tmp_path / "ludb").mkdir()
    ludb = ludb_folder(tmp_path / "ludb")

    def sources(bases: list[BaseECG]) -> set[str]:
        return {base.source for base in bases}

    assert sources(list(read_bases(ptbxl))) == {"PTB-XL"}
    assert sources(list(read_bases(ptbxl, challenge))) == {"PTB-XL", "Challenge 2021"}
    assert sources(list(read_bases(ptbxl, ludb=ludb))) == {"PTB-XL", "LUDB"}
