from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.annotation.types import CYCLE_R_INDEX
from ecg_core.datasets import prepared
from ecg_core.datasets.potassium import LabelledECG
from ecg_core.datasets.prepared import PreparedECGs, load_prepared, prepare
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.inference.measured import MEASURED_KEYS
from ecg_core.leads import INDEPENDENT_LEADS
from tests.datasets.mini_ptbxl import example

KEYS = ("normal", "atrial_fibrillation", "left_bundle_branch_block")
SPLITS = ("train", "train", "validation")


def labelled(name: str = "normal", k_meq_l: float = 4.0, split: str = "train") -> LabelledECG:
    return LabelledECG(example(name), k_meq_l, f"{name}-0", f"patient of {name}", name, split)


def three() -> Iterator[LabelledECG]:
    for index, (key, split) in enumerate(zip(KEYS, SPLITS, strict=True)):
        yield labelled(key, 3.5 + index, split)


@pytest.fixture(scope="module", autouse=True)
def two_per_shard() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "SHARD_RECORDS", 2)
        yield


@pytest.fixture(scope="module")
def loaded(two_per_shard: None, tmp_path_factory: pytest.TempPathFactory) -> PreparedECGs:
    folder = tmp_path_factory.mktemp("prepared")
    prepare(three(), folder)
    return load_prepared(folder)


def test_what_is_prepared_is_loaded_in_its_order_over_all_shards(loaded: PreparedECGs) -> None:
    assert list(loaded.table["record_id"]) == [f"{key}-0" for key in KEYS]
    assert list(loaded.table["patient_id"]) == [f"patient of {key}" for key in KEYS]
    assert not loaded.table["simulated"].any()
    assert list(loaded.k_meq_l) == [3.5, 4.5, 5.5] and loaded.k_meq_l.dtype == np.float32
    assert loaded.signal_uv.shape == (3, 8, 5000)
    assert loaded.cycles.shape == (3, 4, 512)
    assert loaded.median_mv.shape == (3, 8, 512)
    assert loaded.measured.shape == (3, len(MEASURED_KEYS)) and loaded.measured.dtype == np.float32


def test_signals_are_the_filtered_independent_leads_in_microvolts(loaded: PreparedECGs) -> None:
    for row, key in enumerate(KEYS):
        filtered = filter_record(example(key)).record.select(INDEPENDENT_LEADS).signal_mv
        np.testing.assert_allclose(loaded.signal_uv[row] / 1000, filtered, atol=0.0011)


def test_cycles_are_z_scores_and_median_beats_are_millivolts_around_r(loaded: PreparedECGs) -> None:
    cycles = loaded.cycles.astype(float)
    recorded = cycles != 0  # padding is zero
    for cycle, own in zip(cycles.reshape(-1, 512), recorded.reshape(-1, 512), strict=True):
        assert cycle[own].mean() == pytest.approx(0.0, abs=0.01)
        assert cycle[own].std() == pytest.approx(1.0, abs=0.02)
    lead_ii = loaded.median_mv[0, 1].astype(float)
    assert abs(int(lead_ii.argmax()) - CYCLE_R_INDEX) <= 2
    r_height_mv = filter_record(example("normal")).record.lead_mv("II").max()
    assert lead_ii.max() == pytest.approx(r_height_mv, rel=0.2)


def test_a_part_keeps_rows_together(loaded: PreparedECGs) -> None:
    part = loaded.part("validation")
    assert list(part.table["base"]) == [KEYS[2]] and list(part.table.index) == [0]
    for whole, cut in (
        (loaded.signal_uv, part.signal_uv),
        (loaded.cycles, part.cycles),
        (loaded.median_mv, part.median_mv),
        (loaded.measured, part.measured),
    ):
        assert np.array_equal(cut, whole[2:], equal_nan=cut.dtype.kind == "f")


def test_records_that_give_no_input_are_passed_over(tmp_path: Path) -> None:
    short = labelled()
    short = replace(short, record=short.record.with_signal(short.record.signal_mv[:, :4000]))
    flat = labelled()
    flat = replace(flat, record=flat.record.with_signal(0 * flat.record.signal_mv))
    prepare([short, flat, labelled("left_bundle_branch_block")], tmp_path)
    assert list(load_prepared(tmp_path).table["base"]) == ["left_bundle_branch_block"]


def test_nothing_usable_is_an_error_that_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ECGError, match="at least 10 s"):
        prepare([], tmp_path)


def test_an_interrupted_preparation_is_not_taken_for_a_complete_one(
    tmp_path: Path,
) -> None:
    def breaking_off() -> Iterator[LabelledECG]:
        yield from three()
        raise KeyboardInterrupt

    prepare([labelled()], tmp_path)
    with pytest.raises(KeyboardInterrupt):
        prepare(breaking_off(), tmp_path)
    with pytest.raises(FileNotFoundError):
        load_prepared(tmp_path)


def test_a_second_preparation_replaces_the_first(tmp_path: Path) -> None:
    prepare(three(), tmp_path)
    prepare([labelled(k_meq_l=7.0)], tmp_path)
    assert list(load_prepared(tmp_path).k_meq_l) == [7.0]
