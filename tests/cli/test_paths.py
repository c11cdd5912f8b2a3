from pathlib import Path

import pytest

from ecg_core.cli.paths import find_candidates


def names(*given: object) -> list[str]:
    return [candidate.path.name for candidate in find_candidates([str(item) for item in given])]


def test_folder_means_all_ecgs_below_it_once(ward: Path) -> None:
    assert names(ward) == ["patients.csv", "two_leads.csv", "00185_hr.hea"]


def test_header_and_signal_file_are_one_record(ward: Path) -> None:
    pair = ward / "monday" / "00185_hr.hea", ward / "monday" / "00185_hr.dat"
    assert names(*pair) == names(*reversed(pair)) == ["00185_hr.hea"]


def test_file_named_and_found_in_its_folder_is_opened_once(ward: Path) -> None:
    assert names(ward / "two_leads.csv", ward).count("two_leads.csv") == 1


def test_pattern_reaches_into_subfolders(ward: Path) -> None:
    assert names(ward / "**" / "*.hea") == ["00185_hr.hea"]


def test_pattern_that_is_also_a_file_name_means_the_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].csv").touch()
    assert names(tmp_path / "a[1].csv") == ["a[1].csv"]


@pytest.mark.parametrize("name", ["absent.hea", "absent/*.hea"])
def test_what_does_not_exist_stands_for_itself(tmp_path: Path, name: str) -> None:
    assert [candidate.path for candidate in find_candidates([str(tmp_path / name)])] == [tmp_path / name]


def test_signal_file_without_header_is_not_passed_over(ward: Path) -> None:
    (ward / "monday" / "00185_hr.hea").unlink()
    assert "00185_hr.dat" in names(ward)


def test_record_with_a_damaged_header_is_one_record(ward: Path) -> None:
    (ward / "monday" / "00185_hr.hea").write_text("garbage")
    assert names(ward / "monday") == ["00185_hr.hea"]


def test_signal_file_under_another_name_belongs_to_the_header_that_names_it(ward: Path) -> None:
    monday = ward / "monday"
    (monday / "00185_hr.dat").rename(monday / "signal.dat")
    header = monday / "00185_hr.hea"
    header.write_text(header.read_text().replace("00185_hr.dat", "signal.dat"))
    assert names(monday) == ["00185_hr.hea"]


def test_file_without_extension_is_known_by_its_content(ward: Path) -> None:
    header = ward / "monday" / "00185_hr.hea"
    header.rename(header.with_suffix(""))
    assert "00185_hr" in names(ward)


def test_archive_beside_a_header_is_a_record_of_its_own(ward: Path) -> None:
    archive = ward / "monday" / "00185_hr.zip"
    archive.write_bytes(b"PK\x03\x04")
    assert names(archive) == ["00185_hr.zip"]


def test_only_tables_found_in_folders_may_turn_out_to_be_no_ecgs(ward: Path) -> None:
    in_folder = {candidate.path.name: candidate.may_be_no_ecg for candidate in find_candidates([str(ward)])}
    assert in_folder == {"patients.csv": True, "two_leads.csv": True, "00185_hr.hea": False}
    assert not find_candidates([str(ward / "patients.csv")])[0].may_be_no_ecg
