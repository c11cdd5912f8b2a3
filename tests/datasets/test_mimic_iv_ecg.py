from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecg_core.datasets import mimic_iv_ecg
from ecg_core.datasets.manifest import read_manifest
from ecg_core.datasets.mimic_iv_ecg import mimic_manifest, read_labs
from ecg_core.errors import ECGError
from ecg_core.readers import open_ecg
from tests.datasets.mimic_folders import LABS, write_hosp, write_mimic_ecg
from tests.datasets.site_folders import EXAMPLES

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def ecgs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mimic_ecg(tmp_path_factory.mktemp("mimic") / "mimic-iv-ecg")


@pytest.fixture(scope="module")
def hosp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hosp(tmp_path_factory.mktemp("mimic") / "hosp")


@pytest.fixture(scope="module")
def table(ecgs: Path, hosp: Path) -> pd.DataFrame:
    return mimic_manifest(ecgs, read_labs(hosp), hosp, HOUR).set_index("file")


def test_only_blood_potassium_that_is_a_number_and_not_hemolyzed_counts(hosp: Path) -> None:
    labs = read_labs(hosp)
    assert sorted(labs.values["k_meq_l"]) == [2.8, 3.9, 4.2, 4.6, 5.0, 6.1, 6.4]
    assert (labs.n_hemolyzed, labs.n_unusable) == (1, 1)
    by_value = labs.values.set_index("k_meq_l")["specimen"]
    assert by_value[2.8] == by_value[4.6] == "whole blood"
    assert by_value[4.2] == by_value[6.4] == "serum or plasma"


def test_reading_in_pieces_changes_nothing(hosp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_labs(hosp)
    monkeypatch.setattr(mimic_iv_ecg, "_CHUNK_ROWS", 3)
    pd.testing.assert_frame_equal(read_labs(hosp).values, whole.values)


@pytest.mark.parametrize(
    ("column", "value"),
    [("valuenum", "16"), ("valueuom", "mg/dL"), ("charttime", "")],
    ids=["implausible", "unit", "no time"],
)
def test_values_that_cannot_be_right_are_counted_as_unusable(
    hosp: Path, tmp_path: Path, column: str, value: str
) -> None:
    labs = pd.read_csv(hosp / "labevents.csv.gz", dtype=str)
    labs.loc[0, column] = value
    labs.to_csv(tmp_path / "labevents.csv", index=False)  # unpacked
    found = read_labs(tmp_path)
    assert found.n_unusable == 2 and 4.2 not in list(found.values["k_meq_l"])


def test_each_ecg_gets_the_potassium_drawn_nearest_within_the_window(table: pd.DataFrame) -> None:
    values = {path.split("/")[-1]: k for path, k in table["k_meq_l"].items()}
    assert values == {"40689238.hea": 4.2, "44458630.hea": 4.6, "43872190.hea": 6.4, "41234567.hea": 2.8}


def test_a_wider_window_finds_more(ecgs: Path, hosp: Path) -> None:
    assert len(mimic_manifest(ecgs, read_labs(hosp), hosp, timedelta(hours=2))) == 5


def test_age_sex_rhythm_and_specimen_come_along(table: pd.DataFrame) -> None:
    fibrillation = table.loc["files/p1000/p10000117/s43872190/43872190.hea"]
    assert (fibrillation["age"], fibrillation["sex"]) == (48 + 2181 - 2174, "M")
    assert (fibrillation["rhythm"], fibrillation["specimen"]) == ("atrial fibrillation", "serum or plasma")


def test_what_is_written_is_a_manifest_of_readable_ecgs(
    ecgs: Path, table: pd.DataFrame, tmp_path: Path
) -> None:
    table.reset_index().to_csv(tmp_path / "mimic.csv", index=False)
    manifest = read_manifest(tmp_path / "mimic.csv", root=ecgs)
    assert len(manifest.ecgs) == 4
    labelled = manifest.ecgs[0].labelled()
    assert (labelled.record.fs_hz, labelled.record.n_samples) == (500.0, 5000)
    for lead in ("aVF", "aVL"):  # in another order than in other sets
        np.testing.assert_allclose(
            labelled.record.lead_mv(lead), open_ecg(EXAMPLES["normal"]).lead_mv(lead), atol=0.003
        )
    assert labelled.record.recorded_at == manifest.ecgs[0].recorded_at
    assert manifest.ecgs[0].groups == {"specimen": "serum or plasma", "rhythm": "sinus"}


def test_without_the_machine_s_statements_there_is_no_rhythm(ecgs: Path, hosp: Path, tmp_path: Path) -> None:
    (tmp_path / "record_list.csv").write_bytes((ecgs / "record_list.csv").read_bytes())
    assert mimic_manifest(tmp_path, read_labs(hosp), hosp, HOUR)["rhythm"].isna().all()


def test_a_folder_of_something_else_is_told(ecgs: Path, tmp_path: Path) -> None:
    with pytest.raises(ECGError, match=r"holds no labevents\.csv \(or labevents\.csv\.gz\)"):
        read_labs(ecgs)
    (tmp_path / "record_list.csv").write_text("a,b\n1,2\n")
    labs = mimic_iv_ecg.Labs(pd.DataFrame(), 0, 0)
    with pytest.raises(ECGError, match="lacks one of the columns subject_id"):
        mimic_manifest(tmp_path, labs, tmp_path, HOUR)


@pytest.mark.parametrize("keep", [200, 0], ids=["half a download", "empty"])
def test_damaged_laboratory_values_are_told(hosp: Path, tmp_path: Path, keep: int) -> None:
    whole = (hosp / "labevents.csv.gz").read_bytes()
    (tmp_path / "labevents.csv.gz").write_bytes(whole[:keep])
    with pytest.raises(ECGError, match=r"labevents\.csv\.gz is damaged or lacks"):
        read_labs(tmp_path)


def test_times_that_are_none_leave_out_their_row(ecgs: Path, hosp: Path, tmp_path: Path) -> None:
    records = pd.read_csv(ecgs / "record_list.csv", dtype=str)
    records.loc[0, "ecg_time"] = "soon"
    records.to_csv(tmp_path / "record_list.csv", index=False)
    assert len(mimic_manifest(tmp_path, read_labs(hosp), hosp, HOUR)) == 3


def test_the_fixture_holds_every_item_of_blood_potassium() -> None:
    assert {item for _, item, *_ in LABS} >= set(mimic_iv_ecg.SPECIMEN_OF_ITEM)
