from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from ecg_core.datasets.base_ecg import BaseECG, Split, read_fold10_pack, read_ptbxl, split_of_fold
from ecg_core.errors import ECGError
from ecg_core.leads import INDEPENDENT_LEADS, STANDARD_LEADS
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
