import datetime
import io
import zlib

import numpy as np
import pydicom
import pytest

from ecg_core import child_process
from ecg_core.errors import (
    ECGError,
    FileTooLargeError,
    MissingInformationError,
    SignalError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import NamedBytes, open_ecg
from tests.readers.reader_files import EXAMPLES


@pytest.fixture
def dataset():
    return pydicom.dcmread(EXAMPLES["dicom"])


def opened(dataset, **hints):
    written = io.BytesIO()
    dataset.save_as(written)
    return open_ecg([NamedBytes("ecg.dcm", written.getvalue())], **hints)


def rhythm_samples(dataset):
    """The raw samples of the first group, `(samples, channels)`, writeable."""
    group = dataset.WaveformSequence[0]
    return np.frombuffer(group.WaveformData, dtype="<i2").reshape(-1, group.NumberOfWaveformChannels).copy()


def test_values_are_those_of_pydicom(dataset):
    record = open_ecg(EXAMPLES["dicom"])
    assert (record.leads, record.fs_hz, record.source.format) == (STANDARD_LEADS, 1000, "DICOM")
    np.testing.assert_allclose(record.signal_mv.T, dataset.waveform_array(0) / 1000, atol=1e-6)


def test_facts_come_from_the_header():
    record = open_ecg(EXAMPLES["dicom"])
    assert (record.patient.identifier, record.patient.age_years, record.patient.sex) == (
        "642341",
        42,
        "female",
    )
    assert record.recorded_at == datetime.datetime(2013, 1, 25, 10, 59, 19)
    assert record.source.device == "Mortara Instrument, Inc. el250"
    assert record.notes == ("Left out, other waveforms in the file: MEDIAN BEAT.",)


def test_the_rhythm_is_preferred_wherever_it_stands(dataset):
    dataset.WaveformSequence = list(reversed(dataset.WaveformSequence))
    record = opened(dataset)
    np.testing.assert_allclose(record.signal_mv.T, dataset.waveform_array(1) / 1000, atol=1e-6)


def test_sensitivity_correction_baseline_and_unit(dataset):
    for channel in dataset.WaveformSequence[0].ChannelDefinitionSequence:
        channel.ChannelSensitivity = "0.002"
        channel.ChannelSensitivityCorrectionFactor = "1.5"
        channel.ChannelBaseline = "0.25"
        channel.ChannelSensitivityUnitsSequence[0].CodeValue = "mV"
    np.testing.assert_allclose(opened(dataset).signal_mv.T, rhythm_samples(dataset) * 0.003 + 0.25, rtol=1e-5)


def test_padding_at_the_end_of_the_range_is_missing(dataset):
    raw = rhythm_samples(dataset)
    raw[10, 3] = raw[500:510, 4] = -32768
    dataset.WaveformSequence[0].WaveformData = raw.tobytes()
    dataset.WaveformSequence[0].add_new("WaveformPaddingValue", "OW", np.int16(-32768).tobytes())
    missing = np.isnan(opened(dataset).signal_mv)
    assert missing.sum() == 11
    assert missing[3, 10] and missing[4, 500:510].all()


def test_padding_inside_the_range_counts_in_runs_only(dataset):
    raw = rhythm_samples(dataset)
    raw[raw == 0] = 1
    raw[100, 2] = 0
    raw[2000:2500, 2] = 0
    dataset.WaveformSequence[0].WaveformData = raw.tobytes()
    dataset.WaveformSequence[0].add_new("WaveformPaddingValue", "OW", np.int16(0).tobytes())
    missing = np.isnan(opened(dataset).lead_mv("III"))
    assert np.flatnonzero(missing).tolist() == list(range(2000, 2500))


def test_leads_are_told_by_meaning_where_the_code_is_unknown(dataset):
    for channel in dataset.WaveformSequence[0].ChannelDefinitionSequence:
        channel.ChannelSourceSequence[0].CodeValue = "LOCAL-5"
    assert opened(dataset).leads == STANDARD_LEADS


def test_eight_channels_are_completed(dataset):
    group = dataset.WaveformSequence[0]
    kept = [0, 1, *range(6, 12)]
    group.WaveformData = rhythm_samples(dataset)[:, kept].tobytes()
    group.ChannelDefinitionSequence = [group.ChannelDefinitionSequence[i] for i in kept]
    group.NumberOfWaveformChannels = 8
    record = opened(dataset)
    assert (record.leads, record.derived_leads) == (STANDARD_LEADS, {"III", "aVR", "aVL", "aVF"})


def test_an_absent_rate_is_asked_for(dataset):
    del dataset.WaveformSequence[0].SamplingFrequency
    del dataset.WaveformSequence[1]
    with pytest.raises(MissingInformationError) as caught:
        opened(dataset)
    assert caught.value.needs == "fs_hz"
    assert opened(dataset, fs_hz=1000).duration_s == 10


def spoil_unit(group):
    group.ChannelDefinitionSequence[0].ChannelSensitivityUnitsSequence[0].CodeValue = "mm[Hg]"


def spoil_sensitivity(group):
    del group.ChannelDefinitionSequence[0].ChannelSensitivity


def spoil_interpretation(group):
    group.WaveformSampleInterpretation = "MB"


def spoil_length(group):
    group.NumberOfWaveformSamples = 20_000


def spoil_size(group):
    group.NumberOfWaveformSamples = 4_000_000_000


def spoil_rate(group):
    group.SamplingFrequency = "1"


def spoil_channels(group):
    del group.ChannelDefinitionSequence


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (spoil_unit, UnreadableFileError),
        (spoil_sensitivity, UnreadableFileError),
        (spoil_interpretation, UnsupportedFormatError),
        (spoil_length, UnreadableFileError),
        (spoil_size, FileTooLargeError),
        (spoil_rate, SignalError),
        (spoil_channels, UnreadableFileError),
    ],
)
def test_waveforms_that_make_no_sense_are_refused(dataset, spoil, error):
    del dataset.WaveformSequence[1]
    spoil(dataset.WaveformSequence[0])
    with pytest.raises(error):
        opened(dataset)


def test_a_dicom_file_without_waveform_says_so(dataset):
    del dataset.WaveformSequence
    with pytest.raises(UnsupportedFormatError, match="without an ECG waveform"):
        opened(dataset)


@pytest.mark.parametrize("kept", [132, 1000, 100_000, 290_000])
def test_truncated_files_are_refused(kept):
    with pytest.raises(ECGError):
        open_ecg([NamedBytes("ecg.dcm", EXAMPLES["dicom"].read_bytes()[:kept])])


def test_a_file_that_unpacks_to_gigabytes_ends_the_child_only(dataset, monkeypatch):
    # A deflated data set of one private element of 600 MB of zeros, against a limit of 500 MB.
    monkeypatch.setattr(child_process, "_MEMORY_BYTES", 500_000_000)
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    meta = io.BytesIO()
    pydicom.dcmwrite(meta, pydicom.FileDataset("", {}, preamble=bytes(128), file_meta=dataset.file_meta))
    packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
    element = b"\x09\x00\x10\x10OB\x00\x00" + (600_000_000).to_bytes(4, "little")
    body = (
        packer.compress(element)
        + b"".join(packer.compress(bytes(10_000_000)) for _ in range(60))
        + packer.flush()
    )
    empty_body = zlib.compressobj(wbits=-zlib.MAX_WBITS).flush()
    bomb = meta.getvalue().removesuffix(empty_body).rstrip(b"\x00")
    with pytest.raises(FileTooLargeError, match="unpacks to more"):
        open_ecg([NamedBytes("ecg.dcm", bomb + body)])
