from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.errors import CheckpointError, SignalError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.leads import INDEPENDENT_LEADS, LIMB_LEADS, STANDARD_LEADS
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord
from ecg_core.twelve_lead.restore import Expected, Restorer, _blocks, bundled_restorer, load_restorer, restore

FOUR = ("I", "II", "V2", "V5")


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return bundled_restorer()


@pytest.fixture(scope="module")
def filtered() -> ECGRecord:
    path = next(item.path for item in list_examples() if item.key == "normal")
    return filter_record(open_ecg(path)).record


def test_every_lead_says_where_it_comes_from(filtered: ECGRecord, restorer: Restorer) -> None:
    restored = restore(filtered.select(FOUR), restorer)
    assert restored.record.leads == STANDARD_LEADS
    assert restored.measured == FOUR
    assert restored.derived == ("III", "aVR", "aVL", "aVF")
    assert restored.estimated == ("V1", "V3", "V4", "V6")
    assert restored.record.derived_leads == set(restored.derived)
    assert restored.record.estimated_leads == set(restored.estimated) == set(restored.expected)
    assert all(
        0.9 < expected.r < 1 and expected.low_r < expected.r for expected in restored.expected.values()
    )


def test_leads_that_may_be_quite_wrong_are_named(filtered: ECGRecord, restorer: Restorer) -> None:
    """From I and II one V2 in ten correlates below 0.44, one V6 in ten below 0.81 (docs); what was not tested is not vouched for."""
    assert restore(filtered.select(FOUR), restorer).poor == ()
    from_limb_leads = restore(filtered.select(("I", "II")), restorer)
    assert "V2" in from_limb_leads.poor and "V6" not in from_limb_leads.poor
    untested = Restorer(restorer.model, {})
    assert restore(filtered.select(FOUR), untested).poor == ("V1", "V3", "V4", "V6")


def test_what_was_recorded_stays_and_limb_leads_are_exact(filtered: ECGRecord, restorer: Restorer) -> None:
    restored = restore(filtered.select(FOUR), restorer)
    for lead in FOUR:
        np.testing.assert_array_equal(restored.record.lead_mv(lead), filtered.lead_mv(lead))
    for lead in LIMB_LEADS:
        np.testing.assert_allclose(restored.record.lead_mv(lead), filtered.lead_mv(lead), atol=5e-3)


def test_an_ecg_is_restored_from_four_leads(restorer: Restorer) -> None:
    path = next(item.path for item in list_examples() if item.key == "first_degree_av_block")
    true = filter_record(open_ecg(path)).record
    restored = restore(true.select(FOUR), restorer)
    for lead in restored.estimated:
        assert np.corrcoef(restored.record.lead_mv(lead), true.lead_mv(lead))[0, 1] > 0.8, lead


def test_a_complete_ecg_stays_as_it_is(filtered: ECGRecord, restorer: Restorer) -> None:
    restored = restore(filtered, restorer)
    assert restored.estimated == () and restored.expected == {}
    np.testing.assert_array_equal(restored.record.signal_mv, filtered.select(STANDARD_LEADS).signal_mv)


@pytest.mark.parametrize("fs_hz", [125.0, 257.0, 1000.0])
def test_any_rate_gives_the_same_leads(filtered: ECGRecord, restorer: Restorer, fs_hz: float) -> None:
    few = filtered.select(FOUR)
    at_500 = restore(few, restorer).record
    other = few.with_signal(resample(few.signal_mv, 500.0, fs_hz), fs_hz)
    back = resample(restore(other, restorer).record.signal_mv, fs_hz, 500.0)
    n = min(back.shape[1], at_500.n_samples) - 100
    for row, lead in enumerate(STANDARD_LEADS):
        assert np.corrcoef(back[row, 100:n], at_500.signal_mv[row, 100:n])[0, 1] > 0.97, lead


