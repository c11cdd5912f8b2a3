from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from ecg_core.errors import CheckpointError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference import predict as predict_module
from ecg_core.inference.appearance import TRAITS
from ecg_core.inference.calibrated import apply_calibration
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, combine_items, predict
from ecg_core.inference.types import FlagCode, ModelInput, Prediction
from ecg_core.leads import CHEST_LEADS, STANDARD_LEADS
from ecg_core.models import MODELS
from ecg_core.record import DIGITIZED_PAGE, ECGRecord, complete_limb_leads
from ecg_core.training.facts import MODEL_FACTS
from tests.inference.conftest import Examples

Checkpoints = dict[str, Checkpoint]
Change = Callable[[np.ndarray], object]
N_ITEMS = {"cycle": 12, "crop": 2, "median_beat": 1}  # 12 beats, 10 s

every_model = pytest.mark.parametrize("key", list(MODELS))


def seen(record: ECGRecord) -> AnnotatedECG:
    record = complete_limb_leads(record)
    filtered = filter_record(record).record
    return AnnotatedECG.as_trained(filtered, assess_quality(record, filtered))


@pytest.fixture(scope="module")
def seen_normal(normal: ECGRecord) -> AnnotatedECG:
    return seen(normal)


def changed(record: ECGRecord, leads: tuple[str, ...], change: Change) -> ECGRecord:
    """A copy in which `change` was done to the samples of each of these leads."""
    signal_mv = record.signal_mv.copy()
    for lead in leads:
        change(signal_mv[record.leads.index(lead)])
    return record.with_signal(signal_mv)


def without(record: ECGRecord, *leads: str) -> ECGRecord:
    return record.select([lead for lead in record.leads if lead not in leads])


def codes(prediction: Prediction) -> list[str]:
    return [flag.code for flag in prediction.flags]


def kind(key: str) -> str:
    return MODEL_FACTS[key].inputs.kind


def fed(inputs: ModelInput) -> list[torch.Tensor]:
    return [torch.from_numpy(part) for part in (inputs.signal, inputs.facts) if part is not None]


def text_of(prediction: Prediction, code: str) -> str:
    (text,) = (flag.text for flag in prediction.flags if flag.code == code)
    return text


def require_estimate(prediction: Prediction) -> None:
    assert not prediction.abstained
    assert prediction.k_low <= prediction.k_meq_l <= prediction.k_high
    probabilities = (prediction.p_hypo, prediction.p_normal, prediction.p_hyper)
    assert min(probabilities) >= 0 and sum(probabilities) == pytest.approx(1.0)
    assert prediction.inputs is not None
    assert prediction.item_k_meq_l.shape == prediction.inputs.signal.shape[:1]
    assert np.isfinite(prediction.item_k_meq_l).all()


def require_abstention(prediction: Prediction, *expected: str) -> None:
    assert prediction.abstained
    numbers = (prediction.k_meq_l, prediction.k_low, prediction.k_high)
    numbers += (prediction.p_hypo, prediction.p_normal, prediction.p_hyper)
    assert np.isnan(numbers).all()
    assert prediction.inputs is None and prediction.item_k_meq_l.size == 0
    assert codes(prediction) == list(expected)


@every_model
def test_a_clean_twelve_lead_ecg_gives_an_estimate_without_a_reservation(
    key: str, checkpoints: Checkpoints, seen_normal: AnnotatedECG
) -> None:
    prediction = predict(checkpoints[key], seen_normal)
    require_estimate(prediction)
    assert prediction.flags == ()
    assert (prediction.model, prediction.title) == (f"untrained {key}", key.upper())
    spec = MODELS[key]
    assert prediction.inputs is not None
    assert prediction.inputs.signal.shape == (N_ITEMS[kind(key)], len(spec.leads), spec.samples)
    assert prediction.inputs.leads == spec.leads


@every_model
def test_the_estimate_is_that_of_the_network_itself(
    key: str, checkpoints: Checkpoints, seen_normal: AnnotatedECG
) -> None:
    prediction = predict(checkpoints[key], seen_normal)
    assert prediction.inputs is not None
    with torch.inference_mode():
        items = checkpoints[key].model(*fed(prediction.inputs)).numpy()
    combined = np.median(items) if kind(key) == "cycle" else np.mean(items)
    assert prediction.k_meq_l == pytest.approx(combined, abs=1e-5)
    calibration = checkpoints[key].card.calibration
    expected = apply_calibration(calibration, combined)
    assert (prediction.k_low, prediction.k_high) == pytest.approx((expected.k_low, expected.k_high), abs=1e-5)
    assert prediction.p_severe == pytest.approx(expected.p_severe, abs=1e-5)


def test_one_bad_beat_does_not_pull_the_median_over_cycles(checkpoints: Checkpoints) -> None:
    items = np.array([4.0, 4.2, 4.4, 30.0], dtype=np.float32)
    assert combine_items(checkpoints["dcrnn"].card, items) == pytest.approx(4.3)
    assert combine_items(checkpoints["ecg12net"].card, items) == pytest.approx(10.65)


@every_model
@pytest.mark.parametrize("fs_hz", [100.0, 250.0])
def test_a_slower_rate_gives_nearly_the_same_inputs(
    key: str, fs_hz: float, checkpoints: Checkpoints, normal: ECGRecord, seen_normal: AnnotatedECG
) -> None:
    slow = normal.with_signal(normal.signal_mv[:, :: round(500 / fs_hz)], fs_hz)
    prediction = predict(checkpoints[key], seen(slow))
    require_estimate(prediction)
    expected = predict(checkpoints[key], seen_normal)
    assert prediction.inputs is not None and expected.inputs is not None
    ours, theirs = (np.median(inputs.signal, axis=0) for inputs in (prediction.inputs, expected.inputs))
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9


