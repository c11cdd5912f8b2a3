from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecg_core.datasets import twelve_lead
from ecg_core.datasets.twelve_lead import load_twelve_lead_folder, prepare_twelve_lead
from ecg_core.datasets.twelve_lead_labels import from_abbreviations, from_ludb, from_scp, from_snomed
from ecg_core.datasets.twelve_lead_sources import (
    DiagnosedECG,
    fold_of_name,
    read_labelled_challenge,
    read_labelled_ptbxl,
)
from ecg_core.errors import ECGError
from ecg_core.twelve_lead.facts import FACTS
from ecg_core.twelve_lead.types import FINDINGS
from ecg_core.writers import write_wfdb
from tests.datasets.labelled_ptbxl import write_labelled_ptbxl
from tests.datasets.mini_ptbxl import example


def found(labels: np.ndarray) -> set[str]:
    return {code for code, label in zip(FINDINGS, labels, strict=True) if label == 1}


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (from_scp("{'1AVB': 0.0, 'SR': 0.0, 'CRBBB': 100.0}"), {"1AVB", "CRBBB"}),
        (from_abbreviations("AF;IRBBB;LBBB;SB"), {"AFIB", "CLBBB", "SBRAD"}),
        (from_snomed(["59118001", " 164889003", "426783006"]), {"CRBBB", "AFIB"}),
        (from_ludb("Atrial fibrillation\nIncomplete right bundle branch block"), {"AFIB"}),
        (from_ludb("I degree av block\nComplete left bundle branch block"), {"1AVB", "CLBBB"}),
    ],
    ids=["scp", "abbreviations", "snomed", "ludb_af", "ludb_conduction"],
)
def test_each_data_set_s_words_become_the_six_findings(labels: np.ndarray, expected: set[str]) -> None:
    assert found(labels) == expected


def test_rates_are_unknown_where_they_are_named_by_other_rules() -> None:
    rates = [FINDINGS.index(code) for code in ("SBRAD", "STACH")]
    for labels in (from_ludb("Sinus bradycardia"), from_snomed(["426177001"])):
        assert np.isnan(labels[rates]).all()
        assert np.isfinite(np.delete(labels, rates)).all()


def test_ptbxl_comes_with_labels_ages_folds_and_classes(tmp_path: Path) -> None:
    ecgs = {ecg.record_id: ecg for ecg in read_labelled_ptbxl(write_labelled_ptbxl(tmp_path))}
    assert {key: found(ecg.findings) for key, ecg in ecgs.items()} == {
        "ptbxl-11": set(),
        "ptbxl-12": {"AFIB"},
        "ptbxl-13": {"CLBBB", "SBRAD"},
        "ptbxl-14": {"1AVB"},
    }
    assert {key: ecg.fold for key, ecg in ecgs.items()} == {
        "ptbxl-11": 2,
        "ptbxl-12": 5,
        "ptbxl-13": 8,
        "ptbxl-14": 10,
    }
    assert ecgs["ptbxl-11"].age_years == 40.0
    assert np.isnan(ecgs["ptbxl-13"].age_years)
    assert ecgs["ptbxl-12"].superclasses.tolist() == [0, 1, 0, 0, 0]
    assert ecgs["ptbxl-14"].superclasses.tolist() == [0, 0, 0, 1, 1]
    assert ecgs["ptbxl-11"].read().fs_hz == 500


def test_records_at_100_hz_stand_in_where_those_at_500_hz_are_absent(tmp_path: Path) -> None:
    root = write_labelled_ptbxl(tmp_path)
    (root / "records500/00000/00012_hr.hea").unlink()
    slow = example("atrial_fibrillation")
    slow = slow.with_signal(slow.signal_mv[:, ::5], 100.0)
    (root / "records100/00000").mkdir(parents=True)
    write_wfdb(slow, root / "records100/00000", "00012_lr")
    ecgs = {ecg.record_id: ecg for ecg in read_labelled_ptbxl(root)}
    assert {key: ecg.read().fs_hz for key, ecg in ecgs.items()} == {
        "ptbxl-11": 500,
        "ptbxl-12": 100,
        "ptbxl-13": 500,
        "ptbxl-14": 500,
    }


def test_the_folder_without_its_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ECGError, match=r"ptbxl_database\.csv"):
        list(read_labelled_ptbxl(tmp_path))