def test_a_long_recording_is_restored_like_a_short_one(filtered: ECGRecord, restorer: Restorer) -> None:
    few = filtered.select(FOUR)
    long = restore(few.with_signal(np.tile(few.signal_mv, 8)), restorer).record
    v3 = restore(few, restorer).record.lead_mv("V3")
    assert long.duration_s > 60
    for part in long.lead_mv("V3").reshape(8, -1):
        assert np.corrcoef(part[500:-500], v3[500:-500])[0, 1] > 0.99


@given(samples=st.integers(1, 20_000))
def test_the_weights_of_overlapping_blocks_add_up_to_one(samples: int) -> None:
    total = np.zeros(samples)
    for first, weight in _blocks(samples):
        total[first : first + weight.size] += weight
    np.testing.assert_allclose(total, 1, atol=1e-6)


def test_gaps_stay_gaps(filtered: ECGRecord, restorer: Restorer) -> None:
    signal_mv = filtered.select(FOUR).signal_mv.copy()
    signal_mv[2, 1000:1200] = np.nan
    restored = restore(filtered.select(FOUR).with_signal(signal_mv), restorer).record
    missing = np.isnan(restored.lead_mv("V3"))
    assert missing[1000:1200].all() and missing.sum() == 200
    assert np.isfinite(restored.lead_mv("I")).all()


def test_a_short_strip_beside_a_long_one_is_shown_but_not_built_upon(
    filtered: ECGRecord, restorer: Restorer
) -> None:
    signal_mv = filtered.select(("II", "V1")).signal_mv.copy()
    signal_mv[1, 1250:] = np.nan
    restored = restore(filtered.select(("II", "V1")).with_signal(signal_mv), restorer)
    assert restored.measured == ("II", "V1") and "V1" not in restored.estimated
    assert np.isfinite(restored.record.lead_mv("V5")).all()


def test_limb_leads_guessed_from_one_are_called_estimates(filtered: ECGRecord, restorer: Restorer) -> None:
    restored = restore(filtered.select(("II",)), restorer)
    assert set(restored.estimated) == set(STANDARD_LEADS) - {"II"}
    signals = {lead: restored.record.lead_mv(lead) for lead in LIMB_LEADS}
    np.testing.assert_allclose(signals["I"] + signals["III"], signals["II"], atol=1e-4)


def test_without_a_usable_lead_it_says_what_is_needed(filtered: ECGRecord, restorer: Restorer) -> None:
    with pytest.raises(SignalError, match="one of I, II, V1-V6"):
        restore(filtered.select(("aVF",)), restorer)


def test_expectations_come_from_the_best_tested_set_within_the_measured_leads(restorer: Restorer) -> None:
    one, two = Expected(0.8, 0.5), Expected(0.9, 0.7)
    tested = {frozenset({"II"}): {"V6": one}, frozenset({"II", "V1"}): {"V6": two}}
    made_up = Restorer(restorer.model, tested)
    assert made_up.expected(("II", "V1", "V2"), "V6") == two
    assert made_up.expected(("II", "V2"), "V6") == one
    assert np.isnan(made_up.expected(("I",), "V6").r)


def test_estimates_stay_marked_when_leads_are_chosen(filtered: ECGRecord, restorer: Restorer) -> None:
    record = restore(filtered.select(FOUR), restorer).record
    assert record.select(("II", "V3")).estimated_leads == {"V3"}


def test_order_of_the_leads_in_the_file_does_not_matter(filtered: ECGRecord, restorer: Restorer) -> None:
    backwards = restore(filtered.select(FOUR[::-1]), restorer).record
    np.testing.assert_array_equal(
        backwards.signal_mv, restore(filtered.select(FOUR), restorer).record.signal_mv
    )


def test_a_card_without_expectations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(CheckpointError, match="does not say how well"):
        load_restorer(tmp_path)


def test_all_independent_leads_are_restored_leads(restorer: Restorer) -> None:
    named = set().union(*restorer.tested.values())
    assert set(INDEPENDENT_LEADS) <= named
