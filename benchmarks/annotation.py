"""How fast beats and waves are found and how well, beside plain NeuroKit2.

    python -m benchmarks.annotation --ludb DIR

DIR holds LUDB 1.0.1 as released (200 records, 12 leads, 10 s, 500 Hz; every lead marked by hand;
PhysioNet, doi:10.13026/eegm-h675). A found wave counts when its peak lies within 150 ms of a marked
one of the same lead; waves outside the marked part of a record do not count. Plain NeuroKit2 is
`ecg_peaks` on lead II and `ecg_delineate(method="prominence")` on each lead with those peaks.
The multilead method's widths and slope shares were chosen on the odd records; whether there is a P, where T
may lie and what is noise were settled on all of them, so that no line below is a test on unseen data.
"""

from __future__ import annotations

import argparse
import re
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import neurokit2 as nk
import numpy as np
import wfdb
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.filtering.pipeline import filter_record
from ecg_core.leads import canonical_lead_name
from ecg_core.measurements.measure import measure
from ecg_core.record import ECGRecord

Marks = NDArray[np.float64]  # (waves, 3): onset, peak, offset in samples
Found = dict[str, dict[str, Marks]]  # by lead and wave
WAVES = {"P": "p", "QRS": "N", "T": "t"}
NEAR_MS = 150.0
TO_MS = 2.0  # LUDB is sampled at 500 Hz


def main() -> None:
    """Print a table of scores and the time that each part takes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ludb", type=Path, required=True, help="folder with the .hea files, or with data/")
    parser.add_argument("--every", type=int, default=1, help="take every nth record")
    arguments = parser.parse_args()
    folder = arguments.ludb / "data" if (arguments.ludb / "data").is_dir() else arguments.ludb
    paths = sorted(folder.glob("*.hea"), key=lambda path: int(path.stem))[:: arguments.every]
    records = {path.with_suffix(""): read(path.with_suffix("")) for path in paths}
    for title, chosen in (
        ("all records", records),
        ("even records only", {path: record for path, record in records.items() if int(path.stem) % 2 == 0}),
    ):
        print(f"\n{title}: {len(chosen)}")
        for name, method in (("Kalium, multilead", kalium), ("plain NeuroKit2", plain_neurokit)):
            report(name, chosen, method)
    time_parts(next(iter(records.values())))


def read(path: Path) -> ECGRecord:
    """One LUDB record, filtered."""
    found = wfdb.rdrecord(str(path))
    leads = tuple(canonical_lead_name(lead) or lead for lead in found.sig_name)
    return filter_record(ECGRecord(found.p_signal.T.astype(np.float32), float(found.fs), leads)).record


def manual(path: Path, lead: str) -> dict[str, Marks]:
    """The cardiologists' marks of one lead; a wave without all three is left out."""
    marks = wfdb.rdann(str(path), lead.lower())
    symbols = "".join(marks.symbol)
    return {
        wave: np.array(
            [marks.sample[m.start() : m.start() + 3] for m in re.finditer(rf"\({symbol}\)", symbols)],
            dtype=float,
        ).reshape(-1, 3)
        for wave, symbol in WAVES.items()
    }


def kalium(record: ECGRecord) -> Found:
    """The method "multilead", which needs no training; the default method is measured by `benchmarks.delineation`."""
    return {
        lead: {"P": waves.p, "QRS": waves.qrs, "T": waves.t}
        for lead, waves in annotate(record, "multilead").lead_waves.items()
    }


def plain_neurokit(record: ECGRecord) -> Found:
    """NeuroKit2 as its manual shows it, without any of the project's code; nothing where it raises."""
    found: Found = {}
    try:
        _, info = nk.ecg_peaks(record.lead_mv("II"), sampling_rate=record.fs_hz)
        r_peaks = info["ECG_R_Peaks"]
    except (ValueError, IndexError):
        return found
    for lead in record.leads:
        try:
            _, marks = nk.ecg_delineate(record.lead_mv(lead), r_peaks, record.fs_hz, method="prominence")
        except (ValueError, IndexError):
            continue
        qrs = (marks["ECG_R_Onsets"], r_peaks, marks["ECG_R_Offsets"])
        found[lead] = {"QRS": triples(*qrs)} | {
            wave: triples(*(marks[f"ECG_{wave}_{part}"] for part in ("Onsets", "Peaks", "Offsets")))
            for wave in ("P", "T")
        }
    return found


