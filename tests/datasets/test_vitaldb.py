from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecg_core.datasets.vitaldb import VitalStretch, read_tracks, read_vitaldb, usable_stretch
from ecg_core.errors import ECGError
from tests.datasets.vitaldb_folders import case_tracks, write_vitaldb

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_vitaldb(tmp_path_factory.mktemp("vitaldb"))


@pytest.fixture(scope="module")
def stretches(folders: tuple[Path, Path]) -> dict[str, VitalStretch]:
    return {stretch.name: stretch for stretch in read_vitaldb(*folders, HOUR)}


def test_each_potassium_drawn_in_a_recorded_case_gives_ten_seconds(
    stretches: dict[str, VitalStretch],
) -> None:
    assert {name: s.row["k_meq_l"] for name, s in stretches.items()} == {
        "0001_000095": 4.1,
        "0001_000245": 5.6,
        "0002_000185": 2.9,  # the next that is no noise
        "0003_000285": 6.6,
    }
    for stretch in stretches.values():
        assert stretch.record.leads == ("II", "V5")
        assert (stretch.record.fs_hz, stretch.record.duration_s) == (500.0, 10.0)
        assert np.isfinite(stretch.record.signal_mv).all()


def test_the_samples_are_those_around_the_blood_sample(stretches: dict[str, VitalStretch]) -> None:
    expected = case_tracks(1)["ECG_V5"][500 * 95 : 500 * 105]
    np.testing.assert_array_equal(stretches["0001_000095"].record.lead_mv("V5"), expected)


def test_cases_of_one_patient_stay_together(stretches: dict[str, VitalStretch]) -> None:
    patients = {name: stretch.row["patient"] for name, stretch in stretches.items()}
    assert patients["0001_000095"] == patients["0003_000285"] == 5955 != patients["0002_000185"]


def test_times_differ_as_in_the_case(stretches: dict[str, VitalStretch]) -> None:
    row = stretches["0002_000185"].row
    assert row["ecg_time"] - row["k_time"] == timedelta(seconds=40)  # type: ignore[operator]
    assert np.isnan(row["age"]) and row["sex"] == "F"  # type: ignore[call-overload]


def test_noise_beyond_the_window_is_not_crossed() -> None:
    signal_mv = np.stack(list(case_tracks(2).values()))
    assert usable_stretch(signal_mv, 150.0, timedelta(seconds=30)) is None
    found = usable_stretch(signal_mv, 150.0, timedelta(seconds=40))
    assert found is not None and found[0] == 185.0


@pytest.mark.parametrize("middle_s", [-1000.0, 2.0, 298.0, 5000.0])
def test_a_stretch_never_leaves_the_case(middle_s: float) -> None:
    found = usable_stretch(np.stack(list(case_tracks(1).values())), middle_s, timedelta(seconds=10))
    assert found is None or (0 <= found[0] <= 290 and abs(found[0] + 5 - middle_s) <= 10)
    assert (found is None) == (abs(middle_s) > 300)


@pytest.mark.parametrize(
    "arrays",
    [{"ECG_II": np.zeros(10)}, {"ECG_II": np.zeros(10), "ECG_V5": np.zeros(9)}, None],
    ids=["one track", "two lengths", "no npz"],
)
def test_other_files_are_told(tmp_path: Path, arrays: dict[str, np.ndarray] | None) -> None:
    path = tmp_path / "1.npz"
    if arrays is None:
        path.write_bytes(b"nothing")
    else:
        np.savez(path, **arrays)
    with pytest.raises(ECGError, match=r"1\.npz does not hold the tracks ECG_II and ECG_V5"):
        read_tracks(path)


def test_tables_of_something_else_are_told(folders: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ECGError, match=r"none of clinical_data\.csv, clinical_information\.csv"):
        next(read_vitaldb(tmp_path, tmp_path, HOUR))
    pd.read_csv(folders[0] / "clinical_data.csv").to_csv(tmp_path / "cases.csv.gz", index=False)
    (tmp_path / "labs.csv").write_text("caseid,dt\n1,2\n")
    with pytest.raises(ECGError, match=r"labs\.csv lacks one of the columns caseid, dt, name, result"):
        next(read_vitaldb(tmp_path, tmp_path, HOUR))


def test_a_case_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tables, tracks = write_vitaldb(tmp_path)
    (tracks / "1.npz").write_bytes(b"half a file")
    with (tables / "lab_data.csv").open("a") as file:
        file.write("3,,k,4.4\n")  # no time
    assert [stretch.name for stretch in read_vitaldb(tables, tracks, HOUR)] == ["0002_000185", "0003_000285"]
    assert "left out case 1: 1.npz" in caplog.text
