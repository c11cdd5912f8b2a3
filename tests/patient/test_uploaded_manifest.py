"""A patient's rows of a manifest, with the files chosen along with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from ecg_core.errors import ECGError
from ecg_core.patient.uploaded_manifest import PatientRows, patients_in, rows_of
from ecg_core.readers import NamedBytes
from ecg_core.record import ECGRecord, Source

HEADINGS = "file,patient,ecg_time,k_meq_l,k_low,k_high,k_time"
ROWS = (
    "ward/a.hea,p1,2026-01-01 08:00,6.1,,,2026-01-01 08:20",
    "ward/b,p1,2026-01-03 08:00,4.0,,,2026-01-03 07:50",
    "ward/c.csv,p2,2026-01-04 08:00,4.4,,,2026-01-04 08:00",
)
FILES = [NamedBytes(name, name.encode()) for name in ("a.hea", "a.dat", "b.hea", "b.dat", "c.csv")]


def manifest(*rows: str) -> NamedBytes:
    return NamedBytes("manifest.csv", "\n".join([HEADINGS, *(rows or ROWS)]).encode())


def today(recorded_at: datetime | None = None, name: str = "today.hea") -> ECGRecord:
    record = ECGRecord(np.zeros((1, 1000), np.float32), 500.0, ("II",), source=Source(name, "WFDB"))
    return replace(record, recorded_at=recorded_at)


def found(*rows: str, files: list[NamedBytes] = FILES, at: datetime | None = None) -> PatientRows:
    return rows_of(manifest(*rows), "p1", files, today(at))


def test_a_patients_rows_find_their_files_by_name_whatever_folder_they_name() -> None:
    assert patients_in(manifest()) == ("p1", "p2")
    rows = found()
    assert not rows.left_out
    assert [(one.name, one.laboratory_meq_l) for one in rows.ecgs] == [("a.hea", 6.1), ("b.hea", 4.0)]
    assert [[file.name for file in one.files] for one in rows.ecgs] == [
        ["a.hea", "a.dat"],
        ["b.hea", "b.dat"],
    ]
    assert rows.ecgs[0].recorded_at == datetime(2026, 1, 1, 8)


def test_a_file_that_was_not_chosen_is_told_with_its_row_and_the_others_count() -> None:
    rows = found(files=FILES[:2])
    assert [one.name for one in rows.ecgs] == ["a.hea"]
    assert "not chosen together with the table" in rows.left_out and "row 3 (b)" in rows.left_out
    assert "c.csv" not in rows.left_out  # another patient's
    with pytest.raises(ECGError, match=r"row 2 \(a\.hea\), 3 \(b\)"):
        found(files=[])


def test_only_earlier_ecgs_with_a_value_drawn_in_time_teach_anything() -> None:
    rows = found(at=datetime(2026, 1, 2))
    assert [one.name for one in rows.ecgs] == ["a.hea"]
    assert "no earlier ECG than the one that is open now: row 3" in rows.left_out
    late = "a,p1,2026-01-01 08:00,6.1,,,2026-01-01 12:00"
    with pytest.raises(ECGError, match="drawn more than 60 min"):
        found(late)


def test_the_nearest_potassium_counts_and_a_range_teaches_nothing() -> None:
    rows = found(
        ROWS[1],
        "a,p1,2026-01-01 08:00,,9.0,,2026-01-01 08:01",
        "a,p1,2026-01-01 08:00,6.1,,,2026-01-01 08:20",
    )
    assert [one.name for one in rows.ecgs] == ["b.hea"]
    assert "only a range of potassium is known" in rows.left_out


def test_the_ecg_that_is_open_is_not_its_own_past() -> None:
    rows = rows_of(manifest(), "p1", FILES, today(name="b.hea"))
    assert [one.name for one in rows.ecgs] == ["a.hea"]


def test_a_table_without_patients_is_told() -> None:
    with pytest.raises(ECGError, match="names no patient"):
        patients_in(manifest("a,,2026-01-01 08:00,6.1,,,2026-01-01 08:20"))
