"""Annotation files written by wfdb itself, with the odd cases of LUDB and the QT database."""

from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.datasets.wave_marks import WaveMarks, read_wave_marks
from ecg_core.errors import ECGError


def marks_of(tmp_path: Path, symbols: str, places: list[int], at_peak: bool = True) -> WaveMarks:
    wfdb.wrann("one", "marks", np.array(places), list(symbols), write_dir=str(tmp_path), fs=250)
    return read_wave_marks(tmp_path / "one", "marks", at_peak)


def test_onset_peak_and_offset_of_each_wave(tmp_path: Path) -> None:
    marks = marks_of(tmp_path, "(p)(N)(t)", [10, 20, 30, 40, 50, 60, 70, 80, 90])
    assert {wave: rows.tolist() for wave, rows in marks.waves.items()} == {
        "P": [[10, 20, 30]],
        "QRS": [[40, 50, 60]],
        "T": [[70, 80, 90]],
    }
    assert marks.span == (10, 90)


def test_what_is_not_marked_is_not_known(tmp_path: Path) -> None:
    marks = marks_of(tmp_path, "(pNt)", [10, 20, 50, 80, 90], at_peak=False)
    assert np.array_equal(marks.waves["P"], [[10, 20, np.nan]], equal_nan=True)
    assert np.array_equal(marks.waves["QRS"], [[np.nan, 50, np.nan]], equal_nan=True)
    assert np.array_equal(marks.waves["T"], [[np.nan, 80, 90]], equal_nan=True)


@pytest.mark.parametrize(("at_peak", "onset"), [(True, 50.0), (False, np.nan)])
def test_an_offset_without_an_onset(tmp_path: Path, at_peak: bool, onset: float) -> None:
    marks = marks_of(tmp_path, "N)", [50, 60], at_peak)
    assert np.array_equal(marks.waves["QRS"], [[onset, 50, 60]], equal_nan=True)


def test_a_peak_before_its_onset_and_a_peak_marked_twice(tmp_path: Path) -> None:
    marks = marks_of(tmp_path, "N()(ttt)", [50, 52, 60, 70, 80, 82, 86, 90])
    assert marks.waves["QRS"].tolist() == [[52, 50, 60]]
    assert marks.waves["T"].tolist() == [[70, 82, 90]]


def test_ventricular_beats_are_qrs_complexes(tmp_path: Path) -> None:
    marks = marks_of(tmp_path, "(V)(A)", [1, 2, 3, 4, 5, 6])
    assert marks.waves["QRS"].tolist() == [[1, 2, 3], [4, 5, 6]]


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ECGError, match="two"):
        read_wave_marks(tmp_path / "two", "marks", True)
