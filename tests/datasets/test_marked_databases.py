from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.datasets.ludb import N_FOLDS, read_ludb
from ecg_core.datasets.mitdb import read_mitdb
from ecg_core.datasets.qtdb import is_qtdb, read_qtdb
from ecg_core.errors import ECGError
from tests.datasets.marked_folders import arrhythmia_folder, ludb_folder, qt_folder


def test_ludb_records_come_by_number_with_marks_for_every_lead(tmp_path: Path) -> None:
    ecgs = list(read_ludb(ludb_folder(tmp_path)))
    assert [ecg.record_id for ecg in ecgs] == ["1", "88", "105"]
    assert [ecg.fibrillates for ecg in ecgs] == [False, True, False]
    for ecg in ecgs:
        assert tuple(ecg.marks) == ecg.record.leads and len(ecg.marks) == 12
        assert ecg.record.fs_hz == 500
        for marks in ecg.marks.values():
            assert 4 <= len(marks.waves["QRS"]) <= 20
            first, last = marks.span
            assert 0 < first <= np.nanmin(marks.waves["QRS"]) < np.nanmax(marks.waves["T"]) <= last


def test_each_record_belongs_to_one_fold(tmp_path: Path) -> None:
    assert [ecg.fold for ecg in read_ludb(ludb_folder(tmp_path))] == [1, 3, 0]
    assert N_FOLDS == 5


def test_the_qt_database_is_told_by_its_marks(tmp_path: Path) -> None:
    assert is_qtdb(qt_folder(tmp_path / "qt")) and not is_qtdb(ludb_folder(tmp_path / "ludb"))
    (ecg,) = read_qtdb(tmp_path / "qt")
    assert ecg.record_id == "sel1" and ecg.record.leads == ("II", "V5") and ecg.record.fs_hz == 250
    assert len(ecg.marks.waves["QRS"]) == 3


def test_beats_are_told_from_other_marks_and_flutter(tmp_path: Path) -> None:
    (ecg,) = read_mitdb(arrhythmia_folder(tmp_path))
    marks = wfdb.rdann(str(tmp_path / "100"), "atr")
    assert "+" in marks.symbol and "~" in marks.symbol
    assert ecg.beats.tolist() == [m for m, s in zip(marks.sample, marks.symbol, strict=True) if s in "NV"]
    assert ecg.flutter == ((2500.0, 3000.0),)


@pytest.mark.parametrize("read", [read_ludb, read_qtdb, read_mitdb])
def test_another_folder_is_refused(read, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ECGError):
        list(read(tmp_path))
