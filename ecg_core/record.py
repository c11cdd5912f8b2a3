"""`ECGRecord`: the one value that flows through the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecg_core.leads import LIMB_FROM_I_II, STANDARD_LEADS, limb_leads_from_pair

Sex = Literal["female", "male"]
DIGITIZED_PAGE = "digitized page"  # `Source.format` of a record that was printed on paper


@dataclass(frozen=True)
class Patient:
    """What the file says about the patient; None where it says nothing."""

    identifier: str | None = None
    age_years: float | None = None
    sex: Sex | None = None


@dataclass(frozen=True)
class Source:
    """Where a record came from."""

    name: str = "unnamed"  # for display only; never used as a path
    format: str = "memory"
    device: str | None = None


@dataclass(frozen=True, eq=False)
class ECGRecord:
    """One ECG recording.

    `signal_mv` is `(leads, samples)` float32 in millivolts, NaN where nothing was recorded or
    printed; it is read-only. A lead that was not recorded is absent from `leads`.
    `derived_leads` were computed by lead algebra from the others, `estimated_leads` were not recorded and only
    guessed from them (`twelve_lead.restore`); `simulated` says that the signal was altered by a simulation and is
    no patient's ECG.
    """

    signal_mv: NDArray[np.float32]
    fs_hz: float
    leads: tuple[str, ...]
    patient: Patient = Patient()
    recorded_at: datetime | None = None
    source: Source = Source()
    derived_leads: frozenset[str] = frozenset()
    simulated: bool = False
    notes: tuple[str, ...] = field(default=())
    estimated_leads: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        signal = np.ascontiguousarray(self.signal_mv, dtype=np.float32)
        if signal.ndim != 2 or signal.shape[0] != len(self.leads):
            raise ValueError(f"signal of shape {signal.shape} does not fit {len(self.leads)} leads")
        if len(set(self.leads)) != len(self.leads):
            raise ValueError(f"lead names repeat: {self.leads}")
        if not (np.isfinite(self.fs_hz) and self.fs_hz > 0):
            raise ValueError(f"sampling rate must be positive, not {self.fs_hz}")
        if signal is self.signal_mv:
            signal = signal.view()
        signal.flags.writeable = False
        object.__setattr__(self, "signal_mv", signal)

    @property
    def n_samples(self) -> int:
        return int(self.signal_mv.shape[1])

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.fs_hz

    def lead_mv(self, name: str) -> NDArray[np.float32]:
        """The samples of one lead, `(samples,)`. Raises KeyError if the record lacks it."""
        if name not in self.leads:
            raise KeyError(f"lead {name} is not in this record (it has {', '.join(self.leads)})")
        row: NDArray[np.float32] = self.signal_mv[self.leads.index(name)]
        return row

    def select(self, names: Sequence[str]) -> ECGRecord:
        """The same record with only these leads, in this order. Raises KeyError for an absent one."""
        signal = np.stack([self.lead_mv(name) for name in names])
        return replace(
            self,
            signal_mv=signal,
            leads=tuple(names),
            derived_leads=self.derived_leads & set(names),
            estimated_leads=self.estimated_leads & set(names),
        )

    def with_signal(self, signal_mv: NDArray[np.float32], fs_hz: float | None = None) -> ECGRecord:
        """The same record with other samples (filtered, resampled) for the same leads."""
        return replace(self, signal_mv=signal_mv, fs_hz=self.fs_hz if fs_hz is None else fs_hz)


def complete_limb_leads(record: ECGRecord) -> ECGRecord:
    """Add the limb leads that follow exactly from two recorded ones, marked as derived.

    They are derived from the two that share most samples. A record in which no two limb leads were
    recorded at the same time is returned as it is. Standard leads come out in the standard order,
    other leads after them.
    """
    recorded = [name for name in record.leads if name in LIMB_FROM_I_II]
    missing = [name for name in LIMB_FROM_I_II if name not in recorded]
    if len(recorded) < 2 or not missing:
        return record
    shared = {pair: _n_shared(record, *pair) for pair in combinations(recorded, 2)}
    first, second = max(shared, key=lambda pair: shared[pair])
    if not shared[first, second]:
        return record
    derived = limb_leads_from_pair(first, record.lead_mv(first), second, record.lead_mv(second))
    signals = {name: record.lead_mv(name) for name in record.leads}
    signals |= {name: derived[name] for name in missing}
    order = [name for name in STANDARD_LEADS if name in signals]
    order += [name for name in record.leads if name not in STANDARD_LEADS]
    return replace(
        record,
        signal_mv=np.stack([signals[name] for name in order]),
        leads=tuple(order),
        derived_leads=record.derived_leads | set(missing),
    )


def _n_shared(record: ECGRecord, first: str, second: str) -> int:
    """How many samples two leads have at the same time."""
    return int((np.isfinite(record.lead_mv(first)) & np.isfinite(record.lead_mv(second))).sum())