def test_compact_files_stand_in_for_records(tmp_path: Path) -> None:
    root = write_labelled_ptbxl(tmp_path)
    z_milli = (1000 * np.random.default_rng(0).standard_normal((2, 12, 1000))).astype(np.int16)
    np.savez(root / "otherfolds_100hz_z_milli.npz", z_milli=z_milli)
    pd.DataFrame(
        {
            "ecg_id": [900, 901],
            "age": [50, ""],
            "sex": [0, 1],
            **{name: [1, 0] for name in ("NORM", "MI", "STTC", "CD", "HYP")},
            "cinc_dx": ["NSR", "IAVB;STach"],
        }
    ).to_csv(root / "otherfolds_labels.csv", index=False)
    packed = [ecg for ecg in read_labelled_ptbxl(root) if ecg.band_passed]
    assert [found(ecg.findings) for ecg in packed] == [set(), {"1AVB", "STACH"}]
    assert np.isnan(packed[1].age_years)
    assert packed[1].read().signal_mv == pytest.approx(z_milli[1] / 1000)
    assert all(1 <= ecg.fold <= 9 for ecg in packed)


def test_challenge_headers_say_what_was_found(tmp_path: Path) -> None:
    record = example("normal")
    for name in ("E00001", "HR00001"):  # the second is a copy of PTB-XL's
        write_wfdb(record, tmp_path, name)
        header = tmp_path / f"{name}.hea"
        kept = [line for line in header.read_text().splitlines() if not line.startswith("#")]
        said = ["#Age: 61", "#Sex: Female", "#Dx: 164889003,59118001"]
        header.write_text("\n".join([*kept, *said]) + "\n")
    (ecg,) = read_labelled_challenge(tmp_path)
    assert (ecg.record_id, ecg.age_years, ecg.female) == ("challenge-E00001", 61.0, 1.0)
    assert found(ecg.findings) == {"AFIB", "CRBBB"}


def test_a_name_always_has_the_same_fold_of_nine() -> None:
    folds = [fold_of_name(f"record-{number}") for number in range(900)]
    assert set(folds) == set(range(1, 10))
    assert fold_of_name("ptbxl-10000") == fold_of_name("ptbxl-10000")


def test_prepared_once_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twelve_lead, "PART_SIZE", 2)
    ecgs = list(read_labelled_ptbxl(write_labelled_ptbxl(tmp_path / "ptbxl")))[:3]
    said: list[str] = []
    prepared = prepare_twelve_lead(ecgs, tmp_path / "prepared", said.append)
    assert len(said) == 2
    assert prepared.record_id.tolist() == [ecg.record_id for ecg in ecgs]
    assert (prepared.signal / 1000).std(axis=2) == pytest.approx(np.ones((3, 12)), abs=0.01)
    assert prepared.mask.all()
    facts = dict(zip(FACTS, prepared.facts.T, strict=True))
    assert facts["rr_chaos_percent"].argmax() == 1  # atrial fibrillation
    assert facts["qrs_ms"].argmax() == 2  # left bundle branch block

    def unread() -> None:
        raise AssertionError("read twice")

    again = prepare_twelve_lead(
        [DiagnosedECG(**{**vars(ecg), "read": unread}) for ecg in ecgs], tmp_path / "prepared", said.append
    )
    assert len(said) == 2
    assert np.array_equal(again.signal, prepared.signal)
    assert load_twelve_lead_folder(tmp_path / "prepared").fold.tolist() == [2, 5, 8]
    assert again.where(again.fold > 2).record_id.tolist() == ["ptbxl-12", "ptbxl-13"]
    with pytest.raises(ECGError, match="no prepared"):
        load_twelve_lead_folder(tmp_path / "nothing")


def test_ecgs_that_cannot_be_read_are_left_out_and_asked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twelve_lead, "PART_SIZE", 2)
    root, folder = write_labelled_ptbxl(tmp_path / "ptbxl"), tmp_path / "prepared"
    (root / "records500/00000/00012_hr.dat").unlink()
    ecgs = list(read_labelled_ptbxl(root))[:3]
    said: list[str] = []
    assert prepare_twelve_lead(ecgs, folder, said.append).record_id.tolist() == ["ptbxl-11", "ptbxl-13"]
    assert [words.split(":")[0] for words in said] == [
        "left out ptbxl-12",
        "part-0000.npz",
        "part-0001.npz",
    ]
    assert len(prepare_twelve_lead(ecgs, folder, said.append)) == 2 and len(said) == 3
    with pytest.raises(ECGError, match="none of them could be read"):
        prepare_twelve_lead(ecgs[1:2], folder, said.append)


def test_a_challenge_header_that_is_none_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_wfdb(example("normal"), tmp_path, "E00001")
    (tmp_path / "E00002.hea").write_bytes(b"\x00\xff")
    assert [ecg.record_id for ecg in read_labelled_challenge(tmp_path)] == ["challenge-E00001"]
    assert "left out challenge-E00002" in caplog.text
