from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.datasets.base_ecg import BaseECG, ListedECG
from ecg_core.datasets.waveforms import part_of, prepare_waveforms
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.record import ECGRecord
from tests.datasets.mini_ptbxl import example


@pytest.fixture(scope="module")
def fold_10() -> BaseECG:
    return BaseECG(example("normal"), "ptbxl-9", None, "train")


def listed(base: BaseECG, record: ECGRecord | None = None) -> ListedECG:
    shown = base.record if record is None else record
    return ListedECG(lambda: shown, base.record_id, base.patient_id, base.split, base.source)


def quiet(words: str) -> None:
    assert words


def test_fold_10_is_shared_out_in_blocks_of_a_hundred(fold_10: BaseECG) -> None:
    parts = [part_of(replace(fold_10, record_id=f"ptbxl-{number}")) for number in range(21_800)]
    for start in range(0, 21_800, 100):
        assert len(set(parts[start : start + 100])) == 1
    share = {part: n / len(parts) for part, n in Counter(parts).items()}
    assert share.keys() == {"train", "validation", "test"}
    assert 0.45 < share["train"] < 0.65 and 0.3 < share["test"] < 0.5


def test_other_folds_and_other_sources_are_learned_from_but_ludb_never(fold_10: BaseECG) -> None:
    for number in range(0, 3000, 100):
        other_fold = replace(fold_10, record_id=f"ptbxl-{number}", split="test", patient_id="p")
        assert part_of(other_fold) == "train"
    assert part_of(replace(fold_10, record_id="challenge-A1", source="Challenge 2021")) == "train"
    assert part_of(replace(fold_10, record_id="ludb-3", source="LUDB")) == "external"


def test_signals_are_filtered_at_125_hz_and_kept(fold_10: BaseECG, tmp_path: Path) -> None:
    waveforms = prepare_waveforms([listed(fold_10)], tmp_path, quiet)
    filtered = filter_record(fold_10.record.select(INDEPENDENT_LEADS)).record
    expected = resample(filtered.signal_mv, 500.0, 125.0)
    part = waveforms.table["part"].item()
    np.testing.assert_allclose(waveforms.part_mv(part)[0], expected, atol=6e-4)
    again = prepare_waveforms(
        [listed(fold_10, example("atrial_fibrillation"))], tmp_path, quiet
    )  # not opened
    np.testing.assert_array_equal(again.signal_uv, waveforms.signal_uv)


def test_other_ecgs_than_those_in_the_folder_are_filtered_anew(fold_10: BaseECG, tmp_path: Path) -> None:
    other = replace(listed(fold_10), record_id="ptbxl-10")
    prepare_waveforms([listed(fold_10)], tmp_path, quiet)
    both = prepare_waveforms([listed(fold_10), other], tmp_path, quiet)
    assert both.table["record_id"].tolist() == ["ptbxl-9", "ptbxl-10"]
    assert len(both.signal_uv) == 2


def test_ecgs_without_all_leads_or_with_gaps_are_passed_over(fold_10: BaseECG, tmp_path: Path) -> None:
    record = fold_10.record
    with_gap = record.signal_mv.copy()
    with_gap[3, 100:900] = np.nan
    unusable = [
        listed(fold_10, record.select(("I", "II"))),
        listed(fold_10, record.with_signal(record.signal_mv[:, :2000])),
        listed(fold_10, record.with_signal(np.zeros_like(record.signal_mv))),
    ]
    with pytest.raises(ECGError, match="at least 10 s"):
        prepare_waveforms(unusable, tmp_path / "none", quiet)
    gap_in_avr = listed(fold_10, record.with_signal(with_gap))  # is not looked at
    assert len(prepare_waveforms([*unusable, gap_in_avr], tmp_path / "one", quiet).table) == 1
