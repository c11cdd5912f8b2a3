"""Whatever bytes come in, `open_ecg` returns a usable record or raises an `ECGError`."""

import datetime
import math

import edfio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecg_core.errors import ECGError
from ecg_core.readers import NamedBytes, open_ecg
from tests.readers.reader_files import EXAMPLES, edf_bytes, edf_signal, zip_of

pytestmark = pytest.mark.filterwarnings("ignore")  # parsers may warn about what they are fed here
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

GEORGIA = EXAMPLES["first_degree_av_block"]
HEADER, SIGNAL = GEORGIA.read_bytes(), GEORGIA.with_suffix(".mat").read_bytes()
TABLE = b"\n".join(EXAMPLES["two_leads"].read_bytes().splitlines()[:1200])
EDF = edf_bytes([edf_signal("I"), edf_signal("II"), edf_signal("Resp", "L")])
EDF_WITH_GAPS = edf_bytes(
    [edf_signal("II")],
    patient=edfio.Patient(code="A7", sex="F", birthdate=datetime.date(1950, 6, 1)),
    recording=edfio.Recording(startdate=datetime.date(2020, 7, 1)),
    annotations=[edfio.EdfAnnotation(0, None, "start")],
).replace(b"EDF+C", b"EDF+D")
ZIP = zip_of({GEORGIA.name: HEADER, GEORGIA.with_suffix(".mat").name: SIGNAL})
DICOM = EXAMPLES["dicom"].read_bytes()


@st.composite
def damaged(draw, data, first=0, last=None):
    """The bytes with a few places overwritten, cut out or doubled, and perhaps the end cut off."""
    damaged_data = bytearray(data)
    last = len(data) if last is None else last
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(first, last))
        patch = draw(
            st.one_of(
                st.binary(max_size=8), st.sampled_from([b"-1", b"0", b"999999999", b"nan", b" ", b"\n"])
            )
        )
        damaged_data[at : at + draw(st.integers(0, 12))] = patch
    if draw(st.booleans()):
        del damaged_data[draw(st.integers(0, len(damaged_data))) :]
    return bytes(damaged_data)


def assert_record_or_error(*files, **hints):
    try:
        record = open_ecg([NamedBytes(name, data) for name, data in files], **hints)
    except ECGError as error:
        assert 20 < len(str(error)) < 700
        assert "Traceback" not in str(error)
        return
    assert record.duration_s >= 2
    assert 50 <= record.fs_hz <= 10_000
    assert record.leads and np.isfinite(record.signal_mv).any()
    assert not np.isinf(record.signal_mv).any()


@quick
@given(damaged(HEADER))
def test_damaged_wfdb_headers(header):
    assert_record_or_error((GEORGIA.name, header), ("E06320.mat", SIGNAL))


@quick
@given(damaged(TABLE, last=400), st.sampled_from([None, 500.0]), st.sampled_from([None, "mV", "uV"]))
def test_damaged_tables(table, fs_hz, unit):
    assert_record_or_error(("table", table), fs_hz=fs_hz, unit=unit)


@quick
@given(st.one_of(damaged(EDF, last=1280), damaged(EDF_WITH_GAPS, last=800), damaged(EDF_WITH_GAPS)))
def test_damaged_edf_files(data):
    assert_record_or_error(("edf", data))


@quick
@given(damaged(ZIP))
def test_damaged_archives(data):
    assert_record_or_error(("zip", data))


@settings(quick, max_examples=8)  # each starts a process
@given(damaged(DICOM, first=132, last=6000))
def test_damaged_dicom_headers(data):
    assert_record_or_error(("dicom", data))


@quick
@given(
    st.one_of(
        st.binary(max_size=3000), st.text(max_size=500).map(lambda text: text.encode("utf-8", "ignore"))
    )
)
def test_any_bytes(data):
    assert_record_or_error(("any", data))


@quick
@given(
    st.lists(
        st.sampled_from(
            [
                "I",
                "II",
                "V1",
                "V5",
                "MLII",
                "ECG",
                "time",
                "ms",
                "s",
                "(mV)",
                "(uV)",
                ",",
                ";",
                "\t",
                "\n",
                "0.1",
                "-2",
                "1e400",
                "nan",
            ]
        ),
        max_size=60,
    )
)
def test_text_of_the_words_that_tables_are_made_of(words):
    assert_record_or_error(("words", " ".join(words).encode()), fs_hz=500.0)


@quick
@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(), st.sampled_from(["s", "ms", ""]))
def test_any_times(start, step, unit):
    rows = "\n".join(f"{start + step * i!r},{i % 7}.5" for i in range(300))
    assert_record_or_error(("times", f"time ({unit}),II (mV)\n{rows}\n".encode()))


@quick
@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.lists(st.floats(width=32), min_size=1, max_size=300),
)
def test_any_numbers_at_any_rate(fs_hz, numbers):
    column = "\n".join(map(repr, numbers * math.ceil(150 / len(numbers))))
    assert_record_or_error(("numbers", f"II (mV)\n{column}\n".encode()), fs_hz=fs_hz)
