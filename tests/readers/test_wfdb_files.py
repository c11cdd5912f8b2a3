import numpy as np
import pytest
import wfdb

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
from tests.readers.reader_files import EXAMPLES, uploads_of, zip_of

WFDB_EXAMPLES = [path for path in EXAMPLES.values() if path.suffix == ".hea"]
SIGNAL_MV = np.round(np.random.default_rng(0).normal(size=(1500, 2)), 3)


def write_record(folder, signal=SIGNAL_MV, units=("mV", "mV"), names=("II", "V5"), **options):
    options = {"fmt": ["16"] * signal.shape[1], "fs": 500} | options
    wfdb.wrsamp(
        "rec", units=list(units), sig_name=list(names), p_signal=signal, write_dir=str(folder), **options
    )
    return folder / "rec.hea"


def opened_with_header(pair, **replacements):
    """The pair of files with texts of the header replaced."""
    (header_name, header), (signal_name, signal) = pair.items()
    text = header.decode()
    for old, new in replacements.values():
        assert old in text
        text = text.replace(old, new)
    return open_ecg([NamedBytes(header_name, text.encode()), NamedBytes(signal_name, signal)])


@pytest.mark.parametrize("path", WFDB_EXAMPLES, ids=lambda path: path.stem)
def test_values_are_those_of_wfdb(path):
    reference = wfdb.rdrecord(str(path.with_suffix("")))
    record = open_ecg(path)
    assert record.leads == STANDARD_LEADS
    assert (record.fs_hz, record.source.format, record.derived_leads) == (reference.fs, "WFDB", frozenset())
    np.testing.assert_allclose(record.signal_mv, reference.p_signal.T, atol=1e-6)


def test_known_samples_of_a_known_record():
    # The first samples of 00185_hr.dat, read as little-endian 16 bit numbers, gain 1000 per mV.
    raw = np.fromfile(EXAMPLES["normal"].with_suffix(".dat"), dtype="<i2").reshape(-1, 12)
    np.testing.assert_allclose(open_ecg(EXAMPLES["normal"]).signal_mv.T, raw / 1000, atol=1e-6)


@pytest.mark.parametrize("suffix", [".hea", ".mat"])
def test_either_half_of_a_record_on_disk_will_do(suffix):
    assert open_ecg(EXAMPLES["first_degree_av_block"].with_suffix(suffix)).source.name == "E06320.hea"


@pytest.mark.parametrize("reverse", [False, True])
def test_loose_uploads_and_a_zip_give_what_the_path_gives(wfdb_pair, reverse):
    from_disk = open_ecg(EXAMPLES["first_degree_av_block"])
    files = sorted(wfdb_pair.items(), reverse=reverse)
    loose = open_ecg([NamedBytes(name, data) for name, data in files])
    nested = zip_of(
        {f"folder/{name}": data for name, data in files} | {"__MACOSX/x": b"x", "RECORDS": b"E06320"}
    )
    zipped = open_ecg([NamedBytes("download.bin", nested)])
    for record in (loose, zipped):
        np.testing.assert_array_equal(record.signal_mv, from_disk.signal_mv)
        assert record.source == from_disk.source


def test_facts_come_from_comments():
    georgia, ludb = open_ecg(EXAMPLES["first_degree_av_block"]), open_ecg(EXAMPLES["inferior_t_inversion"])
    assert (georgia.patient.age_years, georgia.patient.sex) == (44, "female")
    assert georgia.notes == ("Diagnosis codes in the file: 270492004,426177001.",)
    assert (ludb.patient.age_years, ludb.patient.sex) == (54, "male")


@pytest.mark.parametrize("age", ["NaN", "300", "-1", "unknown"])
def test_impossible_ages_are_unknown(wfdb_pair, age):
    assert opened_with_header(wfdb_pair, age=("Age: 44", f"Age: {age}")).patient.age_years is None


def test_georgia_headers_with_the_file_name_as_record_name(wfdb_pair):
    assert opened_with_header(wfdb_pair, name=("E06320 12", "E06320.mat 12")).leads == STANDARD_LEADS


