"""The part of DICOM reading that is kept apart: run as a script in a process of its own.

A deflated file of 1 MB can unpack to gigabytes inside pydicom. Here that ends this process, not the
program. Standard input: the file. Standard output: one line of JSON (patient, acquisition, and the
waveform groups without samples), then the sample bytes of all groups.
Nothing of this project is imported, to start fast.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydicom import dcmread


def text(item: Any, keyword: str) -> str:
    """An element as text, empty when absent."""
    value = item.get(keyword)
    return "" if value is None else str(value)


def number(item: Any, keyword: str) -> float | None:
    """An element as a number, None when absent or empty."""
    value = item.get(keyword)
    return None if value is None or value == "" else float(value)


def code(item: Any, keyword: str) -> dict[str, str]:
    """The first coded concept of a sequence."""
    concepts = item.get(keyword) or []
    first = concepts[0] if len(concepts) else {}
    return {"value": text(first, "CodeValue"), "meaning": text(first, "CodeMeaning")}


def describe_channel(channel: Any) -> dict[str, Any]:
    """Name and scale of one channel."""
    return {
        "source": code(channel, "ChannelSourceSequence"),
        "label": text(channel, "ChannelLabel"),
        "unit": code(channel, "ChannelSensitivityUnitsSequence")["value"],
        "sensitivity": number(channel, "ChannelSensitivity"),
        "correction": number(channel, "ChannelSensitivityCorrectionFactor"),
        "baseline": number(channel, "ChannelBaseline"),
    }


def describe_group(group: Any) -> dict[str, Any]:
    """One multiplex group without its samples."""
    padding = group.get("WaveformPaddingValue")
    return {
        "label": text(group, "MultiplexGroupLabel"),
        "originality": text(group, "WaveformOriginality"),
        "fs_hz": number(group, "SamplingFrequency"),
        "n_channels": int(group.NumberOfWaveformChannels),
        "n_samples": int(group.NumberOfWaveformSamples),
        "bits": int(group.WaveformBitsAllocated),
        "interpretation": text(group, "WaveformSampleInterpretation"),
        "padding_hex": padding.hex() if isinstance(padding, bytes) else "",
        "n_bytes": len(group.WaveformData),
        "channels": [describe_channel(channel) for channel in group.ChannelDefinitionSequence],
    }


def main() -> None:
    """Describe the file on standard output."""
    dataset = dcmread(sys.stdin.buffer)
    groups = list(dataset.get("WaveformSequence") or [])
    facts = ("PatientID", "PatientAge", "PatientSex", "Manufacturer", "ManufacturerModelName", "Modality")
    times = ("AcquisitionDateTime", "ContentDate", "ContentTime")
    answer = {keyword: text(dataset, keyword) for keyword in facts + times}
    header = json.dumps(answer | {"groups": [describe_group(group) for group in groups]})
    sys.stdout.buffer.write(header.encode() + b"\n")
    for group in groups:
        sys.stdout.buffer.write(group.WaveformData)


if __name__ == "__main__":
    main()
