"""From the channels of any format to a checked `ECGRecord`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import SignalError
from ecg_core.leads import canonical_lead_name
from ecg_core.record import ECGRecord, Patient, Source, complete_limb_leads

MIN_DURATION_S = 2.0
MIN_RATE_HZ = 50.0
MAX_RATE_HZ = 10_000.0
MAX_CHANNELS = 256

MILLIVOLTS_PER_UNIT = {"mv": 1.0, "uv": 1e-3, "\u00b5v": 1e-3, "\u03bcv": 1e-3, "v": 1e3, "nv": 1e-6}

# Leads outside the standard twelve: modified limb leads, posterior and right chest leads, Frank and
# bipolar chest leads, and the bare "ECG", "EKG 2" of monitors.
_OTHER_LEAD = re.compile(
    r"^(ml(i{1,3}|[1-3])|v[7-9]|v[3-9]r|cm5|cs5|cc5|v[xyz]|es|as|ai|(ecg|ekg)[\s_-]*\d*)$", re.I
)


@dataclass(frozen=True, eq=False)
class Channel:
    """One channel as a file holds it: its label, samples in millivolts `(samples,)`, and rate."""

    label: str
    signal_mv: NDArray[np.float32]
    fs_hz: float


@dataclass(frozen=True)
class Recording:
    """What a reader found in a file."""

    format: str
    channels: Sequence[Channel]
    patient: Patient = field(default_factory=Patient)
    recorded_at: datetime | None = None
    device: str | None = None
    simulated: bool = False  # the file says that a simulation altered the signal
    notes: tuple[str, ...] = ()
    estimated_leads: frozenset[str] = frozenset()  # the file says that these were not recorded


def lead_name(label: str) -> str | None:
    """The name of the ECG lead that a channel's label means, or None if it means none."""
    bare = re.sub(r"^(ecg|ekg|lead)[\s_:-]+(?=\S*[a-z])", "", label.strip(), flags=re.I)
    return canonical_lead_name(label) or (bare if _OTHER_LEAD.match(bare) else None)


def to_millivolts(values: NDArray[Any], millivolts_per_unit: float) -> NDArray[np.float32]:
    """Values of any unit as millivolts; what is not finite, or too large for float32, becomes NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        signal_mv: NDArray[np.float32] = np.multiply(values, millivolts_per_unit).astype(np.float32)
    signal_mv[~np.isfinite(signal_mv)] = np.nan
    return signal_mv


def to_record(recording: Recording, name: str) -> ECGRecord:
    """Join the channels of one rate into a record, derive limb leads, and check that it is usable.

    Raises SignalError when there is nothing an ECG could be read from.
    """
    if len(recording.channels) > MAX_CHANNELS:
        raise SignalError(
            f"The file holds more than {MAX_CHANNELS} ECG channels. Export the leads of one ECG."
        )
    channels, notes = _recorded(recording.channels)
    for channel in channels:
        check_rate(channel.fs_hz)
    channels, rate_notes = _of_one_rate(channels)
    record = ECGRecord(
        signal_mv=np.stack([channel.signal_mv for channel in channels]),
        fs_hz=channels[0].fs_hz,
        leads=_distinct([lead_name(channel.label) or channel.label for channel in channels]),
        patient=recording.patient,
        recorded_at=recording.recorded_at,
        source=Source(name=name, format=recording.format, device=recording.device),
        simulated=recording.simulated,
        notes=recording.notes + notes + rate_notes,
        estimated_leads=recording.estimated_leads,
    )
    _check_usable(record)
    return complete_limb_leads(record)


def _recorded(channels: Sequence[Channel]) -> tuple[list[Channel], tuple[str, ...]]:
    """Channels that hold at least one number, and a note on the others."""
    if not channels or all(channel.signal_mv.size == 0 for channel in channels):
        raise SignalError("The file holds no ECG samples. Export the recording again.")
    filled = [channel for channel in channels if np.isfinite(channel.signal_mv).any()]
    if not filled:
        raise SignalError("Every sample in the file is marked as missing. Export the recording again.")
    empty = [channel.label for channel in channels if channel not in filled]
    return filled, (f"Left out, as nothing was recorded: {', '.join(empty)}.",) if empty else ()


def _of_one_rate(channels: Sequence[Channel]) -> tuple[list[Channel], tuple[str, ...]]:
    """The channels of the commonest rate (the higher one on a tie), and a note on the others."""
    counts = Counter(channel.fs_hz for channel in channels)
    chosen_hz = max(counts, key=lambda fs_hz: (counts[fs_hz], fs_hz))
    others = [channel.label for channel in channels if channel.fs_hz != chosen_hz]
    note = f"Left out, as not sampled at {chosen_hz:g} Hz: {', '.join(others)}."
    return [channel for channel in channels if channel.fs_hz == chosen_hz], (note,) if others else ()


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names with repetitions numbered: II, II (2)."""
    distinct: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in distinct:
            number += 1
            candidate = f"{name} ({number})"
        distinct.append(candidate)
    return tuple(distinct)


def check_rate(fs_hz: float) -> None:
    """Raise SignalError for a rate that no ECG has."""
    if not MIN_RATE_HZ <= fs_hz <= MAX_RATE_HZ:
        raise SignalError(
            f"The file states {fs_hz:g} samples per second; an ECG has "
            f"{MIN_RATE_HZ:g} to {MAX_RATE_HZ:g}. Check the sampling rate."
        )


def _check_usable(record: ECGRecord) -> None:
    if record.duration_s < MIN_DURATION_S:
        raise SignalError(
            f"The recording lasts {record.duration_s:.2g} s ({record.n_samples} samples per lead); "
            f"at least {MIN_DURATION_S:g} s are needed."
        )
    if np.nanmax(np.nanmax(record.signal_mv, axis=1) - np.nanmin(record.signal_mv, axis=1)) == 0:
        raise SignalError("Every lead is a flat line: nothing was recorded. Check electrodes and export.")