@pytest.mark.parametrize(("unit", "per_mv"), [("mV", 1.0), ("uV", 1000.0), ("V", 0.001)])
def test_units_become_millivolts(tmp_path, unit, per_mv):
    record = open_ecg(write_record(tmp_path, SIGNAL_MV * per_mv, units=(unit, unit)))
    np.testing.assert_allclose(record.signal_mv, SIGNAL_MV.T, atol=1e-3)


def test_invalid_samples_are_nan(tmp_path):
    gap = SIGNAL_MV.copy()
    gap[100:200, 1] = np.nan
    record = open_ecg(write_record(tmp_path, gap))
    np.testing.assert_array_equal(np.isnan(record.signal_mv), np.isnan(gap.T))


@pytest.mark.parametrize("fmt", ["80", "212", "16", "24", "32"])
def test_storage_formats_agree_with_wfdb(tmp_path, fmt):
    digital = np.random.default_rng(1).integers(-120, 120, (1500, 2))
    options = {"adc_gain": [100.0, 100.0], "baseline": [0, 0], "fs": 500}
    wfdb.wrsamp(
        "rec",
        units=["mV"] * 2,
        sig_name=["I", "V1"],
        d_signal=digital,
        fmt=[fmt] * 2,
        write_dir=str(tmp_path),
        **options,
    )
    np.testing.assert_allclose(open_ecg(tmp_path / "rec.hea").signal_mv, digital.T / 100, atol=1e-6)


def test_offset_binary_samples(tmp_path):
    header = "rec 1 500 1500\nrec.dat 160 100/mV 16 0 0 0 0 II\n"
    digital = np.random.default_rng(1).integers(-120, 120, 1500)
    data = (digital + 32768).astype("<u2").tobytes()
    record = open_ecg([NamedBytes("rec.hea", header.encode()), NamedBytes("rec.dat", data)])
    np.testing.assert_allclose(record.lead_mv("II"), digital / 100, atol=1e-6)


def test_several_samples_per_frame_multiply_the_rate(tmp_path):
    header = "rec 2 250 1000\nrec.dat 16x2 1000/mV 16 0 0 0 0 II\nrec.dat 16x2 1000/mV 16 0 0 0 0 V5\n"
    digital = np.arange(4000, dtype="<i2")  # frames of II, II, V5, V5
    record = open_ecg([NamedBytes("rec.hea", header.encode()), NamedBytes("rec.dat", digital.tobytes())])
    assert (record.fs_hz, record.n_samples) == (500.0, 2000)
    np.testing.assert_allclose(record.lead_mv("V5")[:4], [0.002, 0.003, 0.006, 0.007], atol=1e-6)


def test_nonstandard_leads_keep_their_name_and_other_signals_are_left_out(tmp_path):
    signal = np.hstack([SIGNAL_MV, SIGNAL_MV])
    path = write_record(
        tmp_path,
        signal,
        units=("mV", "mV", "mmHg", "mV"),
        names=("MLII", "V5", "ABP", "RESP"),
        fmt=["16"] * 4,
    )
    record = open_ecg(path)
    assert record.leads == ("MLII", "V5")
    assert record.notes == ("Left out, as no ECG leads: ABP, RESP.",)


def test_signals_without_lead_names_are_kept(tmp_path):
    assert open_ecg(write_record(tmp_path, names=("chan 0", "chan 1"))).leads == ("chan 0", "chan 1")


def test_eight_leads_are_completed_to_twelve(tmp_path):
    names = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    signal = np.round(np.random.default_rng(2).normal(size=(1500, 8)), 3)
    record = open_ecg(write_record(tmp_path, signal, units=["mV"] * 8, names=names, fmt=["16"] * 8))
    assert record.leads == STANDARD_LEADS
    assert record.derived_leads == {"III", "aVR", "aVL", "aVF"}
    np.testing.assert_allclose(record.lead_mv("III"), signal[:, 1] - signal[:, 0], atol=1e-3)


def test_an_absent_gain_is_told(wfdb_pair):
    assert opened_with_header(wfdb_pair, gain=("1000/mV", "0/mV")).notes[-1].endswith("not calibrated.")
    assert not any("calibrated" in note for note in opened_with_header(wfdb_pair).notes)


