"""Electrodes of real ECGs are exchanged by lead algebra, and the warning must name the exchange."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecg_core.filtering.electrodes import EXCHANGES, Exchange, suspect_exchange
from ecg_core.filtering.lead_model import (
    chest_change,
    evidence,
    limb_change,
    mirror_image,
    usual_covariances,
    wave_moments,
)
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.leads import INDEPENDENT_LEADS, LIMB_LEADS, STANDARD_LEADS, standard_from_independent
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("00185_hr", "00337_hr", "00338_hr", "00455_hr")


@pytest.fixture(scope="module")
def filtered() -> dict[str, ECGRecord]:
    return {name: filter_record(open_ecg(EXAMPLES / "ptbxl" / f"{name}.hea")).record for name in NAMES}


def changed(record: ECGRecord, change: np.ndarray) -> ECGRecord:
    eight = record.select(INDEPENDENT_LEADS).signal_mv
    signal = standard_from_independent((change @ eight).astype(np.float32))
    return ECGRecord(signal, record.fs_hz, STANDARD_LEADS)


@pytest.mark.parametrize("name", NAMES)
def test_electrodes_in_place_raise_no_suspicion(filtered: dict[str, ECGRecord], name: str) -> None:
    assert suspect_exchange(filtered[name]) is None


@pytest.mark.parametrize(
    "exchange", [one for one in EXCHANGES if one.name != "LA-LL"], ids=lambda exchange: exchange.name
)
def test_most_exchanges_are_named(filtered: dict[str, ECGRecord], exchange: Exchange) -> None:
    found = [suspect_exchange(changed(record, exchange.change)) for record in filtered.values()]
    assert sum(one is not None and one.name == exchange.name for one in found) >= 2
    assert all("may be" in one.warning and "repeat the ECG" in one.warning for one in found if one)


def test_left_arm_and_leg_are_hard_to_tell(filtered: dict[str, ECGRecord]) -> None:
    """What speaks for an exchange grows by it, but seldom beyond what ECGs as recorded show."""
    change = limb_change("RA", "LL", "LA")
    grown = []
    for record in filtered.values():
        moments = wave_moments(record)
        assert moments is not None
        exchanged = {wave: change @ rows @ change.T for wave, rows in moments.items()}
        assert evidence(exchanged, change) == pytest.approx(-evidence(moments, change))
        grown.append(evidence(exchanged, change))
    assert sum(value > 0 for value in grown) >= 3
    assert max(grown) < 2


def test_the_heart_on_the_right_side_is_no_exchange_of_the_arms(filtered: dict[str, ECGRecord]) -> None:
    found = [suspect_exchange(changed(record, mirror_image())) for record in filtered.values()]
    assert {one.name for one in found if one} == {"mirror"}


def test_an_arm_electrode_on_the_right_leg_leaves_a_flat_lead(filtered: dict[str, ECGRecord]) -> None:
    """RA at a leg: II is nothing, I is LA - LL, and the central terminal moves by a third of II."""
    record = filtered["00185_hr"]
    lead_i, ii, *chest = record.select(INDEPENDENT_LEADS).signal_mv
    at_the_leg = np.stack([lead_i - ii, 0.01 * ii, *(lead - ii / 3 for lead in chest)])
    found = suspect_exchange(changed(record.select(INDEPENDENT_LEADS).with_signal(at_the_leg), np.eye(8)))
    assert found is not None
    assert found.name == "RA-RL"


def test_the_warning_is_in_the_notes_and_the_summary(filtered: dict[str, ECGRecord]) -> None:
    swapped = changed(filtered["00185_hr"], limb_change("LA", "RA", "LL"))
    report = assess_quality(swapped, swapped)
    assert report.notes == (
        "The right and left arm electrodes may be swapped; check the electrodes and repeat the ECG",
    )
    assert report.notes[0] in report.summary


def test_limb_changes_are_what_happens_to_the_leads() -> None:
    """Written out by hand: swapped arms turn I over and exchange II with III."""
    lead_i, ii = np.array([0.3, 1.1])
    arms = limb_change("LA", "RA", "LL")[:2, :2] @ [lead_i, ii]
    assert arms == pytest.approx([-lead_i, ii - lead_i])
    left = limb_change("RA", "LL", "LA")[:2, :2] @ [lead_i, ii]
    assert left == pytest.approx([ii, lead_i])
    assert np.allclose(np.linalg.matrix_power(limb_change("LA", "LL", "RA"), 3), np.eye(8))


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.name)
def test_changes_can_be_undone(exchange: Exchange) -> None:
    assert abs(np.linalg.det(exchange.change)) == pytest.approx(1.0)


def test_the_model_is_of_lead_covariances() -> None:
    for covariance in usual_covariances().values():
        assert np.allclose(covariance, covariance.T)
        assert np.trace(covariance) == pytest.approx(8.0, abs=0.01)
        assert np.linalg.eigvalsh(covariance).min() > 0


@pytest.mark.parametrize("kept", [("I", "V6"), LIMB_LEADS, INDEPENDENT_LEADS[2:]], ids=len)
def test_nothing_is_said_where_leads_are_absent(
    filtered: dict[str, ECGRecord], kept: tuple[str, ...]
) -> None:
    swapped = changed(filtered["00185_hr"], limb_change("LA", "RA", "LL"))
    assert suspect_exchange(swapped.select(kept)) is None


def test_nothing_is_said_where_leads_have_different_scales(filtered: dict[str, ECGRecord]) -> None:
    signal = changed(filtered["00185_hr"], chest_change("V1", "V6")).signal_mv.copy()
    signal[2] *= 3
    record = ECGRecord(signal, 500.0, STANDARD_LEADS)
    assert suspect_exchange(record) is None


def test_leads_need_not_be_simultaneous(filtered: dict[str, ECGRecord]) -> None:
    """As on a page of four columns, 2.5 s each, II throughout."""
    signal = changed(filtered["00455_hr"], limb_change("LA", "RA", "LL")).signal_mv.copy()
    for row, name in enumerate(STANDARD_LEADS):
        if name != "II":
            column = row // 3
            signal[row, : 1250 * column] = np.nan
            signal[row, 1250 * (column + 1) :] = np.nan
    found = suspect_exchange(ECGRecord(signal, 500.0, STANDARD_LEADS))
    assert found is not None
    assert found.name == "RA-LA"
