from pathlib import Path

import pandas as pd
import pytest

from ecg_core.cli.main import main
from tests.datasets.mimic_folders import write_hosp, write_mimic_ecg
from tests.datasets.site_folders import site_rows, write_site
from tests.datasets.vitaldb_folders import write_vitaldb


def test_check_tells_what_is_in_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", "check", str(write_site(tmp_path))]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "4 ECGs of 3 patients; 3 potassium values and 1 ranges."
    assert said[1] == "Potassium (mEq/L): <4: 1, 4–5: 1, 5–6: 0, 6–7: 1, 7–8: 0, >8: 0."
    assert said[2] == "Between ECG and blood sample: median 20 min, at most 30."
    assert [line.split(":")[0] for line in said[3:]] == ["train", "validation", "calibration", "test"]


def test_check_tells_everything_that_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = site_rows()
    rows.loc[0, "k_meq_l"], rows.loc[1, "sex"] = "16", "9"
    path = str(write_site(tmp_path, rows))
    assert main(["manifest", "check", path]) == 1
    assert "row 2 (16; in mg/dL that would be 4.1 mEq/L)" in (said := capsys.readouterr().err)
    assert "leave it empty: row 3" in said
    assert main(["manifest", "check", path, "--leave-out"]) == 0
    found = capsys.readouterr()
    assert "Left out. manifest.csv: 2 row(s)" in found.err and found.out.startswith("2 ECGs of 2 patients")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--time-zone", "Mars/Olympus"], "There is no time zone Mars/Olympus"),
        (["--time-zone", "../../etc/passwd"], "There is no time zone"),
        (["--window-min", "-5"], "--window-min -5 cannot be"),
        (["--window-min", "nan"], "--window-min nan cannot be"),
    ],
    ids=["zone", "hostile zone", "negative", "nan"],
)
def test_options_that_cannot_be_are_told(
    option: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["manifest", "check", str(write_site(tmp_path)), *option]) == 1
    assert words in capsys.readouterr().err


def test_a_manifest_of_mimic_can_be_used_as_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ecgs, hosp, out = write_mimic_ecg(tmp_path / "ecg"), write_hosp(tmp_path / "hosp"), tmp_path / "m.csv"
    assert (
        main(["manifest", "mimic-iv-ecg", "--ecgs", str(ecgs), "--hosp", str(hosp), "--out", str(out)]) == 0
    )
    said = capsys.readouterr().out
    assert "7 potassium values of blood; left out 1 hemolyzed and 1 without" in said
    assert f"4 ECGs of 3 patients written to {out}" in said
    use = said.splitlines()[-1].removeprefix("Use it with --manifest ").split()
    assert main(["manifest", "check", *use]) == 0


def test_a_manifest_of_vitaldb_brings_its_ecgs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables, tracks = write_vitaldb(tmp_path / "vitaldb")
    out = tmp_path / "out"
    options = ["--tables", str(tables), "--tracks", str(tracks), "--out", str(out)]
    assert main(["manifest", "vitaldb", *options]) == 0
    assert main(["manifest", "check", str(out / "manifest.csv")]) == 0
    assert "4 ECGs of 2 patients; 4 potassium values" in capsys.readouterr().out
    assert list(pd.read_csv(out / "manifest.csv")["k_meq_l"]) == [4.1, 5.6, 2.9, 6.6]


def test_nothing_to_write_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables, _ = write_vitaldb(tmp_path / "vitaldb")
    options = ["--tables", str(tables), "--tracks", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(["manifest", "vitaldb", *options]) == 1
    assert "No ECG has a potassium value near enough" in capsys.readouterr().err
