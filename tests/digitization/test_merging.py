"""Pages of one ECG become one record."""

import numpy as np
import pytest

from ecg_core.digitization.merging import merge_records
from ecg_core.leads import CHEST_LEADS, LIMB_LEADS, STANDARD_LEADS
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord

EXAMPLES = {example.key: example.path for example in list_examples()}


@pytest.fixture(scope="module")
def ecg() -> ECGRecord:
    return open_ecg(EXAMPLES["normal"])


def later(record: ECGRecord, samples: int) -> ECGRecord:
    return record.with_signal(record.signal_mv[:, samples:])


def test_one_page_is_the_record(ecg: ECGRecord) -> None:
    assert merge_records([ecg]) is ecg


def test_limb_and_chest_leads_of_the_same_seconds_are_laid_over_one_another(ecg: ECGRecord) -> None:
    merged = merge_records([ecg.select(LIMB_LEADS), ecg.select(CHEST_LEADS)])
    assert merged.leads == STANDARD_LEADS
    np.testing.assert_array_equal(merged.signal_mv, ecg.signal_mv)
    assert merged.notes == ()


def test_pages_that_begin_a_little_apart_are_brought_together_by_the_lead_both_show(ecg: ECGRecord) -> None:
    first = ecg.select(LIMB_LEADS)
    second = later(ecg.select(["II", *CHEST_LEADS]), 12)
    merged = merge_records([first, second])
    np.testing.assert_array_equal(merged.lead_mv("V3")[12:], ecg.lead_mv("V3")[12:])
    assert np.isnan(merged.lead_mv("V3")[:12]).all()
    np.testing.assert_array_equal(merged.lead_mv("II"), ecg.lead_mv("II"))  # the longer print


def test_leads_recorded_later_follow_in_time(ecg: ECGRecord) -> None:
    first = ecg.select(LIMB_LEADS).with_signal(ecg.select(LIMB_LEADS).signal_mv[:, :2300])
    second = later(ecg.select(CHEST_LEADS), 2480)
    merged = merge_records([first, second])
    assert merged.n_samples == first.n_samples + second.n_samples
    assert np.isnan(merged.lead_mv("V1")[:2300]).all() and np.isnan(merged.lead_mv("I")[2300:]).all()
    np.testing.assert_array_equal(merged.lead_mv("V1")[2300:], ecg.lead_mv("V1")[2480:])
    assert "V1, V2, V3, V4, V5, V6 were recorded after" in merged.notes[0]


def test_another_rhythm_strip_shows_that_the_seconds_are_others(ecg: ECGRecord) -> None:
    first = ecg.select(LIMB_LEADS).with_signal(ecg.select(LIMB_LEADS).signal_mv[:, :2300])
    merged = merge_records([first, later(ecg.select(["II", *CHEST_LEADS]), 2480)])
    assert merged.n_samples == 2300 + 5000 - 2480


def test_a_print_of_the_same_leads_in_full_replaces_the_short_one(ecg: ECGRecord) -> None:
    short = ecg.signal_mv.copy()
    short[:, 1250:] = np.nan
    merged = merge_records([ecg.with_signal(short), ecg])
    np.testing.assert_array_equal(merged.signal_mv, ecg.signal_mv)


def test_another_recording_of_the_same_leads_is_left_out_and_told(ecg: ECGRecord) -> None:
    other = open_ecg(EXAMPLES["first_degree_av_block"])
    merged = merge_records([ecg, other])
    np.testing.assert_array_equal(merged.signal_mv, ecg.signal_mv)
    assert "Page 2 with ECG shows another recording and was left out" in merged.notes[0]


def test_real_ecgs_of_others_are_never_taken_for_the_same_seconds() -> None:
    records = [open_ecg(EXAMPLES[key]) for key in EXAMPLES if EXAMPLES[key].suffix == ".hea"]
    twelve = [record for record in records if record.fs_hz == 500 and record.leads == STANDARD_LEADS]
    assert len(twelve) >= 3
    for first in twelve:
        for second in twelve:
            merged = merge_records([first.select(LIMB_LEADS), second.select(CHEST_LEADS)])
            together = merged.n_samples == max(first.n_samples, second.n_samples)
            assert together == (first is second)