@every_model
def test_1000_hz_and_half_a_minute(key: str, checkpoints: Checkpoints, example: Examples) -> None:
    record = example("dicom")
    assert record.fs_hz == 1000
    thirty_s = record.with_signal(np.tile(record.signal_mv, 3))
    ecg = seen(thirty_s)
    assert ecg.annotation.n_beats == 30
    prediction = predict(checkpoints[key], ecg)
    require_estimate(prediction)
    assert "too_short" not in codes(prediction)
    assert len(prediction.item_k_meq_l) == {"cycle": 30, "crop": 2, "median_beat": 1}[kind(key)]


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
    assert f"Lead {lead} is missing or without a signal" in text_of(prediction, "lead_missing")


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


@every_model
def test_without_a_heartbeat_nothing_is_estimated(
    key: str, checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    noise_mv = np.random.default_rng(0).normal(0, 0.2, normal.signal_mv.shape)
    prediction = predict(checkpoints[key], seen(normal.with_signal(noise_mv.astype(np.float32))))
    require_abstention(prediction, "no_beats", "noise")


@pytest.mark.parametrize("key", ["ecg12net", "beta_vae"])
def test_a_noisy_lead_is_named_and_the_estimate_kept(
    key: str, checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    def disturb(samples: np.ndarray) -> None:
        samples += np.random.default_rng(1).normal(0, 0.15, samples.shape).astype(np.float32)

    prediction = predict(checkpoints[key], seen(changed(normal, ("V5",), disturb)))
    require_estimate(prediction)
    assert codes(prediction) == ["noise"]
    assert "V5" in text_of(prediction, "noise")


def test_noise_in_a_lead_the_model_does_not_see_is_no_reason(
    checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    def disturb(samples: np.ndarray) -> None:
        samples += np.random.default_rng(1).normal(0, 0.15, samples.shape).astype(np.float32)

    assert codes(predict(checkpoints["dcrnn"], seen(changed(normal, ("V5",), disturb)))) == []


def test_two_seconds_are_too_short_for_crops_and_doubtful_for_beats(
    checkpoints: Checkpoints, normal: ECGRecord
) -> None:
    ecg = seen(normal.with_signal(normal.signal_mv[:, 200:1200]))
    assert ecg.annotation.n_beats == 2
    crops = predict(checkpoints["ecg12net"], ecg)
    require_abstention(crops, "too_short")
    assert "lasts 2.0 s; the model needs 2.05 s" in text_of(crops, "too_short")
    for key in ("dcrnn", "beta_vae"):
        prediction = predict(checkpoints[key], ecg)
        require_estimate(prediction)
        assert "Only 2 beats were found" in text_of(prediction, "too_short")


def test_a_single_beat_is_doubtful(checkpoints: Checkpoints, normal: ECGRecord) -> None:
    one_beat = seen(normal.with_signal(normal.signal_mv[:, 100:650]))
    assert one_beat.annotation.n_beats == 1
    prediction = predict(checkpoints["dcrnn"], one_beat)
    assert "Only one beat was found" in text_of(prediction, "too_short")


def test_beats_too_close_to_be_cut_out_are_explained(
    checkpoints: Checkpoints, seen_normal: AnnotatedECG
) -> None:
    lead_ii = seen_normal.cycles["II"]
    beats_mv = lead_ii.beats_mv.copy()
    beats_mv[:, :140], beats_mv[:, 240:] = np.nan, np.nan
    racing = replace(seen_normal, cycles={"II": replace(lead_ii, beats_mv=beats_mv)})
    prediction = predict(checkpoints["dcrnn"], racing)
    require_abstention(prediction, "too_short")
    assert "follow one another too fast" in text_of(prediction, "too_short")


def test_crops_with_gaps_throughout_are_explained(checkpoints: Checkpoints, normal: ECGRecord) -> None:
    def between_crops(samples: np.ndarray) -> None:
        for start, length in ((0, 560), (1200, 200), (2000, 560), (3100, 200), (3976, 560)):
            samples[start : start + length] = np.nan

    ecg = seen(changed(normal, STANDARD_LEADS, between_crops))
    require_abstention(predict(checkpoints["ecg12net"], ecg), "too_short")


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


def test_a_long_recording_is_fed_in_parts_and_answered_alike(
    checkpoints: Checkpoints, seen_normal: AnnotatedECG, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    checkpoint = checkpoints["dcrnn"]
    hook = checkpoint.model.register_forward_pre_hook(lambda _, inputs: sizes.append(len(inputs[0])))
    whole = predict(checkpoint, seen_normal)
    monkeypatch.setattr(predict_module, "ITEMS_AT_ONCE", 5)
    parts = predict(checkpoint, seen_normal)
    hook.remove()
    assert sizes == [12, 5, 5, 2]
    np.testing.assert_allclose(parts.item_k_meq_l, whole.item_k_meq_l, atol=1e-5)


def test_an_unknown_kind_of_input_is_told(checkpoints: Checkpoints, seen_normal: AnnotatedECG) -> None:
    checkpoint = checkpoints["dcrnn"]
    card = replace(checkpoint.card, inputs=replace(checkpoint.card.inputs, kind="spectrogram"))
    with pytest.raises(CheckpointError, match="unknown kind of input, 'spectrogram'"):
        predict(replace(checkpoint, card=card), seen_normal)


def test_the_stable_codes_are_these() -> None:
    assert set(get_args(FlagCode)) == {
        "simulated",
        "digitized",
        "lead_missing",
        "partly_recorded",
        "no_beats",
        "too_short",
        "noise",
        "electrode_off",
        "r_only",
        "edited",
        "out_of_range",
        "unfamiliar",
        "electrodes_exchanged",
        "fibrillation",
        "wide_qrs",
        "paced",
    }
