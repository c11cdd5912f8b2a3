"""Labelled ECGs as the arrays that 12-lead models are trained on, prepared once and kept in a folder.

They are written in parts, so that a preparation that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.datasets.twelve_lead_sources import DiagnosedECG
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord, complete_limb_leads
from ecg_core.twelve_lead.facts import measured_facts, median_beat
from ecg_core.twelve_lead.inputs import TwelveLeadInput, twelve_lead_input
from ecg_core.whole_files import replaced_at_once

PART_SIZE = 100
_MILLI = 1000.0  # signals are kept as int16 thousandths

Report = Callable[[str], None]
Measured = tuple[NDArray[Any], ...]  # signal, mask, beat and facts of one ECG


@dataclass(frozen=True, eq=False)
class PreparedTwelveLead:
    """n labelled ECGs.

    `signal` `(n, 12, 1000)` int16 and `beat` `(n, 12, 100)` int16, in thousandths of a lead's spread (`inputs`, `facts`);
    `mask` `(n, 12)` bool; `facts` `(n, len(FACTS))`, `findings` `(n, 6)`, `superclasses` `(n, 5)`, `age_years`,
    `female` `(n,)`: float32, NaN for what is not known; `fold` `(n,)`; `record_id`, `patient_id` (empty where not
    known) and `source` `(n,)` text.
    """

    signal: NDArray[np.int16]
    mask: NDArray[np.bool_]
    beat: NDArray[np.int16]
    facts: NDArray[np.float32]
    findings: NDArray[np.float32]
    superclasses: NDArray[np.float32]
    age_years: NDArray[np.float32]
    female: NDArray[np.float32]
    fold: NDArray[np.int64]
    record_id: NDArray[np.str_]
    patient_id: NDArray[np.str_]
    source: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.signal)

    def where(self, chosen: NDArray[np.bool_]) -> PreparedTwelveLead:
        """Only these ECGs."""
        return PreparedTwelveLead(*(getattr(self, item.name)[chosen] for item in fields(self)))


def prepare_twelve_lead(
    ecgs: Iterable[DiagnosedECG],
    folder: Path,
    report: Report = print,
    leads: Sequence[str] = STANDARD_LEADS,
) -> PreparedTwelveLead:
    """Filter, annotate and measure every ECG, unless `folder` already holds it; returns all of them.

    One that cannot be read or annotated is left out, and `report` is told. With fewer `leads` all is measured in these
    alone, and in the limb leads that two of them give, as in the program. Raises ECGError when there is no ECG.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, part in enumerate(batched_ecgs(ecgs)):
        path = folder / f"part-{number:04d}.npz"
        if not _holds(path, part):
            usable = list(_usable(part, leads, report))
            if not usable:
                continue
            _write(path, usable, part)
            report(f"{path.name}: {len(usable)} ECGs")
        paths.append(path)
    if not paths:
        raise ECGError("There are no labelled ECGs to prepare, or none of them could be read.")
    return load_prepared_parts(paths)


def load_twelve_lead_folder(folder: Path) -> PreparedTwelveLead:
    """What `prepare_twelve_lead` left in `folder`. Raises ECGError when there is nothing."""
    paths = sorted(folder.glob("part-*.npz"))
    if not paths:
        raise ECGError(f"{folder} holds no prepared 12-lead ECGs.")
    return load_prepared_parts(paths)


def load_prepared_parts(paths: Sequence[Path]) -> PreparedTwelveLead:
    """All parts as one."""
    parts = [_arrays(path) for path in paths]
    names = [item.name for item in fields(PreparedTwelveLead)]
    return PreparedTwelveLead(*(np.concatenate([part[name] for part in parts]) for name in names))


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def batched_ecgs(ecgs: Iterable[DiagnosedECG]) -> Iterator[list[DiagnosedECG]]:
    """The ECGs of each part."""
    part: list[DiagnosedECG] = []
    for ecg in ecgs:
        part.append(ecg)
        if len(part) == PART_SIZE:
            yield part
            part = []
    if part:
        yield part


def _holds(path: Path, part: Sequence[DiagnosedECG]) -> bool:
    """Whether a file was made of these ECGs."""
    if not path.is_file():
        return False
    with np.load(path, allow_pickle=False) as arrays:
        asked = arrays["asked" if "asked" in arrays else "record_id"]  # older parts left none out
    return asked.tolist() == [ecg.record_id for ecg in part]


def _usable(
    part: Iterable[DiagnosedECG], leads: Sequence[str], report: Report
) -> Iterator[tuple[DiagnosedECG, Measured]]:
    for ecg in part:
        try:
            yield ecg, _measured(ecg, leads)
        except ECGError as error:
            report(f"left out {ecg.record_id}: {error}")


def _write(
    path: Path, usable: Sequence[tuple[DiagnosedECG, Measured]], asked: Sequence[DiagnosedECG]
) -> None:
    """What is usable, and the names of all that were asked for."""
    part, measured = zip(*usable, strict=True)
    signal, mask, beat, facts = (np.stack(column) for column in zip(*measured, strict=True))
    with replaced_at_once(path) as unfinished, unfinished.open("wb") as file:
        np.savez(
            file,
            signal=_thousandths(signal),
            mask=mask,
            beat=_thousandths(beat),
            facts=facts,
            findings=np.stack([ecg.findings for ecg in part]),
            superclasses=np.stack([ecg.superclasses for ecg in part]),
            age_years=np.array([ecg.age_years for ecg in part], np.float32),
            female=np.array([ecg.female for ecg in part], np.float32),
            fold=np.array([ecg.fold for ecg in part]),
            record_id=np.array([ecg.record_id for ecg in part]),
            patient_id=np.array([ecg.patient_id or "" for ecg in part]),
            source=np.array([ecg.source for ecg in part]),
            asked=np.array([ecg.record_id for ecg in asked]),
        )


def _measured(ecg: DiagnosedECG, leads: Sequence[str]) -> Measured:
    """Signal, mask, beat and facts of one ECG, by the same steps as in the program."""
    record = ecg.read()
    if ecg.band_passed:
        inputs = _as_it_is(record)
    else:
        present = [name for name in leads if name in record.leads]
        record = filter_record(complete_limb_leads(record.select(present))).record
        inputs = twelve_lead_input(record)
    annotation = annotate(record)
    beat = median_beat(annotation, inputs)
    return inputs.signal[0], inputs.mask[0], beat, measured_facts(annotation, inputs, beat)


def _as_it_is(record: ECGRecord) -> TwelveLeadInput:
    there = np.ones((1, len(record.leads)), dtype=bool)
    return TwelveLeadInput(record.signal_mv[None], there, np.isfinite(record.signal_mv)[None])


def _thousandths(values: NDArray[np.float32]) -> NDArray[np.int16]:
    limits = np.iinfo(np.int16)
    return np.rint(values * _MILLI).clip(limits.min, limits.max).astype(np.int16)
