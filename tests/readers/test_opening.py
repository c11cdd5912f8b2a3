"""The door itself: what is let in, what is turned away, and in which words."""

import os
import zipfile

import numpy as np
import pytest

from ecg_core.errors import (
    ECGError,
    FileTooLargeError,
    SignalError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from ecg_core.readers import NamedBytes, inputs, open_ecg
from tests.readers.reader_files import EXAMPLES, edf_bytes, edf_signal, uploads_of, zip_of


def upload(data, name="ecg.bin"):
    return open_ecg([NamedBytes(name, data)])


@pytest.mark.parametrize("name", ["two_leads", "dicom"])
def test_the_extension_does_not_matter(tmp_path, name):
    expected = open_ecg(EXAMPLES[name])
    renamed = tmp_path / "picture.png"
    renamed.write_bytes(EXAMPLES[name].read_bytes())
    np.testing.assert_array_equal(open_ecg(str(renamed)).signal_mv, expected.signal_mv)
    np.testing.assert_array_equal(upload(renamed.read_bytes(), "x.hea").signal_mv, expected.signal_mv)


def test_a_zip_may_hold_any_format(tmp_path):
    packed = tmp_path / "one.zip"
    packed.write_bytes(zip_of({"a/b.txt": EXAMPLES["two_leads"].read_bytes()}))
    record = open_ecg(packed)
    assert (record.leads, record.source.name, record.source.format) == (("II", "V5"), "b.txt", "CSV")


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", UnreadableFileError, "is empty"),
        (b"  \n", UnreadableFileError, "is empty"),
        (b"%PDF-1.4 ...", UnreadableFileError, "not a complete PDF"),
        (b"\x89PNG\r\n\x1a\n\x00", UnreadableFileError, "not a complete picture"),
        (b"\x00\x00\x00\x18ftypheic", UnsupportedFormatError, "HEIC photo .* JPEG"),
        (b"GIF89a\x00\x01", UnsupportedFormatError, "save it as PNG"),
        (b"<?xml version='1.0'?><AnnotatedECG/>", UnsupportedFormatError, "HL7 aECG, GE MUSE"),
        (bytes(16) + b"SCPECG", UnsupportedFormatError, "SCP-ECG"),
        (b"<html><body>404</body></html>", UnsupportedFormatError, "web page"),
        (np.random.default_rng(0).bytes(5000), UnsupportedFormatError, "not of a known format"),
        (bytes(5000), UnsupportedFormatError, "not of a known format"),
        (
            EXAMPLES["normal"].with_suffix(".dat").read_bytes(),
            UnsupportedFormatError,
            r"add its header \(\.hea\)",
        ),
        (
            EXAMPLES["first_degree_av_block"].with_suffix(".mat").read_bytes(),
            UnsupportedFormatError,
            r"\(\.hea\)",
        ),
        (zip_of({}), UnreadableFileError, "is empty"),
        (zip_of({"a": b""}), UnreadableFileError, "is empty"),
        (zip_of({"a": b"junk \x00\x01"}), UnsupportedFormatError, "not of a known format"),
        (zip_of({"a": b"1", "b": b"2"}), UnsupportedFormatError, "2 files and none is a WFDB header"),
        (zip_of({"a": zip_of({"b": b"c"})}), UnsupportedFormatError, "archive inside an archive"),
        (zip_of({"../../a.csv": b"II"}), UnreadableFileError, "outside itself"),
        (zip_of({"/etc/a.csv": b"II"}), UnreadableFileError, "outside itself"),
        (zip_of({"a": b"II\n1\n"})[:-30], UnreadableFileError, "archive ecg.bin is damaged"),
        (b"PK\x03\x04" + bytes(100), UnreadableFileError, "archive ecg.bin is damaged"),
    ],
    ids=lambda value: f"{len(value)}_bytes" if isinstance(value, bytes) else None,
)
def test_what_is_no_ecg_is_turned_away_in_plain_words(data, error, message):
    with pytest.raises(error, match=message):
        upload(data)


