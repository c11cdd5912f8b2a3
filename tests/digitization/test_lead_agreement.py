"""What limb leads say about each other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ecg_core.digitization.lead_agreement import Agreement, check_limb_leads
from ecg_core.leads import LIMB_FROM_I_II, LIMB_LEADS
from tests.digitization.drawn_lines import beat

SAMPLES = 1250
EINTHOVEN, GOLDBERGER = ("I", "II", "III"), ("aVR", "aVL", "aVF")


def limb_leads() -> dict[str, NDArray[np.float64]]:
    t = np.arange(SAMPLES) * 0.25
    one, two = (sum(beat(t, at, r, s) for at in (60, 160, 260)) for r, s in ((0.7, 0.1), (1.1, 0.35)))
    two = np.roll(two, 6)
    return {lead: a * one + b * two for lead, (a, b) in LIMB_FROM_I_II.items()}


def check(signals: dict[str, NDArray[np.float64]]) -> Agreement:
    return check_limb_leads(signals, {lead: np.ones(SAMPLES) for lead in signals})


@pytest.mark.parametrize("leads", [EINTHOVEN, GOLDBERGER, LIMB_LEADS, ("II", *GOLDBERGER)], ids="-".join)
def test_true_leads_agree(leads: tuple[str, ...]) -> None:
    true = limb_leads()
    agreement = check({lead: true[lead] for lead in leads})
    assert agreement.warnings == ()
    assert set(agreement.leads) == set(leads)
    for lead in leads:
        assert agreement.leads[lead].correlation == pytest.approx(1)
        np.testing.assert_allclose(agreement.signals_mv[lead], true[lead], atol=1e-9)


def test_small_errors_are_spread_and_become_smaller() -> None:
    true = limb_leads()
    noise = np.random.default_rng(5).normal(0, 0.03, (6, SAMPLES))
    seen = {lead: true[lead] + noise[k] for k, lead in enumerate(LIMB_LEADS)}
    agreement = check(seen)
    assert agreement.notes
    for lead in LIMB_LEADS:
        before, after = (np.std(signal[lead] - true[lead]) for signal in (seen, agreement.signals_mv))
        assert after < 0.8 * before


def test_a_doubtful_sample_yields_to_the_others() -> None:
    seen = {lead: limb_leads()[lead] for lead in LIMB_LEADS}
    seen["III"] = seen["III"].copy()
    seen["III"][600:640] += 0.2
    doubt = {lead: np.ones(SAMPLES) for lead in LIMB_LEADS}
    doubt["III"][600:640] = 10
    fitted = check_limb_leads(seen, doubt).signals_mv
    assert np.abs(fitted["III"] - limb_leads()["III"]).max() < 0.02


@pytest.mark.parametrize(
    ("one", "other"), [("I", "II"), ("aVL", "aVF"), ("III", "aVR")], ids=["I-II", "aVL-aVF", "III-aVR"]
)
def test_exchanged_names_are_suggested(one: str, other: str) -> None:
    signals = limb_leads()
    signals[one], signals[other] = signals[other], signals[one]
    (warning,) = check(signals).warnings
    assert f"{one} and {other} changed places" in warning


@pytest.mark.parametrize("lead", ["aVR", "II"])
def test_a_lead_upside_down_is_suggested_and_not_turned(lead: str) -> None:
    signals = limb_leads()
    signals[lead] = -signals[lead]
    agreement = check(signals)
    (warning,) = agreement.warnings
    assert f"{lead} were upside down" in warning
    np.testing.assert_array_equal(agreement.signals_mv[lead], signals[lead])


def test_a_wrong_gain_is_told_and_not_spread() -> None:
    signals = {lead: limb_leads()[lead] for lead in LIMB_LEADS}
    signals["aVF"] = 2 * signals["aVF"]
    agreement = check(signals)
    (warning,) = agreement.warnings
    assert "aVF were 0.50 times as tall" in warning
    np.testing.assert_array_equal(agreement.signals_mv["II"], signals["II"])


def test_another_patients_lead_is_told() -> None:
    signals = {lead: limb_leads()[lead] for lead in EINTHOVEN}
    signals["II"] = np.roll(signals["II"], 170)
    (warning,) = check(signals).warnings
    assert "check their boxes and traces" in warning


def test_leads_that_are_not_printed_together_are_not_compared() -> None:
    signals = limb_leads()
    signals["II"][: SAMPLES - 100] = np.nan
    agreement = check({lead: signals[lead] for lead in EINTHOVEN})
    assert dict(agreement.leads) == {}
    assert agreement.warnings == ()
