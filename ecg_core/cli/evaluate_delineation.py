"""`evaluate delineation` and `evaluate beats`: found waves and beats against marks made by hand."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.methods import DEFAULT_METHOD, delineators
from ecg_core.annotation.types import PEAK, Annotation
from ecg_core.cli.progress import Progress
from ecg_core.datasets.ludb import LudbECG, read_ludb
from ecg_core.datasets.mitdb import MitdbECG, read_mitdb
from ecg_core.datasets.qtdb import QtdbECG, is_qtdb, read_qtdb
from ecg_core.errors import ECGError
from ecg_core.evaluation.beats import score_beats
from ecg_core.evaluation.delineation import BestLeadScores, LeadScores, marks_ms, p_share
from ecg_core.evaluation.fiducials import Tally, score_table
from ecg_core.filtering.pipeline import filter_record
from ecg_core.record import ECGRecord

_LEARNED_FROM_LUDB = (
    "The method 'learned' was trained on LUDB: this is no test on unseen records. The figures of its"
    " cross-validation stand in checkpoints/delineation/wave_net/card.json."
)


def run(arguments: argparse.Namespace) -> int:
    """Print the scores of one method on one database; returns the exit status."""
    method = arguments.method or DEFAULT_METHOD
    if method not in delineators():
        raise ECGError(f"There is no method {method}. Choose one of {', '.join(delineators())}.")
    if arguments.root is None:
        raise ECGError("Give the folder of marked ECGs with --root.")
    score = _beats if arguments.task == "beats" else _qtdb if is_qtdb(arguments.root) else _ludb
    print(score(arguments.root, method))
    return 0


def _ludb(root: Path, method: str) -> str:
    scores, fibrillation = LeadScores(), []
    records = 0
    for ecg in _each(read_ludb(root)):
        records += 1
        waves = _annotate(ecg.record, method).lead_waves
        leads = {lead: marks_ms(own, ecg.record.fs_hz) for lead, own in waves.items()}
        for lead, found in leads.items():
            scores.add(*ecg.truth_ms(lead), found)
        if ecg.fibrillates:
            fibrillation.append(p_share(leads.values()))
    p, qrs = (sum(column) for column in zip(*fibrillation, strict=True)) if fibrillation else (0, 0)
    parts = [
        f"LUDB, {records} records, every lead by its own marks, method {method}",
        _table(scores.tallies),
        f"Atrial fibrillation ({len(fibrillation)} records): P waves on {p} of {qrs} QRS complexes.",
    ]
    return "\n".join([*parts, _LEARNED_FROM_LUDB] if method == "learned" else parts)


def _qtdb(root: Path, method: str) -> str:
    scores, records = BestLeadScores(), 0
    for ecg in _each(read_qtdb(root)):
        records += 1
        fs_hz = ecg.record.fs_hz
        truth = {wave: places * (1000 / fs_hz) for wave, places in ecg.marks.waves.items()}
        scores.add(
            truth, [marks_ms(waves, fs_hz) for waves in _annotate(ecg.record, method).lead_waves.values()]
        )
    title = f"QT database, {records} records, marks of the first cardiologist, best lead for each mark, method {method}"
    return f"{title}\n{_table(scores.tallies)}\nThe predictive value of P and T is a lower limit; of QRS it is not known."


def _beats(root: Path, method: str) -> str:
    tally, records = Tally(), 0
    for ecg in _each(read_mitdb(root)):
        records += 1
        to_ms = 1000 / ecg.record.fs_hz
        flutter = [(start * to_ms, stop * to_ms) for start, stop in ecg.flutter]
        r_peaks = _annotate(ecg.record, method).waves.qrs[:, PEAK]
        score_beats(tally, ecg.beats * to_ms, r_peaks * to_ms, flutter)
    return f"{records} records, all beats of the whole record, method {method}\n{_table({'beat': tally})}"


def _annotate(record: ECGRecord, method: str) -> Annotation:
    return annotate(filter_record(record).record, method)


def _table(tallies: Mapping[str, Tally]) -> str:
    names = {"se": "Se %", "ppv": "P+ %", "f1": "F1 %", "mean_ms": "mean ms", "sd_ms": "SD ms"}
    table = score_table(tallies)
    table[["se", "ppv", "f1"]] *= 100
    for column in ("tp", "fp", "fn"):
        table[column] = table[column].astype("Int64")
    return table.rename(columns=names).to_string(index=False, na_rep="-", float_format="{:.2f}".format)


Marked = TypeVar("Marked", LudbECG, QtdbECG, MitdbECG)


def _each(ecgs: Iterator[Marked]) -> Iterator[Marked]:
    """The records, counted on standard error."""
    progress = Progress()
    for ecg in ecgs:
        progress.start(ecg.record_id)
        yield ecg
    progress.close()
