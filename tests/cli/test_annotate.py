import json
from pathlib import Path

import pytest

from ecg_core.cli.main import main


def test_folder_gives_a_result_per_ecg(ward: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "annotations"
    assert main(["annotate", str(ward), "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["00185_hr.json", "two_leads.json"]
    found = json.loads((out / "00185_hr.json").read_text())
    assert found["fs"] == 500
    assert {"leads", "measurements"} <= found.keys()
    assert 8 <= len(found["leads"]["II"]["QRS"]) <= 20
    onset, peak, offset = found["leads"]["II"]["QRS"][3]
    assert 0 <= onset < peak < offset < 5000
    assert json.loads((out / "two_leads.json").read_text())["leads"].keys() == {"II", "V5"}


def test_bad_file_is_told_and_the_rest_is_done(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ward / "monday" / "00185_hr.dat").write_bytes(b"\0\1")
    assert main(["annotate", str(ward), str(ward / "gone.edf"), "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "gone.edf was not found" in said
    assert "shorter than" in said
    assert [path.name for path in tmp_path.glob("*.json")] == ["two_leads.json"]


def test_resume_leaves_what_is_there(ward: Path, tmp_path: Path) -> None:
    (tmp_path / "two_leads.json").write_text("kept")
    assert main(["annotate", str(ward), "--out", str(tmp_path), "--resume"]) == 0
    assert (tmp_path / "two_leads.json").read_text() == "kept"
    assert (tmp_path / "00185_hr.json").is_file()


def test_second_ecg_of_the_same_name_does_not_overwrite_the_first(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ward / "monday" / "two_leads.csv").write_text("I (mV)\n")
    assert main(["annotate", str(ward), "--out", str(tmp_path)]) == 1
    assert "has the same name" in capsys.readouterr().err
    assert json.loads((tmp_path / "two_leads.json").read_text())["leads"].keys() == {"II", "V5"}


def test_rate_and_unit_can_be_given(tmp_path: Path, ward: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (ward / "two_leads.csv").read_text().splitlines()
    columns = [row.split(",")[-2:] for row in rows[1:]]
    bare = tmp_path / "bare.csv"
    bare.write_text("\n".join(["II,V5", *(",".join(row) for row in columns)]))
    assert main(["annotate", str(bare), "--out", str(tmp_path)]) == 1
    assert "sampling rate" in capsys.readouterr().err
    assert main(["annotate", str(bare), "--out", str(tmp_path), "--fs-hz", "500", "--unit", "mV"]) == 0
    assert json.loads((tmp_path / "bare.json").read_text())["fs"] == 500


def test_other_method_is_used_and_a_wrong_one_lists_them(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    csv = str(ward / "two_leads.csv")
    assert main(["annotate", csv, "--out", str(tmp_path), "--method", "prominence"]) == 0
    assert json.loads((tmp_path / "two_leads.json").read_text())["method"] == "prominence"
    assert main(["annotate", csv, "--out", str(tmp_path), "--method", "guess"]) == 1
    assert "learned, multilead, prominence, dwt" in capsys.readouterr().err


def test_quality_and_rhythm_are_told(ward: Path, tmp_path: Path) -> None:
    assert main(["annotate", str(ward), "--out", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "00185_hr.json").read_text())
    assert found["quality"]["grade"] == "good"
    assert found["quality"]["leads"]["V3"] == {"grade": "good", "reasons": []}
    assert found["quality"]["unusable"] == {}
    assert found["rhythm"]["facts"]["wide_qrs"]["found"] is False
    assert found["rhythm"]["ventricular_beats"] == []


def test_signs_are_told_and_what_was_not_measured_is_null(ward: Path, tmp_path: Path) -> None:
    assert main(["annotate", str(ward), "--out", str(tmp_path)]) == 0
    signs = json.loads((tmp_path / "00185_hr.json").read_text())["signs"]
    assert signs["wide_qrs"]["present"] is False
    assert signs["wide_qrs"]["limit"] == 120
    assert json.loads((tmp_path / "two_leads.json").read_text())["signs"].keys() == signs.keys()
