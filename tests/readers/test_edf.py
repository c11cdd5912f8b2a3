import datetime

import edfio
import numpy as np
import pytest

from ecg_core.errors import (
    FileTooLargeError,
    MissingInformationError,
    SignalError,
    UnreadableFileError,
)
from ecg_core.readers import NamedBytes, open_ecg
from tests.readers.reader_files import edf_bytes, edf_signal

HEADER_BYTES = 256


def opened(data, **hints):
    return open_ecg([NamedBytes("holter.edf", data)], **hints)


def with_gap(data, record_starts_s):
    """The EDF+ bytes as a discontinuous file whose data records start at these times."""
    changed = data.replace(b"EDF+C", b"EDF+D")
    for number, start_s in reversed(list(enumerate(record_starts_s))):
        old, new = f"+{number}\x14\x14".encode(), f"+{start_s}\x14\x14".encode()
        assert changed.count(old) == 1 and len(old) == len(new)
        changed = changed.replace(old, new)
    return changed


def edf_plus_bytes(**header):
    return edf_bytes([edf_signal()], annotations=[edfio.EdfAnnotation(0, None, "start")], **header)


@pytest.mark.parametrize(("unit", "per_mv"), [("uV", 1000), ("mV", 1), ("V", 0.001)])
def test_known_values_come_back_in_millivolts(unit, per_mv):
    signals = [edf_signal("ECG II", unit, seed=1), edf_signal("V5", unit, seed=2)]
    record = opened(edf_bytes(signals))
    assert (record.leads, record.fs_hz, record.source.format) == (("II", "V5"), 500, "EDF")
    # 16 bits over a range of 6553.5 units: steps of 0.1 unit
    for name, signal in zip(record.leads, signals, strict=True):
        np.testing.assert_allclose(record.lead_mv(name), signal.data / per_mv, atol=0.051 / per_mv)


def test_ecg_channels_are_picked_by_name():
    signals = [
        edf_signal("ECG I"),
        edf_signal("EKG"),
        edf_signal("EEG Fpz-Cz"),
        edf_signal("Resp", "L", fs_hz=25),
    ]
    record = opened(edf_bytes(signals))
    assert record.leads == ("I", "EKG")
    assert record.notes == ("Left out, as no ECG leads: EEG Fpz-Cz, Resp.",)


def test_leads_of_another_rate_are_left_out_and_told():
    signals = [edf_signal("I"), edf_signal("II"), edf_signal("V1", fs_hz=250)]
    record = opened(edf_bytes(signals))
    assert (set(record.leads) >= {"I", "II"}, "V1" in record.leads, record.fs_hz) == (True, False, 500)
    assert record.notes == ("Left out, as not sampled at 500 Hz: V1.",)


def test_two_limb_leads_are_completed_and_marked():
    record = opened(edf_bytes([edf_signal("ECG I", seed=1), edf_signal("ECG II", seed=2)]))
    assert record.derived_leads == {"III", "aVR", "aVL", "aVF"}
    np.testing.assert_allclose(record.lead_mv("III"), record.lead_mv("II") - record.lead_mv("I"), atol=1e-5)


def test_patient_and_time_of_an_edf_plus_header():
    record = opened(
        edf_plus_bytes(
            patient=edfio.Patient(code="A7", sex="F", birthdate=datetime.date(1950, 6, 1)),
            recording=edfio.Recording(startdate=datetime.date(2020, 7, 1)),
            starttime=datetime.time(12, 30),
        )
    )
    assert (record.patient.identifier, record.patient.sex, record.patient.age_years) == ("A7", "female", 70)
    assert record.recorded_at == datetime.datetime(2020, 7, 1, 12, 30)


def test_an_anonymous_edf_plus_header_says_nothing():
    record = opened(edf_plus_bytes())
    assert record.patient == type(record.patient)()
    assert record.recorded_at is None


def test_gaps_between_data_records_are_nan():
    continuous = opened(edf_plus_bytes())
    record = opened(with_gap(edf_plus_bytes(), [0, 1, 4, 5]))
    assert record.duration_s == 6
    expected = np.concatenate(
        [continuous.signal_mv[0, :1000], np.full(1000, np.nan), continuous.signal_mv[0, 1000:]],
        dtype=np.float32,
    )
    np.testing.assert_array_equal(record.signal_mv[0], expected)


def test_data_records_out_of_order_are_refused():
    with pytest.raises(UnreadableFileError):
        opened(with_gap(edf_plus_bytes(), [0, 5, 4, 6]))


def test_a_gap_of_years_is_refused():
    signal = edf_signal(duration_s=4)
    annotations = [edfio.EdfAnnotation(0, None, "padding so that long times fit")]
    data = edf_bytes([signal], annotations=annotations).replace(b"EDF+C", b"EDF+D")
    stamp = b"+3\x14\x14" + bytes(12)
    assert data.count(stamp) == 1
    with pytest.raises(FileTooLargeError):
        opened(data.replace(stamp, b"+99999999\x14\x14".ljust(len(stamp), b"\x00")))


def test_an_absent_unit_is_asked_for():
    data = edf_bytes([edf_signal(unit="")])
    with pytest.raises(MissingInformationError) as caught:
        opened(data)
    assert caught.value.needs == "unit"
    np.testing.assert_allclose(
        opened(data, unit="mV").signal_mv, opened(data, unit="uV").signal_mv * 1000, rtol=1e-5
    )


@pytest.mark.parametrize(
    ("signals", "message"),
    [
        ([edf_signal("EEG Fpz-Cz")], "holds: EEG Fpz-Cz"),
        ([edf_signal("ECG", "mmHg")], "in mmHg"),
    ],
)
def test_files_without_a_voltage_of_the_heart_are_refused(signals, message):
    with pytest.raises(UnreadableFileError, match=message):
        opened(edf_bytes(signals))


@pytest.mark.parametrize("kept", [HEADER_BYTES - 1, HEADER_BYTES, 2 * HEADER_BYTES, 2500, -1])
def test_truncated_files_are_refused(kept):
    with pytest.raises(UnreadableFileError):
        opened(edf_bytes([edf_signal()])[:kept])


def test_a_number_of_records_that_was_not_known_when_written():
    data = bytearray(edf_bytes([edf_signal()]))
    data[236:244] = b"-1      "
    assert opened(bytes(data)).duration_s == 4


def test_a_channel_without_calibration_is_refused():
    data = edf_bytes([edf_signal()])
    with pytest.raises(UnreadableFileError, match="no calibration"):
        opened(data.replace(b"-3276.8 ", b"3276.7  ", 1))


def test_a_short_recording_is_refused():
    with pytest.raises(SignalError, match="at least 2 s"):
        opened(edf_bytes([edf_signal(duration_s=1)]))
