import math
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.datasets.manifest import Manifest, read_manifest
from ecg_core.errors import ECGError
from tests.datasets.site_folders import EXAMPLES, site_rows, write_site


@pytest.fixture
def rows() -> pd.DataFrame:
    return site_rows()


def complaint(path: Path, **rules: object) -> str:
    with pytest.raises(ECGError) as raised:
        read_manifest(path, **rules)
    return str(raised.value)


def test_every_column_reaches_the_ecg(tmp_path: Path) -> None:
    manifest = read_manifest(write_site(tmp_path))
    first, second, third, fourth = manifest.ecgs
    assert [ecg.row for ecg in manifest.ecgs] == [2, 3, 4, 5]
    assert first.record_id == f"ecgs/0/{EXAMPLES['normal'].name}"
    assert (first.patient_id, first.age_years, first.sex) == ("a", 60.0, "female")
    assert (second.age_years, second.sex, third.sex, fourth.sex) == (None, "male", "female", None)
    assert [ecg.potassium.k_meq_l for ecg in manifest.ecgs[:2]] == [4.1, 6.3]
    assert [ecg.drawn_after.total_seconds() / 60 for ecg in manifest.ecgs] == [20, -30, 20, 0]
    assert second.groups == {"rhythm": "atrial fibrillation"}
    assert first.split == fourth.split  # the same patient


def test_the_example_to_copy_is_right_and_says_that_it_is_made_up() -> None:
    manifest = read_manifest(EXAMPLES["normal"].parents[1] / "manifest.csv")
    assert len(manifest.ecgs) == 3
    assert {ecg.groups["note"] for ecg in manifest.ecgs} == {"potassium and times are made up"}


def test_a_range_is_no_value_and_may_be_open(tmp_path: Path, rows: pd.DataFrame) -> None:
    rows.loc[1, ["k_meq_l", "k_low", "k_high"]] = ["", "6.0", "6.5"]
    ecgs = read_manifest(write_site(tmp_path, rows)).ecgs
    assert [ecg.potassium.is_value for ecg in ecgs] == [True, False, False, True]
    assert (ecgs[1].potassium.low_meq_l, ecgs[1].potassium.high_meq_l) == (6.0, 6.5)
    assert ecgs[2].potassium.high_meq_l == math.inf
    assert math.isnan(ecgs[2].labelled().k_meq_l)


def test_a_labelled_ecg_is_what_the_file_holds_with_the_manifest_s_label(tmp_path: Path) -> None:
    ecg = read_manifest(write_site(tmp_path)).ecgs[0]
    labelled = ecg.labelled()
    assert (labelled.k_meq_l, labelled.patient_id, labelled.split) == (4.1, "a", ecg.split)
    assert labelled.record_id == labelled.base == ecg.record_id
    assert labelled.record.leads[:3] == ("I", "II", "III") and not labelled.record.simulated
    assert (labelled.record.patient.age_years, labelled.record.patient.sex) == (60.0, "female")


def test_the_potassium_drawn_nearest_counts(tmp_path: Path, rows: pd.DataFrame) -> None:
    again = rows.iloc[[0, 0]].assign(k_time=["2026-01-31 14:00", "2026-01-30 14:00"], k_meq_l=["5.0", "7.0"])
    manifest = read_manifest(write_site(tmp_path, pd.concat([rows, again])))
    assert len(manifest.ecgs) == 4
    assert {ecg.record_id: ecg.potassium.k_meq_l for ecg in manifest.ecgs}[rows["file"][0]] == 5.0


def test_the_window_can_be_chosen(tmp_path: Path) -> None:
    path = write_site(tmp_path)
    assert "more than 25 min from the ECG (--window-min): row 3 (-0.5 h)" in complaint(
        path, window=timedelta(minutes=25)
    )
    assert len(read_manifest(path, window=timedelta(minutes=25), leave_out=True).ecgs) == 3


