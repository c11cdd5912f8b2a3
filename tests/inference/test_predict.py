from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from ecg_core.errors import CheckpointError
from ecg_core.inference import predict as predict_module
from ecg_core.inference.calibrated import apply_calibration
from ecg_core.inference.predict import AnnotatedECG, combine_items, predict
from ecg_core.inference.types import FlagCode
from ecg_core.leads import STANDARD_LEADS
from ecg_core.models import MODELS
from ecg_core.record import ECGRecord
from tests.inference.asking import (
    N_ITEMS,
    Checkpoints,
    changed,
    codes,
    every_model,
    fed,
    kind,
    require_abstention,
    require_estimate,
    seen,
    text_of,
)
from tests.inference.conftest import Examples


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
        "other_method",
        "edited",
        "out_of_range",
        "unfamiliar",
        "electrodes_exchanged",
        "fibrillation",
        "wide_qrs",
        "paced",
    }
