import numpy as np
import pytest

from ecg_core.errors import MissingInformationError, SignalError, UnreadableFileError, UnsupportedFormatError
from ecg_core.readers import NamedBytes, open_ecg
from tests.readers.reader_files import EXAMPLES

N_SAMPLES = 1500
LEADS_MV = np.round(np.random.default_rng(0).normal(size=(N_SAMPLES, 2)), 4)
SECONDS = np.arange(N_SAMPLES) / 500


def text_of(heading, *columns, separator=",", decimal=".", precision=4):
    rows = zip(*(np.asarray(column).tolist() for column in columns), strict=True)
    lines = [separator.join(f"{value:.{precision}f}".replace(".", decimal) for value in row) for row in rows]
    return "\n".join([heading, *lines, ""])


def opened(text, encoding="utf-8", **hints):
    return open_ecg([NamedBytes("table.csv", text.encode(encoding))], **hints)


def test_the_bundled_table_holds_the_numbers_it_shows():
    path = EXAMPLES["two_leads"]
    reference = np.loadtxt(path, delimiter=",", skiprows=1)
    record = open_ecg(path)
    assert (record.leads, record.fs_hz, record.source.format) == (("II", "V5"), 500, "CSV")
    np.testing.assert_allclose(record.signal_mv.T, reference[:, 1:], atol=1e-6)


@pytest.mark.parametrize(
    ("heading", "separator", "decimal"),
    [
        ("time (s),II (mV),V5 (mV)", ",", "."),
        ("Time_s\tLead II [mV]\tECG V5_mV", "\t", "."),
        ("t;ii (mV);v5 (mV)", ";", ","),
        ("t;II mV;V5 mV", ";", "."),
        ('"time","II (mV)","V5 (mV)"', ",", "."),
    ],
)
def test_separators_decimal_signs_and_spellings(heading, separator, decimal):
    record = opened(text_of(heading, SECONDS, *LEADS_MV.T, separator=separator, decimal=decimal))
    assert (record.leads, record.fs_hz) == (("II", "V5"), 500)
    np.testing.assert_allclose(record.signal_mv.T, LEADS_MV, atol=1e-6)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_the_micro_sign(encoding):
    record = opened(text_of("II (\u00b5V)", LEADS_MV[:, 0] * 1000), encoding, fs_hz=500)
    np.testing.assert_allclose(record.lead_mv("II"), LEADS_MV[:, 0], atol=1e-5)


@pytest.mark.parametrize(("unit", "per_mv"), [("mV", 1), ("uV", 1000), ("V", 0.001)])
def test_the_unit_of_a_heading_counts(unit, per_mv):
    text = text_of(f"II ({unit})", LEADS_MV[:, 0] * per_mv, precision=8)
    # The heading wins over what the caller says.
    np.testing.assert_allclose(opened(text, fs_hz=500, unit="uV").lead_mv("II"), LEADS_MV[:, 0], atol=1e-6)


def test_millivolts_are_inferred_where_nothing_else_fits():
    record = opened(text_of("II,V5", *LEADS_MV.T), fs_hz=500)
    np.testing.assert_allclose(record.signal_mv.T, LEADS_MV, atol=1e-6)
    assert any("mV only" in note for note in record.notes)


@pytest.mark.parametrize("per_mv", [0.01, 200, 1000])
def test_an_ambiguous_unit_is_asked_for(per_mv):
    text = text_of("II", np.rint(LEADS_MV[:, 0] * per_mv * 1000) / 1000)
    with pytest.raises(MissingInformationError) as caught:
        opened(text, fs_hz=500)
    assert caught.value.needs == "unit"
    assert opened(text, fs_hz=500, unit="mV").lead_mv("II").max() == pytest.approx(
        1000 * opened(text, fs_hz=500, unit="uV").lead_mv("II").max(), rel=1e-5
    )


@pytest.mark.parametrize(
    ("heading", "times", "rate_hz"),
    [
        ("time (ms)", np.arange(N_SAMPLES) * 2.0, 500),
        ("time", np.arange(N_SAMPLES) * 4.0, 250),
        ("time", np.arange(N_SAMPLES) / 50, 50),
        ("time", np.arange(N_SAMPLES) / 10_000 + 7, 10_000),
        ("time (s)", np.round(np.arange(N_SAMPLES) / 360, 3), 360),
        ("time (s)", np.round(np.arange(N_SAMPLES) / 512, 3), 512),
    ],
)
def test_the_rate_follows_from_the_time_column(heading, times, rate_hz):
    text = text_of(f"{heading},II (mV)", times, LEADS_MV[:, 0])
    if rate_hz > N_SAMPLES / 2:
        with pytest.raises(SignalError, match=r"lasts 0\.15 s"):
            opened(text)
    else:
        assert opened(text).fs_hz == rate_hz


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: np.delete(np.append(t, t[-1] + 0.002), 700),  # one sample missing
        lambda t: np.where(t == t[700], t[701], t),
        lambda t: t[::-1],
        lambda t: t * 0,
        lambda t: np.where(t == t[700], np.nan, t),
    ],
)
def test_uneven_times_are_refused(spoil):
    with pytest.raises(UnreadableFileError, match="not evenly spaced"):
        opened(text_of("time (s),II (mV)", spoil(SECONDS), LEADS_MV[:, 0]))


