"""WFDB records: a text header (`.hea`) and the signal files it names (`.dat`, `.mat`).

The header is written anew with generated file names, beside links of those names to the signal
files. Whatever names a header holds, wfdb so never opens anything but those links.
Format: https://physionet.org/physiotools/wag/header-5.htm
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import wfdb

from ecg_core.errors import (
    FileTooLargeError,
    MissingInformationError,
    UnreadableFileError,
    UnsupportedFormatError,
    damage_means,
)
from ecg_core.leads import canonical_lead_name
from ecg_core.readers.inputs import InputFile, ReadRequest
from ecg_core.readers.patient_facts import age_years, sex
from ecg_core.readers.recording import (
    MAX_CHANNELS,
    MILLIVOLTS_PER_UNIT,
    Channel,
    Recording,
    lead_name,
    to_millivolts,
)
from ecg_core.readers.sniffing import decode_text
from ecg_core.record import DIGITIZED_PAGE, Patient

_MAX_HEADER_BYTES = 1_000_000
# The uncompressed formats that wfdb reads from any position.
_BYTES_PER_SAMPLE = {
    "16": 2.0, "24": 3.0, "32": 4.0, "61": 2.0, "80": 1.0, "160": 2.0, "212": 1.5, "310": 4 / 3, "311": 4 / 3,
}  # fmt: skip
_FACT = re.compile(
    r"^#\s*<?(?P<key>age|sex|gender|dx|simulated|digitized|estimated leads)>?\s*:\s*(?P<value>.+?)\s*$",
    re.IGNORECASE,
)
_RECORD_NAME = "record"


def read_wfdb(request: ReadRequest) -> Recording:
    """Read the record whose header is `request.file`."""
    name = request.file.display_name
    text = _header_text(request)
    lines = _header_lines(text, name)
    signal_files = _signal_files(lines, request)
    record_path = _write_links(request.workspace, lines, signal_files)
    with damage_means(f"The header {name} is not a valid WFDB header. Export the record again."):
        header = wfdb.rdheader(record_path)
    _check_extent(header, signal_files, request)
    with damage_means(f"The signal files of {name} are damaged. Export the record again."):
        record = wfdb.rdrecord(record_path, smooth_frames=False)
    channels, notes = _channels(record, name, _rate_hz(lines, request))
    facts = _facts(text)
    return Recording(
        format=DIGITIZED_PAGE if "digitized" in facts else "WFDB",
        channels=channels,
        patient=_patient(facts),
        recorded_at=record.base_datetime,
        simulated="simulated" in facts,
        notes=_fact_notes(facts) + notes + _calibration_notes(lines),
        estimated_leads=frozenset(re.findall(r"[^\s,]+", facts.get("estimated leads", ""))),
    )


def _header_text(request: ReadRequest) -> str:
    if request.file.size > _MAX_HEADER_BYTES:
        raise FileTooLargeError(f"The header {request.file.display_name} is too large to be a WFDB header.")
    return decode_text(request.file.head(_MAX_HEADER_BYTES))


def _header_lines(text: str, name: str) -> list[list[str]]:
    """The record line and the signal lines, each cut at white space. Comments are left out."""
    stripped = (line.strip() for line in text.splitlines())
    lines = [line.split() for line in stripped if line and not line.startswith("#")]
    record_line, signal_lines = lines[0], lines[1:]
    if "/" in record_line[0]:
        raise UnsupportedFormatError(
            f"{name} describes a recording in several segments, which is not read yet. Choose one of its segments."
        )
    n_signals = int(record_line[1]) if len(record_line) > 1 and record_line[1].isdecimal() else 0
    if n_signals == 0 or n_signals > MAX_CHANNELS or len(signal_lines) < n_signals:
        raise UnreadableFileError(
            f"The header {name} announces {n_signals} signals and describes {len(signal_lines)}. "
            "It is incomplete; export the record again."
        )
    return [record_line, *signal_lines[:n_signals]]


def _signal_files(lines: Sequence[Sequence[str]], request: ReadRequest) -> dict[str, InputFile]:
    """The signal files by the name the header gives them, in the header's order."""
    header_name = request.file.display_name
    files: dict[str, InputFile] = {}
    for name in dict.fromkeys(line[0] for line in lines[1:]):
        if "/" in name or "\\" in name:
            raise UnreadableFileError(
                f"The header {header_name} names a signal file in another folder, which is not opened. "
                "Put header and signal file side by side."
            )
        if (file := request.companion(name)) is None:
            raise UnreadableFileError(
                f"The header {header_name} names the signal file {name[:80]}, which is missing. "
                "Choose header and signal file together."
            )
        files[name] = file
    return files


