import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecg_core.leads import (
    INDEPENDENT_LEADS,
    LIMB_LEADS,
    STANDARD_LEADS,
    canonical_lead_name,
    limb_leads_from_pair,
    standard_from_independent,
)

millivolts = arrays(np.float32, 20, elements=st.floats(-10, 10, width=32))
limb_pairs = st.sampled_from(list(itertools.permutations(LIMB_LEADS, 2)))


def electrodes_to_limb_leads(right_arm, left_arm, left_foot):
    """The limb leads as Einthoven and Goldberger define them, from electrode potentials."""
    return {
        "I": left_arm - right_arm,
        "II": left_foot - right_arm,
        "III": left_foot - left_arm,
        "aVR": right_arm - (left_arm + left_foot) / 2,
        "aVL": left_arm - (right_arm + left_foot) / 2,
        "aVF": left_foot - (right_arm + left_arm) / 2,
    }


@settings(max_examples=300)
@given(limb_pairs, millivolts, millivolts, millivolts)
def test_any_two_limb_leads_give_back_all_six(pair, right_arm, left_arm, left_foot):
    first, second = pair
    truth = electrodes_to_limb_leads(right_arm, left_arm, left_foot)
    found = limb_leads_from_pair(first, truth[first], second, truth[second])
    assert list(found) == list(LIMB_LEADS)
    for name, lead_mv in found.items():
        np.testing.assert_allclose(lead_mv, truth[name], atol=1e-4)


@given(first=millivolts, second=millivolts)
def test_limb_leads_obey_einthoven_and_goldberger(first, second):
    leads = limb_leads_from_pair("I", first, "aVF", second)
    np.testing.assert_allclose(leads["I"] + leads["III"], leads["II"], atol=1e-4)
    np.testing.assert_allclose(leads["aVR"] + leads["aVL"] + leads["aVF"], 0, atol=1e-4)


def test_a_missing_sample_is_missing_in_every_derived_lead():
    gap = np.array([1.0, np.nan, 1.0], dtype=np.float32)
    leads = limb_leads_from_pair("I", gap, "II", np.ones(3, dtype=np.float32))
    assert np.isnan(leads["aVF"]).tolist() == [False, True, False]


@pytest.mark.parametrize(("first", "second"), [("II", "II"), ("I", "V1"), ("MLII", "I")])
def test_pairs_that_do_not_determine_the_limb_leads_are_refused(first, second):
    with pytest.raises(ValueError, match="two different limb leads"):
        limb_leads_from_pair(first, np.zeros(3, np.float32), second, np.zeros(3, np.float32))


@given(arrays(np.float32, (2, 8, 5), elements=st.floats(-10, 10, width=32)))
def test_twelve_leads_from_the_eight_independent_ones(independent_mv):
    twelve = standard_from_independent(independent_mv)
    assert twelve.shape == (2, 12, 5)
    for row, name in enumerate(INDEPENDENT_LEADS):
        np.testing.assert_array_equal(twelve[:, STANDARD_LEADS.index(name)], independent_mv[:, row])
    limb = limb_leads_from_pair("I", independent_mv[:, 0], "II", independent_mv[:, 1])
    for name in LIMB_LEADS:
        np.testing.assert_allclose(twelve[:, STANDARD_LEADS.index(name)], limb[name], atol=1e-5)


@pytest.mark.parametrize("name", STANDARD_LEADS)
@pytest.mark.parametrize(
    "pattern", ["{}", " {} ", "Lead {}", "ECG {}", "ECG Lead {}", "lead_{}", "EKG:{}", "{}."]
)
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_usual_spellings_are_recognised(name, pattern, case):
    assert canonical_lead_name(case(pattern.format(name))) == name


@pytest.mark.parametrize(("label", "name"), [("V 1", "V1"), ("V-6", "V6"), ("aV R", "aVR"), ("a VF", "aVF")])
def test_separators_inside_one_name_are_dropped(label, name):
    assert canonical_lead_name(label) == name


@pytest.mark.parametrize(
    "label",
    ["", "MLII", "V7", "V3R", "-aVR", "I-II", "I II", "II.1", "ECG", "IIII", "V", "aV", "V10", "Resp"],
)
def test_other_labels_are_not_taken_for_standard_leads(label):
    assert canonical_lead_name(label) is None


@given(st.text())
def test_canonical_names_are_standard_and_stable(label):
    name = canonical_lead_name(label)
    assert name is None or (name in STANDARD_LEADS and canonical_lead_name(name) == name)
