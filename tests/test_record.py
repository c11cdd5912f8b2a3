import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.leads import LIMB_LEADS, STANDARD_LEADS, standard_from_independent
from ecg_core.record import ECGRecord, complete_limb_leads


def make_record(leads=("II", "V5"), n_samples=1000, fs_hz=500.0, **facts):
    signal_mv = np.random.default_rng(0).normal(size=(len(leads), n_samples)).astype(np.float32)
    return ECGRecord(signal_mv=signal_mv, fs_hz=fs_hz, leads=tuple(leads), **facts)


def test_length_and_duration_follow_from_samples_and_rate():
    record = make_record(n_samples=1000, fs_hz=250)
    assert (record.n_samples, record.duration_s) == (1000, 4.0)


def test_a_record_is_immutable():
    record = make_record()
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.fs_hz = 1.0
    with pytest.raises(ValueError, match="read-only"):
        record.signal_mv[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        record.lead_mv("II")[0] = 1.0


def test_the_array_given_to_a_record_stays_writeable():
    given_mv = np.zeros((1, 10), dtype=np.float32)
    ECGRecord(given_mv, 500.0, ("I",))
    given_mv[0, 0] = 1.0


def test_samples_of_any_number_type_become_float32():
    record = ECGRecord(np.arange(6).reshape(2, 3), 500.0, ("I", "II"))
    assert record.signal_mv.dtype == np.float32
    assert record.lead_mv("II").tolist() == [3.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("shape", "leads", "fs_hz", "message"),
    [
        ((2, 10), ("I",), 500.0, "does not fit"),
        ((10,), ("I",), 500.0, "does not fit"),
        ((2, 10), ("I", "I"), 500.0, "repeat"),
        ((1, 10), ("I",), 0.0, "rate"),
        ((1, 10), ("I",), float("nan"), "rate"),
        ((1, 10), ("I",), float("inf"), "rate"),
    ],
)
def test_inconsistent_records_are_refused(shape, leads, fs_hz, message):
    with pytest.raises(ValueError, match=message):
        ECGRecord(np.zeros(shape, np.float32), fs_hz, leads)


def test_asking_for_an_absent_lead_names_those_there_are():
    with pytest.raises(KeyError, match=r"V1 is not in this record \(it has II, V5\)"):
        make_record().lead_mv("V1")


def test_selection_keeps_order_facts_and_the_derived_mark():
    record = complete_limb_leads(make_record(("I", "II", "V5"), notes=("a note",)))
    chosen = record.select(["V5", "aVR", "I"])
    assert chosen.leads == ("V5", "aVR", "I")
    assert chosen.derived_leads == {"aVR"}
    assert chosen.notes == ("a note",)
    np.testing.assert_array_equal(chosen.lead_mv("V5"), record.lead_mv("V5"))


def test_new_samples_keep_everything_else():
    record = make_record(notes=("a note",))
    resampled = record.with_signal(record.signal_mv[:, ::2], fs_hz=250)
    assert (resampled.fs_hz, resampled.duration_s, resampled.notes) == (250, record.duration_s, ("a note",))
    assert record.with_signal(record.signal_mv * 2).fs_hz == record.fs_hz


@given(st.lists(st.sampled_from([*STANDARD_LEADS, "MLII", "V7"]), min_size=1, unique=True))
def test_completion_adds_exactly_the_limb_leads_that_follow(leads):
    independent_mv = np.random.default_rng(1).normal(size=(8, 5))
    truth = dict(zip(STANDARD_LEADS, standard_from_independent(independent_mv), strict=True))
    signal_mv = np.stack([truth.get(name, np.ones(5)) for name in leads])
    complete = complete_limb_leads(ECGRecord(signal_mv, 500.0, tuple(leads)))
    recorded_limb = set(leads) & set(LIMB_LEADS)
    added = set(LIMB_LEADS) - recorded_limb if len(recorded_limb) >= 2 else set()
    assert complete.derived_leads == added
    assert set(complete.leads) == set(leads) | added
    for name in complete.leads:
        np.testing.assert_allclose(complete.lead_mv(name), truth.get(name, np.ones(5)), atol=1e-5)


def test_completed_records_stand_in_the_standard_order():
    complete = complete_limb_leads(make_record(("V7", "V2", "II", "aVF")))
    assert complete.leads == ("I", "II", "III", "aVR", "aVL", "aVF", "V2", "V7")


def test_limb_leads_are_derived_from_two_recorded_at_the_same_time():
    seconds = np.arange(12) // 4  # as on a page: I, then aVF, and II beside both with a gap
    nan = np.nan
    i = np.where(seconds == 0, 1.0, nan)
    ii = np.where(seconds == 1, nan, 3.0)
    avf = np.where(seconds == 0, nan, 2.0)
    apart = ECGRecord(np.array([i, avf]), 500, ("I", "aVF"))
    assert complete_limb_leads(apart) is apart
    together = complete_limb_leads(ECGRecord(np.array([i, avf, ii]), 500, ("I", "aVF", "II")))
    assert together.derived_leads == {"III", "aVR", "aVL"}
    np.testing.assert_allclose(together.lead_mv("III"), np.where(seconds == 0, 2.0, nan))
