from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.readers import open_ecg
from ecg_core.record import DIGITIZED_PAGE, ECGRecord, Source
from ecg_core.writers import wfdb_stem, write_wfdb


def page_record() -> ECGRecord:
    """As a page prints: II throughout, V1 and V4 for half of the time each, nothing of V6."""
    signal_mv = np.random.default_rng(0).normal(size=(4, 2500)).astype(np.float32)
    signal_mv[1, 1250:] = signal_mv[2, :1250] = signal_mv[3] = np.nan
    return ECGRecord(signal_mv, 500.0, ("II", "V1", "V4", "V6"), source=Source(format=DIGITIZED_PAGE))


def test_missing_samples_stay_missing_and_leads_without_any_are_left_out(tmp_path: Path) -> None:
    read = open_ecg(write_wfdb(page_record(), tmp_path, "page"))
    assert (read.leads, read.fs_hz) == (("II", "V1", "V4"), 500)
    np.testing.assert_allclose(read.signal_mv, page_record().signal_mv[:3], atol=2e-4)
    assert read.source.format == DIGITIZED_PAGE


def test_what_was_recorded_digitally_is_not_called_digitized(tmp_path: Path) -> None:
    record = replace(page_record(), source=Source(format="EDF"))
    assert open_ecg(write_wfdb(record, tmp_path, "record")).source.format == "WFDB"


def test_estimated_leads_are_still_called_so_when_they_are_read_again(tmp_path: Path) -> None:
    record = replace(page_record(), estimated_leads=frozenset({"V1", "V4"}))
    assert open_ecg(write_wfdb(record, tmp_path, "restored")).estimated_leads == {"V1", "V4"}
    assert open_ecg(write_wfdb(page_record(), tmp_path, "recorded")).estimated_leads == frozenset()


def test_an_interruption_leaves_no_header_without_signals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def header_only(stem: str, write_dir: str, **_: object) -> None:
        Path(write_dir, f"{stem}.hea").write_text("half a record")
        raise KeyboardInterrupt

    monkeypatch.setattr("wfdb.wrsamp", header_only)
    with pytest.raises(KeyboardInterrupt):
        write_wfdb(page_record(), tmp_path, "record")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "stem"),
    [("02605_hr", "02605_hr"), ("Müller 3.5.", "M_ller_3_5_"), ("a/b\\c", "a_b_c"), ("", "_")],
)
def test_names_become_such_that_wfdb_allows(name: str, stem: str) -> None:
    assert wfdb_stem(name) == stem


@settings(deadline=None, max_examples=20)
@given(name=st.text(max_size=20))
def test_any_name_can_be_written(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    assert open_ecg(write_wfdb(page_record(), folder, wfdb_stem(name))).leads == ("II", "V1", "V4")
