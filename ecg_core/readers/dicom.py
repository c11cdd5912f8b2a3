"""DICOM ECG waveforms (PS3.3 C.10.9), parsed in a child process under limits of memory and time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.child_process import run_in_child
from ecg_core.errors import (
    FileTooLargeError,
    MissingInformationError,
    UnreadableFileError,
    UnsupportedFormatError,
    damage_means,
)
from ecg_core.readers import dicom_child
from ecg_core.readers.inputs import ReadRequest
from ecg_core.readers.patient_facts import age_years, sex
from ecg_core.readers.recording import (
    MILLIVOLTS_PER_UNIT,
    MIN_DURATION_S,
    Channel,
    Recording,
    check_rate,
    lead_name,
    to_millivolts,
)
from ecg_core.record import Patient

# Bits allocated and sample interpretation (PS3.3 C.10.9.1.5) as little-endian number types.
_SAMPLE_TYPES = {(8, "SB"): "<i1", (8, "UB"): "<u1", (16, "SS"): "<i2", (16, "US"): "<u2", (32, "SL"): "<i4"}
# The last number of a lead's code in the schemes SCPECG ("5.6.3-9-62") and MDC ("2:62"), PS3.16 CID 3001.
_LEAD_CODE = re.compile(r"(?:5\.6\.3-9-|2:)(\d{1,3})")
_LEAD_OF_CODE = {1: "I", 2: "II", 3: "V1", 4: "V2", 5: "V3", 6: "V4", 7: "V5", 8: "V6"} | {
    61: "III", 62: "aVR", 63: "aVL", 64: "aVF",
}  # fmt: skip
# A value inside the normal range can be padding and signal alike: it counts only in runs this long.
_MIN_PADDING_S = 0.04

Group = Mapping[str, Any]


def read_dicom(request: ReadRequest) -> Recording:
    """Read the rhythm group of a DICOM ECG; other groups (median beats) are named in a note."""
    name = request.file.display_name
    answer, samples = _parse_in_child(request)
    groups: Sequence[Group] = answer["groups"]
    if not groups:
        raise UnsupportedFormatError(
            f"{name} is a DICOM file without an ECG waveform (modality {answer['Modality'][:10] or 'not stated'}). "
            "Export the ECG as a DICOM waveform, not as a picture or report."
        )
    chosen = max(range(len(groups)), key=lambda index: _preference(groups[index]))
    start = sum(group["n_bytes"] for group in groups[:chosen])
    return Recording(
        format="DICOM",
        channels=_channels(groups[chosen], samples[start : start + groups[chosen]["n_bytes"]], request),
        patient=Patient(
            answer["PatientID"] or None, age_years(answer["PatientAge"]), sex(answer["PatientSex"])
        ),
        recorded_at=_time(answer["AcquisitionDateTime"] or answer["ContentDate"] + answer["ContentTime"]),
        device=" ".join(filter(None, (answer["Manufacturer"], answer["ManufacturerModelName"]))) or None,
        notes=_notes(groups, chosen),
    )


def _parse_in_child(request: ReadRequest) -> tuple[dict[str, Any], bytes]:
    """What `dicom_child` says about the file: its description, and the sample bytes."""
    file = request.file
    answer = run_in_child(dicom_child.__file__, file.path, file.display_name, "DICOM ECG")
    description, _, samples = answer.partition(b"\n")
    return json.loads(description), samples


def _preference(group: Group) -> tuple[bool, bool, int, bool, float]:
    """Order of groups: long enough, as recorded, most leads, called rhythm, longest."""
    duration_s = group["n_samples"] / (group["fs_hz"] or np.inf)
    rhythm = "RHYTHM" in group["label"].upper()
    return (
        duration_s >= MIN_DURATION_S,
        group["originality"] == "ORIGINAL",
        group["n_channels"],
        rhythm,
        duration_s,
    )


def _notes(groups: Sequence[Group], chosen: int) -> tuple[str, ...]:
    others = [group["label"] or f"group {i + 1}" for i, group in enumerate(groups) if i != chosen]
    return (f"Left out, other waveforms in the file: {', '.join(others)[:200]}.",) if others else ()


def _channels(group: Group, data: bytes, request: ReadRequest) -> list[Channel]:
    """The channels of one group in millivolts: raw * sensitivity * correction + baseline."""
    name = request.file.display_name
    n_channels, n_samples = group["n_channels"], group["n_samples"]
    fs_hz = group["fs_hz"] or request.fs_hz
    if fs_hz is None:
        raise MissingInformationError(
            f"{name} does not state the sampling rate. Enter it in Hz.", needs="fs_hz"
        )
    if n_channels * n_samples > request.limits.samples:
        raise FileTooLargeError(f"{name} holds more samples than are read at once. Cut the recording.")
    check_rate(fs_hz)
    sample_type = _SAMPLE_TYPES.get((group["bits"], group["interpretation"]))
    if sample_type is None:
        raise UnsupportedFormatError(
            f"{name} stores its samples as {group['bits']} bit {group['interpretation'][:4]}, which is not read."
        )
    with damage_means(f"{name} holds fewer samples than it announces. It was cut off; export it again."):
        raw = (
            np.frombuffer(data, dtype=sample_type, count=n_channels * n_samples)
            .reshape(n_samples, n_channels)
            .T
        )
    missing = _is_padding(raw, bytes.fromhex(group["padding_hex"]), fs_hz)
    return [
        Channel(_label(channel), _scaled(raw[row], missing[row], channel, name), fs_hz)
        for row, channel in enumerate(group["channels"][:n_channels])
    ]


def _is_padding(raw: NDArray[Any], padding: bytes, fs_hz: float) -> NDArray[np.bool_]:
    """Where samples are the padding value; `raw` is `(channels, samples)`."""
    if len(padding) < raw.itemsize:
        return np.zeros(raw.shape, dtype=bool)
    value = np.frombuffer(padding, dtype=raw.dtype, count=1)[0]
    equal: NDArray[np.bool_] = raw == value
    limits = np.iinfo(raw.dtype)
    if value in (limits.min, limits.max):
        return equal
    for row in equal:
        row &= _runs(row, int(_MIN_PADDING_S * fs_hz))
    return equal


def _runs(mask: NDArray[np.bool_], min_length: int) -> NDArray[np.bool_]:
    """The runs of True that are at least `min_length` long."""
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    long_enough = np.zeros_like(mask)
    for start, stop in edges.reshape(-1, 2):
        long_enough[start:stop] = stop - start >= min_length
    return long_enough


def _scaled(
    raw: NDArray[Any], missing: NDArray[np.bool_], channel: Mapping[str, Any], name: str
) -> NDArray[np.float32]:
    factor = MILLIVOLTS_PER_UNIT.get(channel["unit"].lower())
    if channel["sensitivity"] is None or factor is None:
        raise UnreadableFileError(
            f"{name} does not state lead {_label(channel)} in mV, uV or V. Export it again."
        )
    gain = channel["sensitivity"] * (1.0 if channel["correction"] is None else channel["correction"])
    signal_mv = to_millivolts(raw * gain + (channel["baseline"] or 0.0), factor)
    signal_mv[missing] = np.nan
    return signal_mv


def _label(channel: Mapping[str, Any]) -> str:
    """The lead by the code of its source, else by the code's meaning, else by the channel's label."""
    code = _LEAD_CODE.fullmatch(channel["source"]["value"])
    if code and int(code[1]) in _LEAD_OF_CODE:
        return _LEAD_OF_CODE[int(code[1])]
    meaning = re.sub(r"\s*\(.*\)", "", channel["source"]["meaning"])
    for label in (meaning, channel["label"]):
        if lead_name(label):
            return str(label)
    return meaning or channel["label"] or "unnamed"


def _time(text: str) -> datetime | None:
    """A DICOM date and time, `YYYYMMDDHHMMSS` with anything after it ignored."""
    with suppress(ValueError):
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S")
    return None
