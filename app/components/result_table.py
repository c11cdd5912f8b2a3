"""Small tables that fit any screen: words wrap, a confidence interval stands under its value; saved in full."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app.components.downloads import csv_download
from ecg_core.evaluation.words import column_words

_LOW, _HIGH = "_low", "_high"
# Counts that stand under what they belong to.
_COUNTS = {"auc_hyper": "n_hyper", "auc_hypo": "n_hypo", "auc_severe": "n_severe"}
_SHARES = ("coverage", "prevalence", "sensitivity", "specificity", "ppv", "npv")
_THREE_DIGITS = ("auc", "auprc", "auroc", "pearson_r", "r", "linear_r", "gain")
_SIGNED = ("bias_meq_l", "gain")

Row = Mapping[Any, object]  # pandas calls its columns anything that can be hashed


def draw_result_table(
    table: pd.DataFrame, key: str, filename: str, *, origin: str = "", words: Mapping[str, str] | None = None
) -> None:
    """Draw `table`, its columns headed by `words` or those of `ecg_core.evaluation.words`; saved under its own names.

    `origin` says in every row of the saved file what the data were.
    """
    st.html(result_html(table, words or {}))
    csv_download(table.assign(data=origin) if origin else table, key=f"{key}_csv", filename=filename)


def headed_as_saved(table: pd.DataFrame) -> dict[str, str]:
    """The `words` of a table whose columns have names to read."""
    return {str(name): str(name) for name in table.columns}


def result_html(table: pd.DataFrame, words: Mapping[str, str]) -> str:
    """The table as HTML; what is text in it is escaped."""
    names = [str(name) for name in table.columns]
    under = {count for name, count in _COUNTS.items() if name in names}
    shown = [name for name in names if name not in under and not name.endswith((_LOW, _HIGH))]
    heads = "".join(f'<th scope="col">{escape(words.get(name) or column_words(name))}</th>' for name in shown)
    rows = "".join(_row(row, shown) for row in table.to_dict(orient="records"))
    return (
        f'<div class="kalium-table"><table class="kalium-readings"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(row: Row, shown: list[str]) -> str:
    first, *others = shown
    cells = "".join(f"<td{_wrapping(row[name])}>{_cell(row, name)}</td>" for name in others)
    return f'<tr><th scope="row">{_cell(row, first)}</th>{cells}</tr>'


def _wrapping(value: object) -> str:
    return ' class="kalium-wraps"' if isinstance(value, str) else ""


def _cell(row: Row, name: str) -> str:
    """A value, under it its interval and the number of ECGs that it rests on."""
    value = _text(name, row[name])
    low, high = (row.get(f"{name}{end}") for end in (_LOW, _HIGH))
    if isinstance(low, float) and np.isfinite(low):
        between = " to " if name in _SIGNED else "–"
        value += f"<small>{_text(name, low)}{between}{_text(name, high)}</small>"
    count = row.get(_COUNTS.get(name))
    return value if count is None else f"{value}<small>n = {_text(name, count)}</small>"


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(value, float) or not np.isfinite(value):
        return "–"
    if name == "value" and value.is_integer():  # one column for counts and measures
        return f"{value:,.0f}"
    if name in _SHARES:
        return f"{value:.1%}"
    digits = 3 if name.startswith("auc") or name in _THREE_DIGITS else 2
    return f"{value:{'+' if name in _SIGNED else ''}.{digits}f}".replace("-", "\u2212")