WRONG_CELLS = {
    "missing file": ({"file": "ecgs/none.hea"}, "the file does not exist"),
    "parent folder": ({"file": "../../etc/passwd"}, "outside the folder of the ECGs"),
    "absolute path": ({"file": "/etc/passwd"}, "outside the folder of the ECGs"),
    "NUL in the name": ({"file": "a\0b"}, "the file's name cannot be one"),
    "endless name": ({"file": "a" * 5000}, "the file's name cannot be one"),
    "no patient": ({"patient": " "}, "there is no patient"),
    "local date": ({"ecg_time": "31.01.2026 14:05"}, "ecg_time cannot be read; write it like"),
    "no time of day": ({"k_time": "2026-01-31"}, "k_time has no time of day"),
    "one offset": (
        {"k_time": "2026-01-31T14:25:00+01:00"},
        "states its offset from UTC and the other does not",
    ),
    "mg/dL": ({"k_meq_l": "16"}, "(16; in mg/dL that would be 4.1 mEq/L)"),
    "mg/dL range": ({"k_meq_l": "", "k_low": "14", "k_high": "18"}, "(14; in mg/dL that would be 3.6 mEq/L)"),
    "decimal slip": ({"k_meq_l": "41"}, "not between 1 and 12 mEq/L"),
    "zero": ({"k_meq_l": "0"}, "(0)"),
    "a sign": ({"k_meq_l": ">9.0"}, "write > 9.0 as k_low 9.0"),
    "infinite": ({"k_meq_l": "inf"}, "the potassium value is no number"),
    "no potassium": ({"k_meq_l": ""}, "there is no potassium"),
    "value and range": ({"k_low": "4"}, "both a potassium value and a range"),
    "upside down": ({"k_meq_l": "", "k_low": "5", "k_high": "4"}, "k_low is above k_high"),
    "age": ({"age": "300"}, "the age is none that people have"),
    "coded sex": ({"sex": "1"}, "the sex is neither female nor male"),
    "too late": (
        {"k_time": "2026-01-31 17:05"},
        "more than 60 min from the ECG (--window-min): row 2 (+3.0 h)",
    ),
}


@pytest.mark.parametrize("name", list(WRONG_CELLS))
def test_a_wrong_cell_is_told_with_its_row(name: str, tmp_path: Path, rows: pd.DataFrame) -> None:
    cells, words = WRONG_CELLS[name]
    rows.loc[0, list(cells)] = list(cells.values())
    path = write_site(tmp_path, rows)
    said = complaint(path)
    (line,) = said.splitlines()[1:]
    assert words in line and ": row 2" in line
    assert [ecg.row for ecg in read_manifest(path, leave_out=True).ecgs] == [3, 4, 5]


def test_all_problems_are_told_at_once_each_kind_in_a_line(tmp_path: Path, rows: pd.DataFrame) -> None:
    rows["file"] = ["ecgs/x", "ecgs/y", rows["file"][2], rows["file"][3]]
    rows.loc[3, ["k_meq_l", "sex"]] = ["17", "3"]
    said = complaint(write_site(tmp_path, rows)).splitlines()
    assert said[0] == "manifest.csv: 3 row(s) cannot be used as they are (the headings are row 1):"
    assert said[1] == "- the file does not exist: row 2, 3"
    assert len(said) == 4


def test_a_problem_names_no_patient(tmp_path: Path, rows: pd.DataFrame) -> None:
    rows["patient"] = "Erika Mustermann"
    rows.loc[0, "ecg_time"] = "Erika"
    rows.loc[1, "k_meq_l"] = "Mustermann"
    assert not {"Erika", "Mustermann"} & set(complaint(write_site(tmp_path, rows)).split())


def test_an_ecg_stands_for_one_patient_and_one_time(tmp_path: Path, rows: pd.DataFrame) -> None:
    again = rows.iloc[[0, 0, 0]].assign(patient=["b", "a", "a"])
    again["ecg_time"] = [rows["ecg_time"][0], "2026-01-31 14:06", rows["ecg_time"][0]]
    path = write_site(tmp_path, pd.concat([rows, again]))
    said = complaint(path)
    assert "belongs to another patient in an earlier row: row 6 (as in row 2)" in said
    assert "has another ecg_time in an earlier row: row 7 (as in row 2)" in said
    assert "with the same k_time stands in an earlier row: row 8 (as in row 2)" in said
    assert len(read_manifest(path, leave_out=True).ecgs) == 4


def test_header_and_signal_file_are_the_same_ecg(tmp_path: Path, rows: pd.DataFrame) -> None:
    again = rows.iloc[[0, 0]].assign(
        file=[rows["file"][0].replace(".hea", ".dat"), rows["file"][0].removesuffix(".hea")]
    )
    assert "row 6 (as in row 2), 7 (as in row 2)" in complaint(write_site(tmp_path, pd.concat([rows, again])))


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    path = write_site(tmp_path / "site")
    (tmp_path / "site/ecgs/0").rename(tmp_path / "elsewhere")
    (tmp_path / "site/ecgs/0").symlink_to(tmp_path / "elsewhere")
    assert "outside the folder of the ECGs" in complaint(path)


def test_the_ecgs_may_lie_in_another_folder(tmp_path: Path) -> None:
    path = write_site(tmp_path / "site")
    moved = path.rename(tmp_path / "manifest.csv")
    assert len(read_manifest(moved, root=tmp_path / "site").ecgs) == 4
    assert "does not exist" in complaint(moved)


