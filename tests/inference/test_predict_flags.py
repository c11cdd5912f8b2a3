from dataclasses import replace

import numpy as np

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.appearance import TRAITS
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.record import ECGRecord, complete_limb_leads
from tests.inference.asking import (
    Checkpoints,
    codes,
    every_model,
    require_abstention,
    require_estimate,
    seen,
    text_of,
)
from tests.inference.conftest import Examples


@every_model
def test_a_simulated_ecg_is_flagged(key: str, checkpoints: Checkpoints, example: Examples) -> None:
    record = replace(example("normal"), simulated=True)
    prediction = predict(checkpoints[key], seen(record))
    require_estimate(prediction)
    assert codes(prediction) == ["simulated"]


def test_beats_cut_around_r_alone_are_flagged_where_beats_are_fed(
    checkpoints: Checkpoints, seen_normal: AnnotatedECG
) -> None:
    annotation = seen_normal.annotation
    r_only = np.arange(annotation.n_beats) % 4 > 0
    ecg = replace(seen_normal, annotation=replace(annotation, r_only=r_only))
    assert "In 75% of the beats" in text_of(predict(checkpoints["dcrnn"], ecg), "r_only")
    assert codes(predict(checkpoints["beta_vae"], ecg)) == ["r_only"]
    assert codes(predict(checkpoints["ecg12net"], ecg)) == []
    few = replace(seen_normal, annotation=replace(annotation, r_only=np.arange(annotation.n_beats) < 2))
    assert codes(predict(checkpoints["dcrnn"], few)) == []


def narrowed(checkpoint: Checkpoint, **changes: object) -> Checkpoint:
    """The checkpoint with other notions of what is familiar."""
    card = checkpoint.card
    return replace(checkpoint, card=replace(card, familiar=replace(card.familiar, **changes)))


def usual_rate(bpm: float) -> dict[str, object]:
    """A centre and covariance for which all that is known is a heart rate, give or take a tenth."""
    variance = np.full(len(TRAITS), 1e6)
    variance[0] = 0.01
    centre = (float(np.log(bpm)), *[0.0] * (len(TRAITS) - 1))
    return {"centre": centre, "covariance": tuple(map(tuple, np.diag(variance).tolist()))}


@every_model
def test_an_ecg_beyond_most_calibration_records_is_flagged(
    key: str, checkpoints: Checkpoints, seen_normal: AnnotatedECG
) -> None:
    prediction = predict(narrowed(checkpoints[key], **usual_rate(160), unusual=1.0), seen_normal)
    require_estimate(prediction)
    assert codes(prediction) == ["out_of_range"]
    assert text_of(prediction, "out_of_range").endswith("the heart rate (69.1 bpm).")


@every_model
def test_an_ecg_that_resembles_none_gets_no_estimate_and_the_reason(
    key: str, checkpoints: Checkpoints, seen_normal: AnnotatedECG
) -> None:
    strict = narrowed(checkpoints[key], **usual_rate(160), unusual=1.0, foreign=2.0)
    prediction = predict(strict, seen_normal)
    require_abstention(prediction, "unfamiliar")
    assert "the heart rate (69.1 bpm)" in text_of(prediction, "unfamiliar")


@every_model
def test_an_estimate_beyond_what_was_learned_is_flagged(
    key: str, checkpoints: Checkpoints, seen_normal: AnnotatedECG
) -> None:
    prediction = predict(narrowed(checkpoints[key], k_meq_l=(8.0, 9.0)), seen_normal)
    require_estimate(prediction)
    assert text_of(prediction, "out_of_range").endswith("the estimate itself.")


def test_what_the_rhythm_says_is_flagged(checkpoints: Checkpoints, example: Examples) -> None:
    record = complete_limb_leads(example("left_bundle_branch_block"))
    filtered = filter_record(record).record
    ecg = AnnotatedECG.as_trained(filtered, assess_quality(record, filtered), record)
    prediction = predict(checkpoints["dcrnn"], ecg)
    assert "wide_qrs" in codes(prediction)
    assert "The QRS is wide" in text_of(prediction, "wide_qrs")


def test_exchanged_electrodes_are_flagged(checkpoints: Checkpoints, normal: ECGRecord) -> None:
    """The arms: I upside down, II and III, aVR and aVL in each other's place."""
    leads = ("I", "II", "III", "aVR", "aVL")
    signs = np.array([-1, 1, 1, 1, 1], np.float32)[:, None]
    of = ("I", "III", "II", "aVL", "aVR")
    signal_mv = normal.signal_mv.copy()
    signal_mv[[normal.leads.index(lead) for lead in leads]] = signs * np.stack(
        [normal.lead_mv(lead) for lead in of]
    )
    prediction = predict(checkpoints["ecg12net"], seen(normal.with_signal(signal_mv)))
    assert "arm electrodes may be swapped" in text_of(prediction, "electrodes_exchanged")
