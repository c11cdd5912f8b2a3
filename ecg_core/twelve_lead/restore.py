"""Twelve leads from fewer: what was recorded, what follows exactly from it, and what can only be estimated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ecg_core.errors import CheckpointError, SignalError
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.filtering.resample import resample
from ecg_core.leads import INDEPENDENT_LEADS, LIMB_FROM_I_II, LIMB_LEADS, STANDARD_LEADS
from ecg_core.models.twelve_lead.u_resnet import FS_HZ, STRIDE, UResNet
from ecg_core.network_files import NETWORKS, card_of, load_into
from ecg_core.record import ECGRecord, complete_limb_leads

BUNDLED = NETWORKS / "twelve_lead" / "restoration"

_BLOCK, _OVERLAP = 3840, 256  # samples at 125 Hz: about 30 s, faded into each other over 2 s
_LEAST_SHARE = (
    0.8  # of the samples of the fullest lead; one with fewer, as on a page of short strips, is no input
)
_LEAST_LOW_R = 0.7  # below it half of how the true lead varies, or more, is not in the estimate (r squared)
_LEADS_SPLIT = ","  # between the names of a set of leads in the card

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Expected:
    """Correlation of a restored lead with the true one over test records: the median, and what one in ten falls below."""

    r: float
    low_r: float

    @property
    def poor(self) -> bool:
        """Whether one estimate in ten misses half of what the true lead shows, or it was not tested."""
        return not self.low_r >= _LEAST_LOW_R


@dataclass(frozen=True, eq=False)
class Restorer:
    """The network, and how well it restores: by set of measured leads, the `Expected` of each lead over test records."""

    model: UResNet
    tested: Mapping[frozenset[str], Mapping[str, Expected]]

    def expected(self, measured: Sequence[str], lead: str) -> Expected:
        """At least what is to be expected of a restored lead; NaN where no set that was tested is part of the measured leads.

        More leads restore no worse than some of them, so the best tested set among the measured leads counts.
        """
        known = [of_lead for leads, of_lead in self.tested.items() if leads <= set(measured)]
        found = [of_lead[lead] for of_lead in known if lead in of_lead]
        return max(found, key=lambda row: row.r, default=Expected(np.nan, np.nan))


@dataclass(frozen=True, eq=False)
class RestoredLeads:
    """All twelve leads, and where each comes from.

    `record` names the derived ones in `derived_leads` and the estimated ones in `estimated_leads`; an estimate is missing (NaN) where a lead that it
    rests on is. `expected`: how well each estimated lead was restored in test records.
    Estimates are nearer to the usual than the patient's own leads are: they are no ground for a diagnosis.
    """

    record: ECGRecord
    measured: tuple[str, ...]
    derived: tuple[str, ...]
    estimated: tuple[str, ...]
    expected: dict[str, Expected]

    @property
    def poor(self) -> tuple[str, ...]:
        """The estimated leads that may be quite wrong."""
        return tuple(lead for lead, expected in self.expected.items() if expected.poor)


@cache
def bundled_restorer() -> Restorer:
    """The network that comes with the program. Raises CheckpointError when it cannot be read."""
    return load_restorer(BUNDLED)


def load_restorer(folder: Path) -> Restorer:
    """Read a network and its card. Raises CheckpointError when they cannot be read or don't fit."""
    rows = card_of(folder).get("expected")
    if not isinstance(rows, dict):
        raise CheckpointError(
            f"The card of the network {folder.name} does not say how well it restores leads."
        )
    tested = {
        frozenset(leads.split(_LEADS_SPLIT)): {lead: Expected(*row) for lead, row in of_lead.items()}
        for leads, of_lead in rows.items()
    }
    return Restorer(load_into(UResNet(), folder), tested)


def set_name(leads: Sequence[str]) -> str:
    """How the card names a set of measured leads: `I,II,V2,V5`."""
    return _LEADS_SPLIT.join(leads)


def measured_mask(leads: Sequence[str]) -> NDArray[np.bool_]:
    """`(8,)`: which of the independent leads are among these."""
    return np.array([lead in leads for lead in INDEPENDENT_LEADS])


