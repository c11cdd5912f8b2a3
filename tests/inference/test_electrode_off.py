"""Artefacts of plus and minus 20 mV in one lead: the models answer from the rest, or abstain and say why."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.record import ECGRecord

FS_HZ = 500


def with_artefact(record: ECGRecord, lead: str, start_s: float, stop_s: float) -> AnnotatedECG:
    signal = record.signal_mv.copy()
    part = slice(round(start_s * FS_HZ), round(stop_s * FS_HZ))
    time_s = np.arange(part.stop - part.start) / FS_HZ
    signal[record.leads.index(lead), part] = 20 * np.sign(np.sin(2 * np.pi * 3 * time_s + 0.1))
    spoilt = record.with_signal(signal)
    filtered = filter_record(spoilt).record
    return AnnotatedECG.as_trained(filtered, assess_quality(spoilt, filtered))


def test_a_lead_that_is_off_for_seconds_is_blank_there(
    normal: ECGRecord, checkpoints: dict[str, Checkpoint]
) -> None:
    prediction = predict(checkpoints["ecg12net"], with_artefact(normal, "V3", 4, 7))
    assert not prediction.abstained
    (text,) = (flag.text for flag in prediction.flags if flag.code == "electrode_off")
    assert text == "No contact, or far too large: V3 for 5 s; those seconds say nothing."
    assert prediction.inputs is not None
    assert np.abs(prediction.inputs.signal).max() < 5


def test_a_lead_that_is_mostly_off_is_left_out(normal: ECGRecord, checkpoints: dict[str, Checkpoint]) -> None:
    prediction = predict(checkpoints["ecg12net"], with_artefact(normal, "V3", 1, 9))
    assert not prediction.abstained
    (text,) = (flag.text for flag in prediction.flags if flag.code == "lead_missing")
    assert "V3" in text
    assert prediction.inputs is not None
    assert not prediction.inputs.signal[:, prediction.inputs.leads.index("V3")].any()
    assert np.abs(prediction.inputs.signal).max() < 5


def test_a_model_of_that_lead_alone_abstains(normal: ECGRecord, checkpoints: dict[str, Checkpoint]) -> None:
    prediction = predict(checkpoints["dcrnn"], with_artefact(normal, "II", 1, 9))
    assert prediction.abstained
    assert "lead_missing" in {flag.code for flag in prediction.flags}


@pytest.mark.parametrize("key", ["dcrnn", "beta_vae", "ecg12net"])
def test_a_good_ecg_has_no_such_flag(normal: ECGRecord, checkpoints: dict[str, Checkpoint], key: str) -> None:
    filtered = filter_record(normal).record
    ecg = AnnotatedECG.as_trained(filtered, assess_quality(normal, filtered))
    assert ecg.attached is ecg.filtered
    assert "electrode_off" not in {flag.code for flag in predict(checkpoints[key], ecg).flags}


@pytest.mark.parametrize("lead", ["V1", "V3", "V5"])
def test_a_spoilt_chest_lead_is_no_sign_of_exchanged_electrodes(normal: ECGRecord, lead: str) -> None:
    assert with_artefact(normal, lead, 0, 10).quality.electrodes is None
