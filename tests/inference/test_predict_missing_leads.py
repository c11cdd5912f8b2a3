from dataclasses import replace

import numpy as np
import pytest

from ecg_core.inference.predict import predict
from ecg_core.leads import CHEST_LEADS, STANDARD_LEADS
from ecg_core.record import DIGITIZED_PAGE, ECGRecord
from tests.inference.asking import (
    N_ITEMS,
    Change,
    Checkpoints,
    changed,
    codes,
    every_model,
    kind,
    require_abstention,
    require_estimate,
    seen,
    text_of,
    without,
)
from tests.inference.conftest import Examples


def test_two_leads_suffice_for_all_but_the_twelve_lead_network(
    checkpoints: Checkpoints, example: Examples
) -> None:
    ecg = seen(example("two_leads"))
    for key in ("dcrnn", "beta_vae"):
        prediction = predict(checkpoints[key], ecg)
        require_estimate(prediction)
        assert codes(prediction) == []
    require_abstention(predict(checkpoints["ecg12net"], ecg), "lead_missing")


@pytest.mark.parametrize(
    ("key", "leads", "named"),
    [
        ("dcrnn", CHEST_LEADS, "Lead II is missing"),
        ("beta_vae", ("I", "II", "V1"), "Lead V5 is missing"),
        ("beta_vae", ("I", "V1"), "Leads II, V5 are missing"),
        ("ecg12net", ("I", "II", "V1"), "Leads V2, V3, V4, V5, V6 are missing"),
    ],
)
def test_a_missing_lead_is_named(
    key: str, leads: tuple[str, ...], named: str, checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    prediction = predict(checkpoints[key], seen(normal.select(leads)))
    require_abstention(prediction, "lead_missing")
    assert named in text_of(prediction, "lead_missing")


def test_the_twelve_lead_network_leaves_out_up_to_four_leads(
    checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    prediction = predict(checkpoints["ecg12net"], seen(without(normal, "V2", "V3", "V4", "V6")))
    require_estimate(prediction)
    assert codes(prediction) == ["lead_missing"]
    assert prediction.inputs is not None and prediction.inputs.description.endswith("of 8 leads")
    too_few = predict(checkpoints["ecg12net"], seen(without(normal, "V2", "V3", "V4", "V5", "V6")))
    require_abstention(too_few, "lead_missing")


def flat(samples: np.ndarray) -> None:
    samples[:] = 0.2


def mostly_gone(samples: np.ndarray) -> None:
    samples[1000:4000] = np.nan


def quarter_gone(samples: np.ndarray) -> None:
    samples[:1200] = np.nan


@pytest.mark.parametrize("change", [flat, mostly_gone])
@pytest.mark.parametrize(("key", "lead"), [("dcrnn", "II"), ("beta_vae", "V5")])
def test_a_flat_or_mostly_unrecorded_lead_counts_as_missing(
    key: str, lead: str, change: Change, checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    prediction = predict(checkpoints[key], seen(changed(normal, (lead,), change)))
    require_abstention(prediction, "lead_missing")
    assert f"Lead {lead} is missing or without a usable signal" in text_of(prediction, "lead_missing")


def as_printed(record: ECGRecord) -> ECGRecord:
    """Three rows of four leads, 2.5 s each, and all of lead II below them."""
    signal_mv = np.full_like(record.signal_mv, np.nan)
    for number, lead in enumerate(STANDARD_LEADS):
        row, start = record.leads.index(lead), number // 3 * 1250
        signal_mv[row, start : start + 1250] = record.signal_mv[row, start : start + 1250]
    signal_mv[record.leads.index("II")] = record.lead_mv("II")
    source = replace(record.source, format=DIGITIZED_PAGE)
    return replace(record, signal_mv=signal_mv, source=source)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("dcrnn", None),
        ("ecg12net", "11 of the model's leads cover only 2.5 of 10.0 s; the model saw: 1 crop of 2.05 s"),
        ("beta_vae", "Lead V5 covers only 2.5 of 10.0 s; the model saw: median beat"),
    ],
)
def test_a_printed_page_gives_estimates_that_say_what_they_saw(
    key: str, said: str | None, checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    prediction = predict(checkpoints[key], seen(as_printed(normal)))
    require_estimate(prediction)
    assert codes(prediction) == ["digitized"] + (["partly_recorded"] if said else [])
    assert said is None or said in text_of(prediction, "partly_recorded")
    assert prediction.inputs is not None
    assert (np.ptp(prediction.inputs.signal, axis=2) > 0).all()


def test_a_flat_lead_has_no_say_in_the_twelve_lead_estimate(
    checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    flattened = predict(checkpoints["ecg12net"], seen(changed(normal, ("V4",), flat)))
    absent = predict(checkpoints["ecg12net"], seen(without(normal, "V4")))
    assert codes(flattened) == codes(absent) == ["lead_missing"]
    assert flattened.k_meq_l == pytest.approx(absent.k_meq_l, abs=1e-3)


@every_model
def test_a_gap_is_left_out_of_the_estimate(key: str, checkpoints: Checkpoints, normal: ECGRecord) -> None:
    prediction = predict(checkpoints[key], seen(changed(normal, STANDARD_LEADS, quarter_gone)))
    require_estimate(prediction)
    assert len(prediction.item_k_meq_l) < N_ITEMS[kind(key)] or kind(key) == "median_beat"
    assert prediction.inputs is not None
    assert (np.ptp(prediction.inputs.signal, axis=2) > 0).all()
