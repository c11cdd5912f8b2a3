"""How the columns of result tables are shown: under clinicians' words, each number as precise as it is worth."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecg_core.evaluation.words import column_words

_SHARES = ("coverage", "prevalence", "sensitivity", "specificity", "ppv", "npv")


def result_columns(table: pd.DataFrame) -> dict[str, object]:
    """For `st.dataframe`: a heading for every column of a result table; what is saved keeps its own names."""
    return {str(name): _column(str(name), table[name]) for name in table.columns}


def _column(name: str, values: pd.Series) -> object:
    words = column_words(name)
    if not pd.api.types.is_numeric_dtype(values):
        return words
    if pd.api.types.is_integer_dtype(values):
        return st.column_config.NumberColumn(words, format="localized")
    if name.removesuffix("_low").removesuffix("_high") in _SHARES:
        return st.column_config.NumberColumn(words, format="percent")
    return st.column_config.NumberColumn(words, format="%+.2f" if name == "bias_meq_l" else "%.2f")