def triples(*columns: list[float]) -> Marks:
    """Columns that may differ in length as `(waves, 3)`."""
    n = min(len(column) for column in columns)
    return np.array([column[:n] for column in columns], dtype=float).T


def report(name: str, records: dict[Path, ECGRecord], method: Callable[[ECGRecord], Found]) -> None:
    """Print F1 of each wave and the errors of its onset and offset."""
    counts = {wave: np.zeros(3) for wave in WAVES}
    errors: dict[str, list[Marks]] = {wave: [] for wave in WAVES}
    seconds = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path, record in records.items():
            began = time.process_time()
            found = method(record)
            seconds += time.process_time() - began
            for lead in record.leads:
                truth = manual(path, lead)
                every = np.concatenate(list(truth.values()))
                for wave in WAVES:
                    marks = found.get(lead, {}).get(wave, np.zeros((0, 3)))
                    count, error = compare(truth[wave], marks, (every.min(), every.max()))
                    counts[wave] += count
                    errors[wave].append(error)
    print(f"{name:18} {1000 * seconds / len(records):6.1f} ms a record")
    for wave in WAVES:
        hits, extra, missed = counts[wave]
        error = np.concatenate(errors[wave])
        print(
            f"  {wave:4} F1 {2 * hits / (2 * hits + extra + missed):.4f}   onset {spread(error[:, 0])}"
            f"   offset {spread(error[:, 2])}"
        )


def compare(truth: Marks, found: Marks, marked: tuple[float, float]) -> tuple[Marks, Marks]:
    """(hits, extra, missed) of one lead, and the errors of the hits in ms; closest pairs first."""
    found = found[np.isfinite(found[:, 1])]
    distance = np.abs(np.subtract.outer(truth[:, 1], found[:, 1])) * TO_MS
    rows, columns = [], []
    while distance.size and distance.min() <= NEAR_MS:
        row, column = np.unravel_index(distance.argmin(), distance.shape)
        rows.append(row)
        columns.append(column)
        distance[row, :] = distance[:, column] = np.inf
    extra = np.delete(found, columns, axis=0)[:, 1]
    n_extra = ((extra >= marked[0]) & (extra <= marked[1])).sum()
    error = (found[columns] - truth[rows]) * TO_MS
    return np.array([len(rows), n_extra, len(truth) - len(rows)], dtype=float), error


def spread(errors_ms: Marks) -> str:
    """Mean and standard deviation."""
    known = errors_ms[np.isfinite(errors_ms)]
    return f"{known.mean():+6.1f} ± {known.std():4.1f} ms"


def time_parts(record: ECGRecord, repeats: int = 20) -> None:
    """Print the CPU time of each part for one 12-lead record of 10 s, and for half an hour of two leads."""
    annotation = annotate(record)
    cycles = cut_cycles(record, annotation)
    two = record.select(["II", "V5"])
    half_hour = two.with_signal(np.tile(two.signal_mv, (1, 180)))
    parts: tuple[tuple[str, Callable[[], object], int], ...] = (
        ("annotate", lambda: annotate(record), repeats),
        ("cut cycles", lambda: cut_cycles(record, annotation), repeats),
        ("measure", lambda: measure(annotation, record, cycles), repeats),
        ("annotate, 30 min of 2 leads", lambda: annotate(half_hour), 1),
    )
    print()
    for name, part, times in parts:
        began = time.process_time()
        for _ in range(times):
            part()
        print(f"{name:28} {1000 * (time.process_time() - began) / times:8.1f} ms")


if __name__ == "__main__":
    main()
