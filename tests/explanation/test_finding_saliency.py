import numpy as np
import pytest
import torch

from ecg_core.annotation.types import Annotation
from ecg_core.explanation.attribution import along_path
from ecg_core.explanation.finding_saliency import _one_unknown, finding_saliency
from ecg_core.explanation.occlusion import by_bridging
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.twelve_lead.answer import answer
from ecg_core.twelve_lead.checkpoint import BUNDLED, load_twelve_lead
from ecg_core.twelve_lead.facts import FACTS


@pytest.fixture(scope="module")
def ecg() -> AnnotatedECG:
    record = open_ecg(next(item.path for item in list_examples() if item.key == "left_bundle_branch_block"))
    filtered = filter_record(record).record
    return AnnotatedECG.as_trained(filtered, assess_quality(record, filtered))


def test_what_samples_add_sums_to_the_answer() -> None:
    rng = torch.Generator().manual_seed(1)
    weights = torch.randn(3, 40, generator=rng)
    signal = torch.randn(3, 40, generator=rng)

    def answer_of(batch: torch.Tensor) -> torch.Tensor:
        return torch.tanh((batch * weights).sum(dim=(1, 2)) / 8)

    added = along_path(answer_of, signal, steps=200)
    assert added.sum() == pytest.approx(float(answer_of(signal[None])), abs=1e-3)
    np.testing.assert_allclose(np.sign(added), np.sign((weights * signal).numpy()))


def test_bridging_finds_the_stretch_that_counts_in_the_lead_that_counts() -> None:
    signal = torch.sin(torch.arange(60.0))[None].repeat(3, 1)

    def answer_of(batch: torch.Tensor) -> torch.Tensor:
        return batch[:, 1, 20:28].abs().sum(dim=1)

    moved = by_bridging(answer_of, signal, (0, 1), width=8, step=4)
    assert moved.argmax() // 60 == 1
    assert 16 <= moved[1].argmax() < 32
    assert not moved[[0, 2]].any()
    assert not moved[1, :12].any()
    assert not moved[1, 36:].any()


def test_one_fact_after_the_other_is_unknown() -> None:
    told = _one_unknown(torch.tensor([1.0, torch.nan, 3.0]))
    assert told.isnan().tolist() == [[True, True, False], [False, True, False], [False, True, True]]


def test_a_measured_model_marks_every_beat_alike_and_says_what_it_was_told(ecg: AnnotatedECG) -> None:
    checkpoint = load_twelve_lead(BUNDLED / "measured")
    leads = ("I", "II", "V1", "V6")
    found = finding_saliency(checkpoint, ecg, "CLBBB", leads)
    assert found.repeated
    assert found.weight.shape == (12, 1000)
    assert found.weight.max() == pytest.approx(1.0)
    seen = [name for name, row in zip(STANDARD_LEADS, found.weight, strict=True) if row.any()]
    assert seen == list(leads)
    assert set(found.without) <= set(FACTS)
    inside = beats_inside(ecg.annotation)
    first, second = (found.weight[:, r - 20 : r + 20] for r in inside[1:3])
    np.testing.assert_allclose(first, second, atol=0.05)
    assert answer(ecg, checkpoint, leads).leads_used == leads


def beats_inside(annotation: Annotation) -> list[int]:
    """R peaks in samples of 10 ms."""
    return [round(r / annotation.fs_hz * 100) for r in annotation.r_peaks]
