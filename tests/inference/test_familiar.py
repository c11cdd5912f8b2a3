from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis

from ecg_core.evaluation.familiarity import fit_familiar
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.appearance import TRAITS
from ecg_core.inference.checkpoint import load_checkpoint
from ecg_core.inference.familiar import Familiar, distance, odd_traits
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.record import ECGRecord

N = len(TRAITS)
KALIUM_NET = Path(__file__).parents[2] / "checkpoints" / "kalium_net"


@pytest.fixture(scope="module")
def traits() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(size=(2000, N)) @ rng.normal(size=(N, N)) + 3.0


@pytest.fixture(scope="module")
def familiar(traits: np.ndarray) -> Familiar:
    return fit_familiar(traits, (2.0, 9.5))


def test_distance_is_that_of_mahalanobis(familiar: Familiar, traits: np.ndarray) -> None:
    inverse = np.linalg.inv(np.array(familiar.covariance))
    for row in traits[:5]:
        assert distance(familiar, row) * np.sqrt(N) == pytest.approx(
            mahalanobis(row, familiar.centre, inverse)
        )


def test_one_in_a_hundred_records_is_unusual(familiar: Familiar, traits: np.ndarray) -> None:
    distances = np.array([distance(familiar, row) for row in traits])
    assert (distances > familiar.unusual).mean() == pytest.approx(0.01, abs=0.002)
    assert familiar.foreign == pytest.approx(1.5 * familiar.unusual)


def test_what_is_not_known_does_not_count(familiar: Familiar, traits: np.ndarray) -> None:
    row = traits[0].copy()
    row[3:] = np.nan
    part = np.array(familiar.covariance)[:3, :3]
    expected = mahalanobis(row[:3], familiar.centre[:3], np.linalg.inv(part)) / np.sqrt(3)
    assert distance(familiar, row) == pytest.approx(expected)
    assert np.isnan(distance(familiar, np.full(N, np.nan)))


def test_traits_that_no_record_showed_are_no_trouble(traits: np.ndarray) -> None:
    blank = traits.copy()
    blank[:, -1] = np.nan
    fitted = fit_familiar(blank, (2.0, 9.5))
    assert np.isfinite(distance(fitted, blank[0])) and np.isfinite(fitted.unusual)


def test_the_cause_is_named() -> None:
    plain = fit_familiar(np.random.default_rng(1).normal(size=(500, N)), (2.0, 9.5))
    odd = np.zeros(N)
    odd[0] = 9.0
    assert odd_traits(plain, odd) == ("the heart rate (8.1e+03 bpm)",)
    assert odd_traits(plain, np.zeros(N)) == ("the combination of what was measured",)


def spoilt(normal: ECGRecord, kind: str) -> ECGRecord:
    rng = np.random.default_rng(0)
    signal_mv = normal.signal_mv.copy()
    if kind == "flat":
        signal_mv[:] = 0.0
    elif kind == "noise":
        signal_mv = rng.normal(0, 0.5, signal_mv.shape).astype(np.float32)
    else:
        signal_mv = rng.permuted(signal_mv, axis=1)
    return normal.with_signal(signal_mv)


@pytest.mark.parametrize("kind", ["flat", "noise", "shuffled"])
def test_what_is_no_ecg_gets_no_estimate_but_a_reason(normal: ECGRecord, kind: str) -> None:
    record = spoilt(normal, kind)
    filtered = filter_record(record).record
    ecg = AnnotatedECG.as_trained(filtered, assess_quality(record, filtered), record)
    prediction = predict(load_checkpoint(KALIUM_NET), ecg)
    assert prediction.abstained
    assert {flag.code for flag in prediction.flags} & {"no_beats", "lead_missing", "unfamiliar"}