def test_a_rate_is_asked_for_when_there_is_no_time_column():
    text = text_of("II (mV)", LEADS_MV[:, 0])
    with pytest.raises(MissingInformationError) as caught:
        opened(text)
    assert caught.value.needs == "fs_hz"
    assert opened(text, fs_hz=250).duration_s == 6


def test_empty_cells_are_nan_and_empty_leads_are_absent():
    rows = [f"{a:.4f},{'' if 10 <= i < 20 else f'{b:.4f}'}," for i, (a, b) in enumerate(LEADS_MV)]
    record = opened("\n".join(["II (mV),V5 (mV),V6 (mV)", *rows, ",,", ""]), fs_hz=500)
    assert (record.leads, record.n_samples) == (("II", "V5"), N_SAMPLES)
    assert np.flatnonzero(np.isnan(record.lead_mv("V5"))).tolist() == list(range(10, 20))
    assert record.notes == ("Left out, as nothing was recorded: V6.",)


def test_a_blank_line_of_a_single_lead_is_a_missing_sample():
    rows = ["" if i == 5 else f"{a:.4f}" for i, a in enumerate(LEADS_MV[:, 0])]
    record = opened("\n".join(["II (mV)", *rows, "", ""]), fs_hz=500)
    assert record.n_samples == N_SAMPLES
    assert np.flatnonzero(np.isnan(record.lead_mv("II"))).tolist() == [5]


def test_lines_above_the_headings_and_other_columns_are_passed_over():
    text = text_of("sample,II (mV),comment", np.arange(N_SAMPLES), LEADS_MV[:, 0], np.zeros(N_SAMPLES))
    record = opened("Recorded by a device\n\n" + text.replace(",0.0000\n", ",artefact\n"), fs_hz=500)
    np.testing.assert_allclose(record.signal_mv[0], LEADS_MV[:, 0], atol=1e-6)
    assert record.notes == ("Left out, as no ECG leads: comment.",)


def test_a_repeated_lead_is_numbered():
    assert opened(text_of("II (mV),ECG II (mV)", *LEADS_MV.T), fs_hz=500).leads == ("II", "II (2)")


def test_a_name_that_looks_like_a_repetition_does_not_collide():
    text = text_of("ECG 2,ECG,ECG", *LEADS_MV.T, LEADS_MV[:, 0])
    assert opened(text, fs_hz=500, unit="mV").leads == ("ECG 2", "ECG", "ECG (2)")


def test_tables_of_countless_leads_are_refused():
    with pytest.raises(SignalError, match="more than 256"):
        opened("\n".join([",".join(["II"] * 300), *[",".join(["0.1"] * 300)] * 1000]), fs_hz=500, unit="mV")


def test_infinite_numbers_are_nan():
    text = text_of("II (mV)", LEADS_MV[:, 0]).replace("\n", "\ninf\n1e300\n", 1)
    assert np.isnan(opened(text, fs_hz=500).lead_mv("II")[:2]).all()


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("Dear colleague, please find attached\n", UnsupportedFormatError, "no line names ECG leads"),
        ("a,b,c\n1,2,3\n", UnsupportedFormatError, "no line names ECG leads"),
        ("II (mV)\none\ntwo\n", UnreadableFileError, "other than numbers"),
        ("II (mmHg)\n1\n2\n", UnreadableFileError, "mmhg"),
        ("II (mV),V5 (mV)\n0,12,0,13\n", UnreadableFileError, "decimal commas"),
        ("II (mV)\n", SignalError, "no ECG samples"),
        ("II (mV)\n0.1\n", SignalError, "1 samples"),
        ("time (s),II (mV)\n0,0.1\n", SignalError, "1 samples"),
        ("II (mV)\n" + "0\n" * 2000, SignalError, "flat line"),
        ("II (mV)\n" + "nan\n" * 2000, SignalError, "no ECG samples"),
        ("II (mV)\n" + "1\n2\n" * 400, SignalError, "at least 2 s"),
    ],
)
def test_tables_that_hold_no_ecg_are_refused(text, error, message):
    with pytest.raises(error, match=message):
        opened(text, fs_hz=500)


@pytest.mark.parametrize("number", ["1e3999999999", "0.0431e-3999999999", "1e99999999999999999999"])
@pytest.mark.parametrize("decimal", [".", ","])
def test_exponents_of_many_digits_do_no_harm(number, decimal):
    text = text_of("II (mV);V5 (mV)", *LEADS_MV.T, separator=";").replace("\n", f"\n{number};1\n", 1)
    try:
        record = opened(text.replace(".", decimal), fs_hz=500)
    except UnreadableFileError:
        return
    assert not np.abs(record.lead_mv("II")[0]) > 0


@pytest.mark.parametrize("fs_hz", [0, -1, float("nan"), float("inf"), 49, 10_001])
def test_impossible_rates_from_the_user_are_refused(fs_hz):
    with pytest.raises(SignalError, match="samples per second"):
        opened(text_of("II (mV)", LEADS_MV[:, 0]), fs_hz=fs_hz)