def test_a_length_of_zero_means_as_long_as_the_file(wfdb_pair):
    assert opened_with_header(wfdb_pair, length=(" 500 5000 ", " 500 0 ")).n_samples == 5000


def test_an_absent_rate_is_asked_for(wfdb_pair):
    (header_name, header), (signal_name, signal) = wfdb_pair.items()
    lines = header.decode().splitlines()
    lines[0] = "E06320 12"
    files = [NamedBytes(header_name, "\n".join(lines).encode()), NamedBytes(signal_name, signal)]
    with pytest.raises(MissingInformationError) as caught:
        open_ecg(files)
    assert caught.value.needs == "fs_hz"
    assert (open_ecg(files, fs_hz=500).fs_hz, open_ecg(files, fs_hz=500).n_samples) == (500, 5000)


@pytest.mark.parametrize("name", ["../E06320.mat", "/etc/passwd", "..\\E06320.mat", "sub/E06320.mat"])
def test_headers_that_name_another_folder_are_refused(wfdb_pair, name):
    with pytest.raises(UnreadableFileError, match="another folder"):
        opened_with_header(wfdb_pair, name=("E06320.mat", name))


def test_a_header_on_disk_reaches_no_other_folder(tmp_path):
    header = write_record(tmp_path)
    (tmp_path / "inner").mkdir()
    inner = tmp_path / "inner" / "rec.hea"
    inner.write_text(header.read_text().replace("rec.dat", "../rec.dat"))
    with pytest.raises(UnreadableFileError, match="another folder"):
        open_ecg(inner)


def test_a_missing_signal_file_is_named():
    with pytest.raises(UnreadableFileError, match=r"E06320\.mat, which is missing"):
        open_ecg(uploads_of(EXAMPLES["first_degree_av_block"]))


@pytest.mark.parametrize("kept", [0, 24, 60_000, 120_000])
def test_a_truncated_signal_file_is_refused(wfdb_pair, kept):
    (header_name, header), (signal_name, signal) = wfdb_pair.items()
    with pytest.raises(UnreadableFileError, match="shorter"):
        open_ecg([NamedBytes(header_name, header), NamedBytes(signal_name, signal[:kept])])


@pytest.mark.parametrize("n_samples", ["999999999", "99999999999999999999999"])
def test_headers_that_ask_for_gigabytes_are_refused(wfdb_pair, n_samples):
    with pytest.raises(FileTooLargeError):
        opened_with_header(wfdb_pair, length=(" 500 5000 ", f" 500 {n_samples} "))


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("E06320 12 ", "E06320 0 ", UnreadableFileError),
        ("E06320 12 ", "E06320 99999 ", UnreadableFileError),
        ("E06320 12 ", "E06320/2 12 ", UnsupportedFormatError),
        ("16+24", "516", UnsupportedFormatError),
        ("16+24", "16x99999999", FileTooLargeError),
        ("16+24", "16:99999999+24", UnreadableFileError),
        ("16+24", "16+99999999999", UnreadableFileError),
        (" 500 5000 ", " 0 5000 ", SignalError),
        (" 500 5000 ", " 20000 5000 ", SignalError),
        (" 500 5000 ", " 500 1 ", SignalError),
        (" 500 5000 ", " 500 999 ", SignalError),
        (" 500 5000 ", " abc 5000 ", ECGError),
        ("1000/mV", "1000/adu", UnreadableFileError),
        ("1000/mV", "1e999/mV", SignalError),
    ],
)
def test_header_values_that_make_no_sense_are_refused(wfdb_pair, old, new, error):
    with pytest.raises(error):
        opened_with_header(wfdb_pair, value=(old, new))


def test_a_header_cut_off_between_its_lines_says_so(wfdb_pair):
    (header_name, header), (signal_name, signal) = wfdb_pair.items()
    cut = b"\n".join(header.splitlines()[:7])
    with pytest.raises(UnreadableFileError, match="announces 12 signals and describes 6"):
        open_ecg([NamedBytes(header_name, cut), NamedBytes(signal_name, signal)])
