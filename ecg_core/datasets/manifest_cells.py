"""What may stand in one cell of a manifest. Each function raises `CellError`, whose words say what to write instead."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from ecg_core.datasets.base_ecg import Split
from ecg_core.datasets.site_ecg import PotassiumLabel
from ecg_core.datasets.site_splits import SPLITS
from ecg_core.inference.types import PLAUSIBLE_K_MEQ_L
from ecg_core.readers.patient_facts import plausible_age
from ecg_core.readers.patient_facts import sex as sex_of_word
from ecg_core.record import Sex

MEQ_L_PER_MG_DL = 1 / 3.91  # potassium weighs 39.1 g/mol and has one charge
_SIGNAL_SUFFIXES = {".dat", ".mat"}


class CellError(ValueError):
    """Something in a cell cannot be used: `kind` is the same for all such cells, `detail` (a number) is not."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


def ecg_file(text: str, root: Path) -> Path:
    """The file named `text` below the folder `root` (resolved); a WFDB record may be named without ending, or by its signals."""
    try:
        path = (root / text).resolve()
        inside, exists = path.is_relative_to(root), path.is_file()
        header = path.with_name(f"{path.name}.hea") if not exists else path.with_suffix(".hea")
        if header.is_file() and (not exists or path.suffix.lower() in _SIGNAL_SUFFIXES):
            path, exists = header, True
    except (OSError, ValueError) as error:  # too long a name, a loop of links, a NUL
        raise CellError("the file's name cannot be one") from error
    if not inside:
        raise CellError(
            "the file lies outside the folder of the ECGs; copy it there, or name the folder (--ecg-folder)"
        )
    if not exists:
        raise CellError("the file does not exist")
    return path


def moment(text: str, what: str, zone: ZoneInfo | None) -> datetime:
    """A date and time of ISO 8601; one without offset is taken to be of `zone`, if that is given."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise CellError(f"{what} cannot be read; write it like 2026-01-31 14:05") from error
    if ":" not in text:
        raise CellError(f"{what} has no time of day; write it like 2026-01-31 14:05")
    return time.replace(tzinfo=zone) if time.tzinfo is None else time


def potassium(value: str, low: str, high: str, decimal: str) -> PotassiumLabel:
    """From the columns k_meq_l or k_low and k_high, one of which may be empty (`< 2.5` has no low end)."""
    if value and (low or high):
        raise CellError("there is both a potassium value and a range; leave one of them empty")
    if value:
        k_meq_l = _number(value, "the potassium value", decimal)
        _require_plausible(k_meq_l, k_meq_l)
        return PotassiumLabel(k_meq_l, k_meq_l)
    if not (low or high):
        raise CellError("there is no potassium: neither k_meq_l nor k_low or k_high is filled")
    low_meq_l = _number(low, "k_low of the potassium", decimal) if low else -math.inf
    high_meq_l = _number(high, "k_high of the potassium", decimal) if high else math.inf
    if low_meq_l > high_meq_l:
        raise CellError("k_low is above k_high")
    _require_plausible(low_meq_l, high_meq_l)
    return PotassiumLabel(low_meq_l, high_meq_l)


def age(text: str, decimal: str) -> float | None:
    """In years; None where the cell is empty."""
    if not text:
        return None
    years = plausible_age(_number(text, "the age", decimal))
    if years is None:
        raise CellError("the age is none that people have; write years, or leave it empty")
    return years


def sex(text: str) -> Sex | None:
    """None where the cell is empty."""
    known = sex_of_word(text)
    if text and known is None:
        raise CellError("the sex is neither female nor male; write F or M, or leave it empty")
    return known


def split(text: str) -> Split:
    """One of the four parts of the data."""
    if text.lower() not in SPLITS:
        raise CellError(f"the split is none of {', '.join(SPLITS)}")
    return cast(Split, text.lower())


def _number(text: str, what: str, decimal: str) -> float:
    try:
        number = float(text.replace(decimal, ".") if text.count(decimal) == 1 else text)
    except ValueError as error:
        hint = "; write > 9.0 as k_low 9.0, < 2.5 as k_high 2.5" if "potassium" in what else ""
        raise CellError(f"{what} is no number{hint}") from error
    if not math.isfinite(number):
        raise CellError(f"{what} is no number")
    return number


def _require_plausible(low_meq_l: float, high_meq_l: float) -> None:
    """A value (both ends the same), or a range that reaches into what patients have."""
    least, most = PLAUSIBLE_K_MEQ_L
    if low_meq_l <= most and high_meq_l >= least:
        return
    detail = f"{low_meq_l if low_meq_l > most else high_meq_l:g}"
    as_mg_dl = low_meq_l * MEQ_L_PER_MG_DL
    if most < low_meq_l and as_mg_dl <= most:
        detail += f"; in mg/dL that would be {as_mg_dl:.1f} mEq/L"
    raise CellError(
        f"the potassium is not between {least:g} and {most:g} mEq/L (the same number as mmol/L)", detail
    )
