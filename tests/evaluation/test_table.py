import io
from pathlib import Path

import pandas as pd
import pytest

from ecg_core.errors import CheckpointError, ECGError, FileTooLargeError, UnreadableFileError
from ecg_core.evaluation import table as table_module
from ecg_core.evaluation.table import COLUMNS, read_evaluation, validate_evaluation, write_evaluation


def test_parquet_comes_back_as_written(table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.parquet"
    write_evaluation(table, path)
    pd.testing.assert_frame_equal(read_evaluation(path), table)


def test_csv_reads_the_same_as_parquet_whatever_its_name(table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "results.parquet"
    table.to_csv(path, index=False, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read_evaluation(path), table)


def test_an_upload_is_read_from_memory(table: pd.DataFrame) -> None:
    stream = io.BytesIO(table.to_csv(index=False).encode())
    pd.testing.assert_frame_equal(read_evaluation(stream), table)


def test_columns_are_completed_ordered_and_typed(table: pd.DataFrame) -> None:
    bare = table.drop(columns=["patient_id", "base", "flags"])[::-1].assign(extra=1)
    bare["simulated"] = "False"
    bare["record_id"] = range(len(bare))
    checked = validate_evaluation(bare)
    assert tuple(checked.columns) == COLUMNS
    assert checked["record_id"].iloc[0] == "0"
    assert checked["patient_id"].isna().all() and (checked["base"] == "").all()
    assert not checked["simulated"].any()


def test_tables_of_older_models_lack_the_probability_of_severe_hyperkalemia(table: pd.DataFrame) -> None:
    older = validate_evaluation(table.drop(columns=["p_severe", "sex", "age_years", "qrs_duration_ms"]))
    assert older["p_severe"].isna().all() and (older["sex"] == "").all()
    table["p_severe"] = table["p_hyper"] + 0.2
    with pytest.raises(ECGError, match="p_severe that is not a part of its p_hyper"):
        validate_evaluation(table)


def test_numbers_in_identifiers_keep_their_zeros(table: pd.DataFrame) -> None:
    table["record_id"] = [f"{i:05d}" for i in range(len(table))]
    assert read_evaluation(io.BytesIO(table.to_csv(index=False).encode()))["record_id"].iloc[7] == "00007"


def test_records_on_which_the_model_abstained_pass(table: pd.DataFrame) -> None:
    numbers = ["k_meq_l", "k_low", "k_high", "p_hypo", "p_normal", "p_hyper"]
    table.loc[3, numbers] = float("nan")
    assert validate_evaluation(table)["k_meq_l"].isna().sum() == 1


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("k_true_meq_l", float("nan"), "true potassium of record r1"),
        ("k_true_meq_l", 180.0, "Give mEq/L"),
        ("k_meq_l", float("inf"), "not a finite number"),
        ("k_low", 9.9, "interval that does not hold"),
        ("k_high", float("nan"), "interval that does not hold"),
        ("p_hyper", 0.95, "do not sum to 1"),
        ("p_hypo", -0.1, "not between 0 and 1"),
        ("p_normal", "high", "p_normal .* numbers only"),
        ("simulated", "perhaps", "true or false"),
        ("simulated", None, "true or false"),
        ("record_id", None, "needs a record_id"),
    ],
)
def test_a_wrong_cell_is_explained(table: pd.DataFrame, column: str, value: object, complaint: str) -> None:
    table["k_meq_l"] = table["k_meq_l"].clip(2.0, 8.0)
    table["k_low"], table["k_high"] = table["k_meq_l"] - 1, table["k_meq_l"] + 1
    table[column] = table[column].astype(object)
    table.loc[1, column] = value
    with pytest.raises(ECGError, match=complaint):
        validate_evaluation(table)


def test_missing_columns_are_named(table: pd.DataFrame) -> None:
    with pytest.raises(ECGError, match=r"lacks the column\(s\) simulated, p_hyper"):
        validate_evaluation(table.drop(columns=["p_hyper", "simulated"]))


def test_an_empty_table_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(ECGError, match="no rows"):
        validate_evaluation(table[:0])


def test_a_missing_file_is_a_checkpoint_error(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no evaluation results"):
        read_evaluation(tmp_path / "evaluation.parquet")


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1" + b"\0" * 50, b"\x89PNG\r\n\x1a\n\xff\xfe", b'a,b\n"']
)
def test_a_file_of_another_kind_is_refused(content: bytes) -> None:
    with pytest.raises(ECGError):
        read_evaluation(io.BytesIO(content))


def test_truncated_parquet_is_unreadable(table: pd.DataFrame) -> None:
    whole = io.BytesIO()
    table.to_parquet(whole, index=False)
    with pytest.raises(UnreadableFileError, match="neither intact Parquet nor CSV"):
        read_evaluation(io.BytesIO(whole.getvalue()[:-20]))


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_too_many_rows_are_refused(table: pd.DataFrame, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "MAX_ROWS", len(table) - 1)
    stream = io.BytesIO()
    getattr(table, f"to_{kind}")(stream, index=False)
    stream.seek(0)
    with pytest.raises(FileTooLargeError, match="299 rows"):
        read_evaluation(stream)
