import numpy as np
import pytest

from ecg_core.readers.sniffing import FileKind, decode_text, sniff
from tests.readers.reader_files import EXAMPLES, edf_bytes, edf_signal, zip_of


@pytest.mark.parametrize(
    ("key", "suffix", "kind"),
    [
        ("normal", ".hea", FileKind.WFDB_HEADER),
        ("first_degree_av_block", ".hea", FileKind.WFDB_HEADER),
        ("inferior_t_inversion", ".hea", FileKind.WFDB_HEADER),
        ("normal", ".dat", FileKind.BINARY),
        ("first_degree_av_block", ".mat", FileKind.MATLAB),
        ("two_leads", ".csv", FileKind.TEXT),
        ("dicom", ".dcm", FileKind.DICOM),
    ],
)
def test_real_files_are_recognised_by_content(key, suffix, kind):
    assert sniff(EXAMPLES[key].with_suffix(suffix).read_bytes()) is kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", FileKind.EMPTY),
        (b" \r\n\t ", FileKind.EMPTY),
        (zip_of({"a": b"b"}), FileKind.ZIP),
        (zip_of({}), FileKind.ZIP),
        (edf_bytes([edf_signal()]), FileKind.EDF),
        (b"\xffBIOSEMI" + bytes(248), FileKind.BDF),
        (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", FileKind.MATLAB),
        (b"%PDF-1.7\n", FileKind.PDF),
        (b"\x89PNG\r\n\x1a\n\x00\x00", FileKind.PICTURE),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", FileKind.PICTURE),
        (b"\x00\x00\x00\x18ftypheic", FileKind.HEIC),
        (b"GIF89a\x01\x00", FileKind.GIF),
        (b"II*\x00\x08\x00", FileKind.PICTURE),
        (b"MM\x00+\x00\x08", FileKind.PICTURE),
        (b"BM\x36\x00\x00\x00", FileKind.PICTURE),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", FileKind.PICTURE),
        (b'<?xml version="1.0"?><AnnotatedECG/>', FileKind.XML),
        (b"<RestingECG></RestingECG>", FileKind.XML),
        (b"<!DOCTYPE html><html></html>", FileKind.HTML),
        (bytes(16) + b"SCPECG" + bytes(8), FileKind.SCP),
        (b"I,II\n1,2\n", FileKind.TEXT),
        (b"BMI,age\n20,30\n", FileKind.TEXT),  # starts like a bitmap
        ("I;II (\u00b5V)\n1;2\n".encode("cp1252"), FileKind.TEXT),
        ("I;II\n1;2\n".encode("utf-16"), FileKind.TEXT),
        (b"100 2 360 650000\n100.dat 212 200 11 1024 995 -22131 0 MLII\n", FileKind.WFDB_HEADER),
        (b"# comment\n\nr 1 500\n../x.dat 16\n", FileKind.WFDB_HEADER),
        (b"long/3 2 500 1000\nlong_1 500\n", FileKind.WFDB_HEADER),
        (b"0 1 2\n3 4 5\n", FileKind.TEXT),  # numbers, not "record 0, one signal"
        (b"0\t1\t2\n3\t4\t5\n", FileKind.TEXT),
    ],
)
def test_kinds_are_told_by_their_first_bytes(head, kind):
    assert sniff(head) is kind


def test_random_bytes_are_binary():
    assert sniff(np.random.default_rng(0).bytes(5000)) is FileKind.BINARY


def test_text_cut_inside_a_character_is_still_utf_8():
    assert decode_text("II (\u00b5V)".encode()[:5]).startswith("II (")