def test_a_site_may_split_by_itself_but_not_a_patient(tmp_path: Path, rows: pd.DataFrame) -> None:
    rows["split"] = ["train", "TEST", "calibration", "train"]
    manifest = read_manifest(write_site(tmp_path, rows))
    assert [ecg.split for ecg in manifest.ecgs] == ["train", "test", "calibration", "train"]
    assert [ecg.row for ecg in manifest.part("train", "test")] == [2, 3, 5]
    rows.loc[3, "split"] = "test"
    assert "the patient is in another split in an earlier row: row 5" in complaint(write_site(tmp_path, rows))
    rows.loc[3, "split"] = "both"
    assert "the split is none of train, validation" in complaint(write_site(tmp_path, rows))


def test_times_with_and_without_offset(tmp_path: Path, rows: pd.DataFrame) -> None:
    rows.loc[0, ["ecg_time", "k_time"]] = ["2026-07-01 12:00", "2026-07-01T10:20:00Z"]
    berlin = read_manifest(write_site(tmp_path, rows), zone=ZoneInfo("Europe/Berlin"))
    assert berlin.ecgs[0].drawn_after == timedelta(minutes=20)
    rows.loc[0, "ecg_time"] = "2026-07-01T12:00:00+02:00"
    assert read_manifest(write_site(tmp_path, rows)).ecgs[0].drawn_after == timedelta(minutes=20)


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_other_delimiters_come_with_decimal_commas(
    separator: str, tmp_path: Path, rows: pd.DataFrame
) -> None:
    if separator != ",":
        rows["k_meq_l"] = rows["k_meq_l"].str.replace(".", ",")
    manifest = read_manifest(write_site(tmp_path, rows, sep=separator, encoding="utf-8-sig"))
    assert [ecg.potassium.k_meq_l for ecg in manifest.ecgs[:2]] == [4.1, 6.3]


WRONG_TABLES = {
    "empty": (b"", "is empty"),
    "workbook": (b"PK\x03\x04rest", "is a workbook"),
    "latin-1": ("file,patient,ecg_time,k_time,k_meq_l\na,M\xfcller,1,2,3\n".encode("latin-1"), "not UTF-8 (first wrong character in line 2)"),
    "other delimiter": (b"file|patient|ecg_time|k_time|k_meq_l\n", "another delimiter"),
    "no headings": (b"a.hea,7,2026-01-01 10:00,2026-01-01 10:00,4.0\n", "no headings of a manifest"),
    "no potassium": (b"file,patient,ecg_time,k_time\n", "lacks the column(s) k_meq_l (or k_low and k_high)"),
    "no patient": (b"file,ecg_time,k_time,k_meq_l\n", "lacks the column(s) patient"),
    "twice": (b"file,patient,ecg_time,k_time,k_meq_l,sex,Sex\n", "the column(s) sex twice"),
    "decimal comma": (b"file,patient,ecg_time,k_time,k_meq_l\na,1,2026-01-01 10:00,2026-01-01 10:00,4,1\n", "more cells than headings in row 2"),
    "broken quotes": (b'file,patient,ecg_time,k_time,k_meq_l\n"a"b,1,2,3,4\n', "no intact CSV"),
    "nothing in it": (b"file,patient,ecg_time,k_time,k_meq_l\n\n", "lists no ECG"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(WRONG_TABLES))
def test_a_table_that_is_no_manifest_is_told(name: str, tmp_path: Path) -> None:
    data, words = WRONG_TABLES[name]
    path = tmp_path / "m.csv"
    path.write_bytes(data)
    assert words in complaint(path, leave_out=True)


def test_no_table_at_all_is_told(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in complaint(tmp_path / "none.csv")


def test_a_whole_table_in_another_unit_is_told(tmp_path: Path, rows: pd.DataFrame) -> None:
    rows["k_meq_l"] = ["11.9", "9.0", "", "10.2"]
    assert "Half of the potassium values in manifest.csv are above 10.2 mEq/L" in complaint(
        write_site(tmp_path, rows), leave_out=True
    )


def test_row_numbers_count_blank_lines(tmp_path: Path, rows: pd.DataFrame) -> None:
    path = write_site(tmp_path, rows.assign(sex="?"))
    head, *body = path.read_text().splitlines()
    path.write_text("\n".join([head, "", body[0], ",,,", body[1]]))
    assert "neither female nor male; write F or M, or leave it empty: row 3, 5" in complaint(path)


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_read_or_refused_in_words(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text("file,patient,ecg_time,k_time,k_meq_l\n" + text, encoding="utf-8")
    try:
        assert isinstance(read_manifest(path, leave_out=True), Manifest)
    except ECGError as error:
        assert str(error)
