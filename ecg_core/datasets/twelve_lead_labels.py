"""What each data set calls the six findings, and the broad classes that help in training."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.twelve_lead.types import FINDINGS, FindingCode

# PTB-XL's diagnostic superclasses (Wagner et al., Scientific Data 2020;7:154), known of PTB-XL alone.
SUPERCLASSES = ("NORM", "MI", "STTC", "CD", "HYP")

# The 2021 Challenge scores right bundle branch block and complete right bundle branch block as one (Reyna et al. 2021).
_BY_SNOMED: dict[str, FindingCode] = {
    "270492004": "1AVB",
    "59118001": "CRBBB",
    "713427006": "CRBBB",
    "164909002": "CLBBB",
    "733534002": "CLBBB",
    "164889003": "AFIB",
}
# Elsewhere every sinus rhythm below 60 is named so, in PTB-XL few above 50: such a label says nothing about this one.
_OTHERWISE_USED: tuple[FindingCode, ...] = ("SBRAD", "STACH")
_BY_ABBREVIATION: dict[str, FindingCode] = {  # the Challenge's, of PTB-XL's statements
    "IAVB": "1AVB",
    "CRBBB": "CRBBB",
    "LBBB": "CLBBB",
    "SB": "SBRAD",
    "AF": "AFIB",
    "STach": "STACH",
}
_BY_LUDB_WORDS: dict[str, FindingCode] = {
    "i degree av block": "1AVB",
    "complete right bundle branch block": "CRBBB",
    "complete left bundle branch block": "CLBBB",
    "atrial fibrillation": "AFIB",
}

Labels = NDArray[np.float32]


def from_scp(codes: str) -> Labels:
    """From PTB-XL's `scp_codes`, a dictionary as text: a statement counts whatever its likelihood, as in published results."""
    return _row(FINDINGS, set(ast.literal_eval(codes)))


def from_snomed(codes: Iterable[str]) -> Labels:
    """From SNOMED CT codes of the Challenge's headers."""
    return _without_rates(_row(FINDINGS, {_BY_SNOMED.get(code.strip(), "") for code in codes}))


def from_abbreviations(text: str) -> Labels:
    """From the Challenge's abbreviations, separated by semicolons."""
    return _row(FINDINGS, {_BY_ABBREVIATION.get(word, "") for word in text.split(";")})


def from_ludb(findings: str) -> Labels:
    """From LUDB's diagnoses, one a line."""
    lines = (line.strip().lower() for line in findings.splitlines())
    return _without_rates(_row(FINDINGS, {_BY_LUDB_WORDS.get(line, "") for line in lines}))


def superclasses_from_scp(codes: str, class_of_statement: Mapping[str, str]) -> Labels:
    """From PTB-XL's `scp_codes` and the diagnostic class of each statement."""
    return _row(SUPERCLASSES, {class_of_statement.get(code, "") for code in ast.literal_eval(codes)})


def diagnostic_classes(statements: pd.DataFrame) -> dict[str, str]:
    """The superclass of every diagnostic statement; `statements` is `scp_statements.csv` with the code as its index."""
    diagnostic = statements[statements["diagnostic"] == 1]
    return {str(code): str(name) for code, name in diagnostic["diagnostic_class"].items()}


def _without_rates(labels: Labels) -> Labels:
    labels[[FINDINGS.index(code) for code in _OTHERWISE_USED]] = np.nan
    return labels


def _row(names: Iterable[str], found: Collection[str]) -> Labels:
    return np.array([name in found for name in names], dtype=np.float32)
