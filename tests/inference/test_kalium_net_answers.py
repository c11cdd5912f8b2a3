"""The bundled KaliumNet on real ECGs that lack something. Bounds are wide: they catch a model that falls apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.filtering.resample import resample
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.inference.types import Prediction
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord

ROOT = Path(__file__).parents[2]
COLUMNS = (("I", "II", "III"), ("aVR", "aVL", "aVF"), ("V1", "V2", "V3"), ("V4", "V5", "V6"))


@pytest.fixture(scope="module")
def kalium_net() -> Checkpoint:
    return load_checkpoint(ROOT / "checkpoints" / "kalium_net")


@pytest.fixture(scope="module")
def record() -> ECGRecord:
    return open_ecg(ROOT / "examples" / "ptbxl" / "00338_hr.hea")


def answer(checkpoint: Checkpoint, record: ECGRecord) -> Prediction:
    filtered = filter_record(record).record
    return predict(checkpoint, AnnotatedECG.as_trained(filtered, assess_quality(record, filtered)))


@pytest.fixture(scope="module")
def usual_meq_l(kalium_net: Checkpoint, record: ECGRecord) -> float:
    return answer(kalium_net, record).k_meq_l


def without(record: ECGRecord, *leads: str) -> ECGRecord:
    signal_mv = record.signal_mv.copy()
    signal_mv[[record.leads.index(lead) for lead in leads]] = 0.0
    return replace(record, signal_mv=signal_mv)


def as_printed(record: ECGRecord) -> ECGRecord:
    """2.5 s of each lead, one column after another, and lead II throughout."""
    signal_mv = np.full_like(record.signal_mv, np.nan)
    width = int(2.5 * record.fs_hz)
    for column, leads in enumerate(COLUMNS):
        seen = slice(column * width, (column + 1) * width)
        for row in (record.leads.index(lead) for lead in leads):
            signal_mv[row, seen] = record.signal_mv[row, seen]
    rhythm = record.leads.index("II")
    signal_mv[rhythm] = record.signal_mv[rhythm]
    return replace(record, signal_mv=signal_mv)


@pytest.mark.parametrize("off", [("V2",), ("V5",), ("V1", "V2", "V3")], ids="-".join)
def test_it_answers_alike_without_some_chest_leads(
    kalium_net: Checkpoint, record: ECGRecord, usual_meq_l: float, off: tuple[str, ...]
) -> None:
    prediction = answer(kalium_net, without(record, *off))
    assert prediction.k_meq_l == pytest.approx(usual_meq_l, abs=0.6)
    assert prediction.inputs is not None
    assert set(prediction.inputs.absent) == set(off)


def test_it_abstains_with_four_of_the_eight_leads(kalium_net: Checkpoint, record: ECGRecord) -> None:
    prediction = answer(kalium_net, without(record, "V1", "V2", "V3", "V4"))
    assert prediction.abstained
    assert "lead_missing" in {flag.code for flag in prediction.flags}


def test_it_answers_alike_at_another_rate(
    kalium_net: Checkpoint, record: ECGRecord, usual_meq_l: float
) -> None:
    slower = replace(record, signal_mv=resample(record.signal_mv, record.fs_hz, 250.0), fs_hz=250.0)
    assert answer(kalium_net, slower).k_meq_l == pytest.approx(usual_meq_l, abs=0.1)


def test_it_answers_from_the_short_leads_of_a_page(
    kalium_net: Checkpoint, record: ECGRecord, usual_meq_l: float
) -> None:
    assert answer(kalium_net, as_printed(record)).k_meq_l == pytest.approx(usual_meq_l, abs=0.6)


def test_a_simulated_severe_hyperkalemia_is_read_well_above_its_base(kalium_net: Checkpoint) -> None:
    base = open_ecg(ROOT / "examples" / "ptbxl" / "00185_hr.hea")
    severe = open_ecg(ROOT / "examples" / "simulated" / "00185_hr_k8_5.hea")
    assert answer(kalium_net, severe).k_meq_l > answer(kalium_net, base).k_meq_l + 1.0
