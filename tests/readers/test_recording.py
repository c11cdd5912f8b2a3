import numpy as np
import pytest

from ecg_core.errors import SignalError
from ecg_core.readers.recording import Channel, Recording, lead_name, to_millivolts, to_record


def recording_of(*channels, n_samples=1000):
    noise = np.random.default_rng(0).normal(size=n_samples).astype(np.float32)
    return Recording("test", [Channel(label, noise, fs_hz) for label, fs_hz in channels])


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("ECG Lead avf", "aVF"),
        ("MLII", "MLII"),
        ("ECG MLII", "MLII"),
        ("V4R", "V4R"),
        ("lead v7", "v7"),
        ("EKG", "EKG"),
        ("ECG 2", "ECG 2"),
        ("vx", "vx"),
        ("EEG Fpz-Cz", None),
        ("Resp", None),
        ("", None),
    ],
)
def test_labels_that_mean_an_ecg_lead(label, name):
    assert lead_name(label) == name


@pytest.mark.parametrize(
    ("labels", "leads"),
    [
        (["A", "A", "A"], ("A", "A (2)", "A (3)")),
        (["A (2)", "A", "A"], ("A (2)", "A", "A (3)")),
        (["V1", "v1", "ECG V1"], ("V1", "V1 (2)", "V1 (3)")),
    ],
)
def test_names_never_collide(labels, leads):
    assert to_record(recording_of(*[(label, 250.0) for label in labels]), "x").leads == leads


def test_the_commonest_rate_wins():
    record = to_record(recording_of(("V1", 250.0), ("V2", 500.0), ("V3", 250.0)), "x")
    assert (record.leads, record.fs_hz) == (("V1", "V3"), 250.0)
    assert record.notes == ("Left out, as not sampled at 250 Hz: V2.",)


@pytest.mark.parametrize("fs_hz", [49.9, 10_000.1, float("nan"), float("inf"), -500.0, 0.0])
def test_rates_no_ecg_has_are_refused(fs_hz):
    with pytest.raises(SignalError, match="samples per second"):
        to_record(recording_of(("V1", fs_hz), n_samples=100_000), "x")


def test_no_channel_no_sample_no_record():
    for recording in (recording_of(), recording_of(("V1", 500.0), n_samples=0)):
        with pytest.raises(SignalError, match="no ECG samples"):
            to_record(recording, "x")


def test_what_is_no_number_in_millivolts_is_nan():
    values = np.array([1.0, np.inf, -np.inf, np.nan, 1e300])
    np.testing.assert_array_equal(
        to_millivolts(values, 1000.0), np.float32([1000, np.nan, np.nan, np.nan, np.nan])
    )