def restore(filtered: ECGRecord, restorer: Restorer) -> RestoredLeads:
    """The leads of a filtered record as they are, and the rest of the twelve; any rate and length.

    Limb leads that follow from two recorded ones are derived. Leads other than the twelve are left out. Raises
    SignalError when none of I, II, V1-V6 was recorded or can be derived.
    """
    complete = complete_limb_leads(filtered)
    recorded = {lead: int(np.isfinite(complete.lead_mv(lead)).sum()) for lead in complete.leads}
    known = [lead for lead in STANDARD_LEADS if recorded.get(lead, 0)]
    enough = _LEAST_SHARE * max((recorded[lead] for lead in known), default=0)
    inputs = [lead for lead in INDEPENDENT_LEADS if lead in known and recorded[lead] >= enough]
    if not inputs:
        raise SignalError(
            "Leads can be estimated only from an ECG that has one of I, II, V1-V6, or two limb leads."
        )
    signals = {lead: complete.lead_mv(lead) for lead in known}
    absent = [lead for lead in STANDARD_LEADS if lead not in known]
    estimates = _with_limb_leads(_estimate(complete.select(inputs), restorer.model)) if absent else {}
    signals |= {lead: estimates[lead] for lead in absent}
    derived = tuple(lead for lead in STANDARD_LEADS if lead in complete.derived_leads and lead in known)
    record = replace(
        filtered,
        signal_mv=np.stack([signals[lead] for lead in STANDARD_LEADS]),
        leads=STANDARD_LEADS,
        derived_leads=frozenset(derived),
        estimated_leads=filtered.estimated_leads | set(absent),
    )
    return RestoredLeads(
        record,
        tuple(lead for lead in STANDARD_LEADS if lead in known and lead not in derived),
        derived,
        tuple(absent),
        {lead: restorer.expected(inputs, lead) for lead in absent},
    )


def estimate_leads(signal_mv: Floats, fs_hz: float, measured: NDArray[np.bool_], model: UResNet) -> Floats:
    """The eight independent leads `(8, samples)` from those that were `measured` `(8,)`; all are estimated where one is missing (NaN).

    Least squares works at the record's own rate; what it misses is found at 125 Hz.
    """
    bridged, missing = bridge_gaps(np.where(measured[:, None], signal_mv, 0.0))
    shown = torch.from_numpy(measured[None])
    with torch.inference_mode():
        weights = model.linear(shown)[0].numpy().astype(np.float64)
    linear_mv = weights @ bridged
    missed_mv = _missed(resample(linear_mv, fs_hz, FS_HZ), shown, model)
    fine = resample(missed_mv, FS_HZ, fs_hz)
    n = min(fine.shape[1], linear_mv.shape[1])
    linear_mv[:, :n] += fine[:, :n]
    linear_mv[:, missing.any(axis=0)] = np.nan
    return linear_mv.astype(np.float32)


def _estimate(inputs: ECGRecord, model: UResNet) -> dict[str, Floats]:
    measured = measured_mask(inputs.leads)
    signal_mv = np.zeros((len(INDEPENDENT_LEADS), inputs.n_samples), dtype=np.float32)
    signal_mv[measured] = inputs.signal_mv
    return dict(zip(INDEPENDENT_LEADS, estimate_leads(signal_mv, inputs.fs_hz, measured, model), strict=True))


def _with_limb_leads(leads: dict[str, Floats]) -> dict[str, Floats]:
    limb = {
        name: (a * leads["I"] + b * leads["II"]).astype(np.float32) for name, (a, b) in LIMB_FROM_I_II.items()
    }
    return limb | {name: samples for name, samples in leads.items() if name not in LIMB_LEADS}


@torch.inference_mode()
def _missed(linear_mv: Floats, measured: torch.Tensor, model: UResNet) -> Floats:
    """What least squares misses, `(8, samples)` at 125 Hz, block by block."""
    samples = linear_mv.shape[1]
    missed = np.zeros_like(linear_mv)
    for first, weight in _blocks(samples):
        piece = linear_mv[:, first : first + weight.size]
        padded = np.pad(piece, ((0, 0), (0, -weight.size % STRIDE)))
        answer = model.missed(torch.from_numpy(padded[None]), measured)[0].numpy()
        missed[:, first : first + weight.size] += answer[:, : weight.size] * weight
    return missed


def _blocks(samples: int) -> Iterator[tuple[int, Floats]]:
    """Where each block begins and the weight of its samples; the weights of overlapping blocks add up to one."""
    step = _BLOCK - _OVERLAP
    rise = ((np.arange(_OVERLAP) + 0.5) / _OVERLAP).astype(np.float32)
    first = 0
    while True:
        last = first + _BLOCK >= samples
        weight = np.ones(samples - first if last else _BLOCK, dtype=np.float32)
        if first:
            weight[:_OVERLAP] = rise[: weight.size]
        if not last:
            weight[-_OVERLAP:] = rise[::-1]
        yield first, weight
        if last:
            return
        first += step
