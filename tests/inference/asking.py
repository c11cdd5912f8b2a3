"""Asking checkpoints about records, and what an estimate or an abstention must hold."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.inference.types import ModelInput, Prediction
from ecg_core.models import MODELS
from ecg_core.record import ECGRecord, complete_limb_leads
from ecg_core.training.facts import MODEL_FACTS

Checkpoints = dict[str, Checkpoint]
Change = Callable[[np.ndarray], object]
N_ITEMS = {"cycle": 12, "crop": 2, "median_beat": 1}  # 12 beats, 10 s

every_model = pytest.mark.parametrize("key", list(MODELS))


def seen(record: ECGRecord) -> AnnotatedECG:
    record = complete_limb_leads(record)
    filtered = filter_record(record).record
    return AnnotatedECG.as_trained(filtered, assess_quality(record, filtered))


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