def _write_links(folder: Path, lines: Sequence[Sequence[str]], files: Mapping[str, InputFile]) -> str:
    """Write the header under generated names, link those names to the signal files; returns the record's path."""
    link_names = {name: f"signal{number}" for number, name in enumerate(files)}
    record_line = lines[0][:3] if lines[0][3:4] == ["0"] else lines[0]  # length 0: as long as the file
    header = [[_RECORD_NAME, *record_line[1:]]] + [[link_names[line[0]], *line[1:]] for line in lines[1:]]
    text = "\n".join(" ".join(line) for line in header)
    (folder / f"{_RECORD_NAME}.hea").write_text(text, encoding="ascii", errors="ignore")
    for name, file in files.items():
        (folder / link_names[name]).symlink_to(file.path.resolve())
    return str(folder / _RECORD_NAME)


def _check_extent(header: wfdb.Record, files: Mapping[str, InputFile], request: ReadRequest) -> None:
    """Refuse, before any sample is read, headers that ask for more than there is or than is allowed."""
    name = request.file.display_name
    unknown = sorted(set(header.fmt) - set(_BYTES_PER_SAMPLE))
    if unknown:
        raise UnsupportedFormatError(f"{name} uses the WFDB storage format {unknown[0]}, which is not read.")
    n_frames = header.sig_len or 0
    if n_frames * sum(header.samps_per_frame) > request.limits.samples:
        raise FileTooLargeError(
            f"The header {name} asks for {n_frames} samples of {header.n_sig} signals, more than is read at once. "
            "Cut the recording, or check the header."
        )
    if any((skew or 0) > n_frames for skew in header.skew):
        raise UnreadableFileError(f"The header {name} shifts a signal by more than its length.")
    for number, file in enumerate(files.values()):
        signals = [i for i in range(header.n_sig) if header.file_name[i] == f"signal{number}"]
        per_frame = sum(header.samps_per_frame[i] for i in signals)
        needed = int(n_frames * per_frame * _BYTES_PER_SAMPLE[header.fmt[signals[0]]])
        if file.size < needed + (header.byte_offset[signals[0]] or 0):
            raise UnreadableFileError(
                f"The signal file {file.display_name} is shorter than {name} says ({file.size} of {needed} bytes). "
                "It was cut off; copy it again."
            )


def _rate_hz(lines: Sequence[Sequence[str]], request: ReadRequest) -> float:
    """Frames per second of the record line, or what the user says where it has none."""
    if len(lines[0]) > 2:
        with damage_means(f"The header {request.file.display_name} states no valid sampling rate."):
            return float(lines[0][2].split("/")[0])
    if request.fs_hz is None:
        raise MissingInformationError(
            f"The header {request.file.display_name} does not state the sampling rate. Enter it.",
            needs="fs_hz",
        )
    return request.fs_hz


def _channels(record: wfdb.Record, name: str, frames_hz: float) -> tuple[list[Channel], tuple[str, ...]]:
    """The ECG channels in millivolts, and a note on those left out."""
    kept, left_out = [], []
    labels = [label or f"signal {number}" for number, label in enumerate(record.sig_name, start=1)]
    named = any(lead_name(label) for label in labels)
    for number, label in enumerate(labels):
        factor = MILLIVOLTS_PER_UNIT.get(record.units[number].lower())
        if factor is None and canonical_lead_name(label):
            raise UnreadableFileError(
                f"{name} gives lead {label} in {record.units[number][:20]}, not in mV, uV or V. Export it in mV."
            )
        if factor is None or (named and lead_name(label) is None):
            left_out.append(label)
            continue
        samples_mv = to_millivolts(record.e_p_signal[number], factor)
        kept.append(Channel(label, samples_mv, frames_hz * record.samps_per_frame[number]))
    if not kept:
        raise UnreadableFileError(f"{name} holds no ECG, only: {', '.join(left_out)[:200]}.")
    return kept, (f"Left out, as no ECG leads: {', '.join(left_out)}.",) if left_out else ()


def _calibration_notes(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """WFDB reads a gain that is absent or 0 as 200 units per mV, which is no calibration."""
    if all(len(line) > 2 and re.match(r"-?0*\.?0*[1-9]", line[2]) for line in lines[1:]):
        return ()
    return ("The header states no gain for some leads: their amplitudes are not calibrated.",)


def _facts(text: str) -> dict[str, str]:
    """Comments such as `#Age: 63` or `#<sex>: F`, by lower-case key."""
    return {
        match["key"].lower(): match["value"]
        for line in text.splitlines()
        if (match := _FACT.match(line.strip()))
    }


def _patient(facts: Mapping[str, str]) -> Patient:
    return Patient(
        age_years=age_years(facts.get("age", "")), sex=sex(facts.get("sex", facts.get("gender", "")))
    )


def _fact_notes(facts: Mapping[str, str]) -> tuple[str, ...]:
    """Diagnosis codes and the mark that `writers.write_wfdb` leaves in a simulated record."""
    dx, simulated = facts.get("dx"), facts.get("simulated")
    notes = [f"Diagnosis codes in the file: {dx[:200]}."] if dx else []
    return (*notes, f"{simulated[:200]}.") if simulated else tuple(notes)