@pytest.mark.parametrize("value", [0.0, 1.5])
def test_flat_lines_are_refused(value):
    flat = edf_signal()
    flat.update_data(np.full(2000, value))
    with pytest.raises(SignalError, match="flat line"):
        upload(edf_bytes([flat]))


def test_a_flat_lead_beside_a_good_one_is_kept():
    flat = edf_signal("V1")
    flat.update_data(np.zeros(2000))
    assert upload(edf_bytes([flat, edf_signal("V2")])).leads == ("V1", "V2")


def test_two_seconds_are_enough():
    assert upload(edf_bytes([edf_signal(duration_s=2)])).duration_s == 2


def test_no_file_and_several_records_are_refused():
    with pytest.raises(UnreadableFileError, match="No file"):
        open_ecg([])
    with pytest.raises(UnreadableFileError, match="2 records"):
        open_ecg(uploads_of(EXAMPLES["normal"], EXAMPLES["inferior_t_inversion"]))


def test_paths_that_cannot_be_opened(tmp_path):
    for path, message in [
        (tmp_path, "is a folder"),
        (tmp_path / "x.csv", "not found"),
        ("a" * 5000, "not be opened"),
    ]:
        with pytest.raises(UnreadableFileError, match=message):
            open_ecg(path)


def test_uploads_above_the_limit_are_refused():
    with pytest.raises(FileTooLargeError, match="20 MB"):
        open_ecg([NamedBytes("a", bytes(11_000_000)), NamedBytes("b", bytes(11_000_000))])


def test_archives_that_unpack_to_too_much_are_refused():
    with pytest.raises(FileTooLargeError, match="100 MB"):
        upload(zip_of({"a.csv": bytes(60_000_000), "b.csv": bytes(60_000_000)}))
    with pytest.raises(FileTooLargeError, match="1000 files"):
        upload(zip_of({str(number): b"x" for number in range(1001)}))


def test_an_archive_that_lies_about_its_size_is_damaged():
    data = zip_of({"a.csv": bytes(2_000_000)})
    assert data.count((2_000_000).to_bytes(4, "little")) == 2
    with pytest.raises(UnreadableFileError, match="damaged"):
        upload(data.replace((2_000_000).to_bytes(4, "little"), (2_000).to_bytes(4, "little")))


def test_locked_archives_are_refused():
    locked = bytearray(zip_of({"a.csv": b"II\n1\n"}))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableFileError, match="password"):
        upload(bytes(locked))


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c\x00d\n.hea", "", "x" * 1000, "CON", "\ud800"])
def test_names_of_uploads_never_reach_the_disk(name, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    written = []
    monkeypatch.setattr(
        inputs.Path, "write_bytes", lambda path, data: written.append(path) or path.open("wb").write(data)
    )
    record = upload(EXAMPLES["two_leads"].read_bytes(), name)
    assert [path.name for path in written] == ["upload0"]
    assert record.source.name.isprintable() and 0 < len(record.source.name) <= 100
    assert "/" not in record.source.name and "\\" not in record.source.name
    assert os.listdir(tmp_path) == []


def test_nothing_is_left_on_disk_after_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ECGError):
        upload(zip_of({"a": b"junk \x00"}))
    assert os.listdir(tmp_path) == []


def test_a_zip_with_an_unknown_compression_is_damaged():
    data = bytearray(zip_of({"a.csv": b"II\n1\n"}))
    central = data.index(b"PK\x01\x02")
    data[8:10] = data[central + 10 : central + 12] = b"\x63\x00"
    with pytest.raises(UnreadableFileError, match="damaged"):
        upload(bytes(data))


def test_members_are_stored_without_their_names(monkeypatch, tmp_path, wfdb_pair):
    seen = []
    original = zipfile.ZipFile.read
    monkeypatch.setattr(
        zipfile.ZipFile, "read", lambda self, member: seen.append(member.filename) or original(self, member)
    )
    monkeypatch.setattr(
        zipfile.ZipFile, "extract", lambda *_: pytest.fail("names of members must not be used")
    )
    upload(zip_of(wfdb_pair))
    assert seen == list(wfdb_pair)
