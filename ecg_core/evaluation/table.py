"""The evaluation table: truth and estimate for each test record, as a checkpoint or a user brings it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ecg_core.errors import CheckpointError, ECGError, FileTooLargeError, UnreadableFileError
from ecg_core.whole_files import replaced_at_once

NUMBERS = ("k_true_meq_l", "k_meq_l", "k_low", "k_high", "p_hypo", "p_normal", "p_hyper")
REQUIRED = ("record_id", "simulated", *NUMBERS)
OPTIONAL_NUMBERS = ("p_severe", "age_years", "qrs_duration_ms")
OPTIONAL_TEXT = ("patient_id", "base", "flags", "sex")
OPTIONAL = (*OPTIONAL_TEXT, *OPTIONAL_NUMBERS)
COLUMNS = (
    "record_id",
    "patient_id",
    "base",
    "simulated",
    *NUMBERS,
    "p_severe",
    "flags",
    "sex",
    "age_years",
    "qrs_duration_ms",
)

MAX_ROWS = 1_000_000
PLAUSIBLE_K_MEQ_L = (0.5, 15.0)  # beyond: another unit, another quantity, or a slip

_PARQUET_MAGIC = b"PAR1"
_TRUTH_WORDS = {"true": True, "1": True, "false": False, "0": False}
_PROBABILITY_TOLERANCE = 0.01  # tables that people round to two decimals still pass


def read_evaluation(source: Path | BinaryIO) -> pd.DataFrame:
    """The table in a Parquet or CSV file (told apart by content), checked by `validate_evaluation`.

    Raises CheckpointError when the file is missing, UnreadableFileError when it is of another kind,
    FileTooLargeError beyond a million rows, and whatever `validate_evaluation` raises.
    """
    if isinstance(source, Path):
        try:
            with source.open("rb") as stream:
                return read_evaluation(stream)
        except OSError as error:
            raise CheckpointError(
                f"There are no evaluation results at {source} ({error.strerror}). "
                "Install the model again, or evaluate it anew."
            ) from error
    is_parquet = source.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC
    source.seek(0)
    try:
        frame = _read_parquet(source) if is_parquet else _read_csv(source)
    except FileTooLargeError:
        raise
    except (ValueError, OSError) as error:  # pyarrow's and pandas' errors are of these two families
        raise UnreadableFileError(
            "This file holds no evaluation table: it is neither intact Parquet nor CSV. "
            "Export the table again as CSV with a header row."
        ) from error
    return validate_evaluation(frame)


def write_evaluation(frame: pd.DataFrame, path: Path) -> None:
    """Check the table and write it as Parquet. Raises like `validate_evaluation`."""
    table = validate_evaluation(frame)
    with replaced_at_once(path) as unfinished:
        table.to_parquet(unfinished, index=False, compression="zstd")


def validate_evaluation(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with exactly `COLUMNS`, in order and of one type each; other columns are dropped.

    `record_id`, `patient_id`, `base`, `flags`, `sex` are text (an absent patient is None), `simulated` bool, the
    rest float64: potassium and its interval in mEq/L, probabilities from 0 to 1, of which `p_hyper` holds
    `p_severe`. `OPTIONAL_TEXT` and `OPTIONAL_NUMBERS` may be missing from the input (empty, NaN), as they are in
    tables of older models. A record on which the model abstained has NaN in every number that is an answer. Raises
    ECGError for anything else.
    """
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise ECGError(
            f"The evaluation table lacks the column(s) {', '.join(missing)}. It needs {', '.join(REQUIRED)}."
        )
    if frame.empty:
        raise ECGError("The evaluation table has no rows.")
    if frame["record_id"].isna().any():
        raise ECGError("Every row of the evaluation table needs a record_id.")
    table = pd.DataFrame(
        {
            "record_id": frame["record_id"].astype(str),
            "simulated": _as_bool(frame["simulated"]),
            **{name: _as_number(frame[name]) for name in NUMBERS},
            **{name: _optional_number(frame, name) for name in OPTIONAL_NUMBERS},
            **{name: _as_text(frame, name) for name in OPTIONAL_TEXT},
        }
    )[list(COLUMNS)].reset_index(drop=True)
    _check_truth(table)
    _check_estimates(table.dropna(subset=["k_meq_l"]))
    return table


