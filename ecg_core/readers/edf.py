"""EDF and EDF+ (https://www.edfplus.info/specs/), continuous or with gaps, by edfio."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import edfio
import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import FileTooLargeError, MissingInformationError, UnreadableFileError, damage_means
from ecg_core.readers.inputs import ReadRequest
from ecg_core.readers.patient_facts import plausible_age, sex
from ecg_core.readers.recording import MILLIVOLTS_PER_UNIT, Channel, Recording, lead_name, to_millivolts
from ecg_core.record import Patient

_DAYS_PER_YEAR = 365.25
_HEADER_BYTES = 256
_N_RECORDS_FIELD = slice(236, 244)
_ONSET = re.compile(rb"[+-]\d{1,9}(\.\d{1,9})?(?=\x14)")


def read_edf(request: ReadRequest) -> Recording:
    """Read the channels that are ECG leads by their labels."""
    name = request.file.display_name
    with damage_means(f"{name} is not a complete EDF file. Export the recording again."):
        edf = edfio.read_edf(request.file.path, header_encoding="latin-1")
        announced = int(request.file.head(_HEADER_BYTES)[_N_RECORDS_FIELD])  # -1: not known when written
        if edf.num_data_records < announced:
            raise UnreadableFileError(f"{name} was cut off: its end is missing. Copy the file again.")
        signals = [signal for signal in edf.signals if lead_name(signal.label)]
        labels = [signal.label for signal in edf.signals]
        starts_s = _record_starts_s(edf)
        _check_extent(signals, starts_s, edf.data_record_duration, request)
    if not signals:
        raise UnreadableFileError(
            f"No channel of {name} is named like an ECG lead; it holds: {', '.join(labels)[:200]}."
        )
    with damage_means(f"The samples of {name} are damaged. Export the recording again."):
        channels = [_channel(signal, starts_s, edf.data_record_duration, request) for signal in signals]
    others = [label for label in labels if lead_name(label) is None]
    return Recording(
        format="EDF",
        channels=channels,
        patient=_patient(edf),
        recorded_at=_recorded_at(edf),
        notes=(f"Left out, as no ECG leads: {', '.join(others)[:200]}.",) if others else (),
    )


def _record_starts_s(edf: edfio.Edf) -> NDArray[np.float64]:
    """When each data record starts, in seconds after the first; only EDF+ files with gaps say it."""
    if edf.reserved.startswith("EDF+D"):
        stamps = edf._timekeeping_signal
        rows = stamps.digital.reshape(edf.num_data_records, -1)
        onsets = [float(match[0]) if (match := _ONSET.match(row.tobytes())) else np.nan for row in rows]
        starts_s = np.array(onsets)
        if not np.all(np.diff(starts_s) > 0):
            raise ValueError("data records without ascending times")
        return np.asarray(starts_s - starts_s[0])
    return np.arange(edf.num_data_records) * float(edf.data_record_duration)


def _check_extent(
    signals: Sequence[edfio.EdfSignal],
    starts_s: NDArray[np.float64],
    record_s: float,
    request: ReadRequest,
) -> None:
    """Refuse files whose gaps would have to be filled with more samples than are allowed."""
    end_s = float(starts_s[-1]) + record_s if starts_s.size else 0.0
    if sum(end_s * signal.sampling_frequency for signal in signals) > request.limits.samples:
        raise FileTooLargeError(
            f"{request.file.display_name} spans too long a time. Cut out the part of interest."
        )


def _channel(
    signal: edfio.EdfSignal, starts_s: NDArray[np.float64], record_s: float, request: ReadRequest
) -> Channel:
    """One signal in millivolts on an even time axis, NaN between data records that are not contiguous."""
    factor = _millivolts_per_unit(signal, request)
    if signal.digital_min >= signal.digital_max or signal.physical_min == signal.physical_max:
        raise UnreadableFileError(f"Channel {signal.label} has no calibration in the file. Export it again.")
    fs_hz, per_record = signal.sampling_frequency, signal.samples_per_data_record
    recorded_mv = to_millivolts(signal.data, factor).reshape(-1, per_record)
    firsts = np.rint(starts_s * fs_hz).astype(int)
    on_axis_mv = np.full(firsts[-1] + per_record if firsts.size else 0, np.nan, dtype=np.float32)
    for first, samples_mv in zip(firsts, recorded_mv, strict=True):
        on_axis_mv[first : first + per_record] = samples_mv
    return Channel(signal.label, on_axis_mv, fs_hz)


def _millivolts_per_unit(signal: edfio.EdfSignal, request: ReadRequest) -> float:
    unit = signal.physical_dimension.strip() or request.unit
    if unit is None:
        raise MissingInformationError(
            f"{request.file.display_name} does not state the unit of {signal.label}. Choose mV or uV.",
            needs="unit",
        )
    factor = MILLIVOLTS_PER_UNIT.get(unit.lower())
    if factor is None:
        raise UnreadableFileError(
            f"Channel {signal.label} is in {unit}, not in mV, uV or V. Export it in one of them."
        )
    return factor


def _recorded_at(edf: edfio.Edf) -> datetime | None:
    with suppress(ValueError, IndexError, OverflowError):  # anonymised files hold no valid date
        started_at: datetime = edf.startdatetime
        return started_at
    return None


def _patient(edf: edfio.Edf) -> Patient:
    """Code, sex and age of an EDF+ header; plain EDF has no fields for them."""
    if not edf.reserved.startswith("EDF+"):
        return Patient()
    code, stated_sex, age_years = None, None, None
    with suppress(ValueError, IndexError):
        code, stated_sex = edf.patient.code, sex(edf.patient.sex)
    with suppress(ValueError, IndexError, OverflowError):
        age_years = plausible_age((edf.startdate - edf.patient.birthdate).days // _DAYS_PER_YEAR)
    return Patient(identifier=None if code == "X" else code, age_years=age_years, sex=stated_sex)