def _read_parquet(stream: BinaryIO) -> pd.DataFrame:
    file = pq.ParquetFile(stream)
    if file.metadata.num_rows > MAX_ROWS:
        raise _too_many_rows()
    known = [name for name in file.schema_arrow.names if name in COLUMNS]
    return pd.DataFrame(file.read(columns=known).to_pandas())


def _read_csv(stream: BinaryIO) -> pd.DataFrame:
    text = dict.fromkeys(("record_id", "simulated", *OPTIONAL_TEXT), str)
    frame = pd.read_csv(
        stream,
        dtype=text,
        encoding="utf-8-sig",
        nrows=MAX_ROWS + 1,
        usecols=lambda name: name in COLUMNS,
        float_precision="round_trip",  # the default parser can crash the process on absurd exponents
    )
    if len(frame) > MAX_ROWS:
        raise _too_many_rows()
    return frame


def _too_many_rows() -> FileTooLargeError:
    return FileTooLargeError(f"The evaluation table has more than {MAX_ROWS:,} rows. Evaluate a part of it.")


def _as_number(column: pd.Series) -> pd.Series:
    try:
        return pd.to_numeric(column).astype(np.float64)
    except (ValueError, TypeError) as error:
        raise ECGError(f"The column {column.name} of the evaluation table must hold numbers only.") from error


def _optional_number(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        return pd.Series(np.nan, index=frame.index)
    return _as_number(frame[name])


def _as_bool(column: pd.Series) -> pd.Series:
    truth = column.astype(str).str.strip().str.lower().map(_TRUTH_WORDS)
    if truth.isna().any():
        raise ECGError("The column simulated of the evaluation table must say true or false in every row.")
    return truth.astype(bool)


def _as_text(frame: pd.DataFrame, name: str) -> pd.Series:
    absent = None if name == "patient_id" else ""
    if name not in frame.columns:
        return pd.Series(absent, index=frame.index, dtype=object)
    column = frame[name].astype(object)
    return column.where(column.isna(), column.astype(str)).where(column.notna(), absent)


def _check_truth(table: pd.DataFrame) -> None:
    low, high = PLAUSIBLE_K_MEQ_L
    wrong = ~table["k_true_meq_l"].between(low, high)
    if wrong.any():
        raise ECGError(
            f"The true potassium of record {table.loc[wrong, 'record_id'].iloc[0]} is missing or not between "
            f"{low:g} and {high:g} mEq/L ({int(wrong.sum())} such rows). Give mEq/L (the same as mmol/L)."
        )


def _check_estimates(answered: pd.DataFrame) -> None:
    probabilities = answered[["p_hypo", "p_normal", "p_hyper"]]
    severe = answered["p_severe"].fillna(0.0)
    checks = {
        "has an estimate that is not a finite number": np.isfinite(answered["k_meq_l"]),
        "has an interval that does not hold its estimate": (answered["k_low"] <= answered["k_meq_l"])
        & (answered["k_meq_l"] <= answered["k_high"]),
        "has probabilities that are not between 0 and 1 or do not sum to 1": (
            (probabilities >= 0).all(axis=1)
            & ((probabilities.sum(axis=1) - 1).abs() <= 2 * _PROBABILITY_TOLERANCE)
        ),
        "has a p_severe that is not a part of its p_hyper": severe.between(
            0.0, answered["p_hyper"] + _PROBABILITY_TOLERANCE
        ),
    }
    for complaint, passed in checks.items():
        if not passed.all():
            raise ECGError(
                f"Record {answered.loc[~passed, 'record_id'].iloc[0]} of the evaluation table {complaint} "
                f"({int((~passed).sum())} such rows)."
            )
