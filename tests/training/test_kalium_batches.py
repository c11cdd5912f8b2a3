from __future__ import annotations

import numpy as np
import pytest
import torch

from ecg_core.inference.measured import MEASURED_KEYS
from ecg_core.models.kalium_facts import FACTS, of_lead
from ecg_core.training.kalium_batches import (
    BeatBatches,
    FactsBatches,
    UnchangedBatches,
    beats_of,
    draw_present,
    facts_of,
    pack,
    unpack,
    varied_beats,
    varied_facts,
)
from ecg_core.training.kalium_recipe import level_loss
from tests.training.tiny_training import prepared

R = 90  # at 250 Hz


def a_beat(n: int = 400) -> torch.Tensor:
    """R of 1 mV, T of 0.4 mV 300 ms later, in eight leads, `(n, 8, 256)`."""
    time = torch.arange(256.0)
    wave = torch.exp(-0.5 * ((time - R) / 3) ** 2) + 0.4 * torch.exp(-0.5 * ((time - R - 75) / 10) ** 2)
    return wave.expand(n, 8, -1).clone()


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def test_facts_come_in_the_order_that_the_model_is_fed() -> None:
    ecgs = prepared(2)
    ecgs.measured[:] = np.arange(len(MEASURED_KEYS))
    expected = [MEASURED_KEYS.index(name) for name in FACTS]
    assert facts_of(ecgs)[1].tolist() == expected


def test_beats_are_halved_in_rate_and_keep_their_height() -> None:
    ecgs = prepared(2)
    ecgs.median_mv[:] = 0.5
    assert beats_of(ecgs).shape == (2, 8, 256)
    assert (beats_of(ecgs) == 0.5).all()


def test_what_is_packed_can_be_unpacked() -> None:
    beats, facts = torch.randn(3, 8, 256), torch.randn(3, len(FACTS))
    again, known = unpack(pack(beats, facts))
    assert torch.equal(again, beats)
    assert torch.equal(known, facts)


def test_a_quarter_of_the_ecgs_lack_one_to_three_leads() -> None:
    n_off = (~draw_present(4000, generator())).sum(dim=1)
    assert set(n_off.tolist()) == {0, 1, 2, 3}
    assert float((n_off > 0).float().mean()) == pytest.approx(0.25, abs=0.03)


def test_varied_beats_keep_the_place_of_r_and_the_usual_time_of_t() -> None:
    varied = varied_beats(a_beat(), generator())
    r = varied[:, 0, R - 10 : R + 10].argmax(dim=1) + R - 10
    t = varied[:, 0, R + 40 : R + 120].argmax(dim=1) + R + 40
    assert float((r - R).abs().float().mean()) < 2.0
    assert float((t - r).float().mean()) == pytest.approx(75.0, abs=2.0)
    assert 1.0 < float((t - r).float().std()) < 8.0  # people differ
    assert float(varied[:, 0, R - 5 : R + 5].amax(dim=1).median()) == pytest.approx(1.0, abs=0.15)


def test_an_absent_lead_stays_absent() -> None:
    beats = a_beat(16)
    beats[:, 5] = 0.0
    varied = varied_beats(beats, generator())
    assert not varied[:, 5].any()
    assert varied[:, 4].any(dim=1).all()


def test_varied_facts_are_known_for_present_leads_only() -> None:
    facts = torch.full((500, len(FACTS)), 50.0)
    present = torch.ones(500, 8, dtype=torch.bool)
    present[:, 2] = False
    varied = varied_facts(facts, present, generator())
    widths = of_lead(varied, "t_width_ms")
    assert widths[:, 2].isnan().all()
    assert float(widths[:, 3].isnan().float().mean()) == pytest.approx(0.1, abs=0.05)
    assert (widths[:, 3][~widths[:, 3].isnan()] == 50.0).all()
    assert float(of_lead(varied, "t_amplitude_mv")[:, 3].nan_to_num(50.0).std()) > 3.0


@pytest.mark.parametrize("kind", ["facts", "beats"])
def test_the_same_epoch_is_the_same_and_another_is_another(kind: str) -> None:
    k_meq_l = np.linspace(2.1, 9.0, 30).astype(np.float32)
    facts = 50.0 + torch.randn(30, len(FACTS), generator=generator())
    source = (
        FactsBatches(facts, k_meq_l, 1) if kind == "facts" else BeatBatches(a_beat(30), facts, k_meq_l, 1)
    )
    first, again, other = (next(source.batches(8, epoch))[0].nan_to_num(0.0) for epoch in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_five_classes_come_equally_often() -> None:
    k_meq_l = np.repeat(np.float32([2.2, 3.0, 4.2, 6.0, 7.0]), [50, 50, 800, 50, 50])
    source = FactsBatches(torch.full((1000, len(FACTS)), 50.0), k_meq_l, 2)
    drawn = torch.cat([k for _, k in source.batches(100, 0)])
    counts = torch.bincount(torch.bucketize(drawn, torch.tensor([2.5, 3.5, 5.5, 6.5])))
    assert counts.sum() == 1000
    assert (counts > 150).all()


def test_for_validation_every_example_comes_once_as_it_is() -> None:
    inputs, k_meq_l = torch.arange(10.0)[:, None], np.arange(10, dtype=np.float32)
    seen = list(UnchangedBatches(inputs, k_meq_l).batches(4, epoch=5))
    assert torch.equal(torch.cat([x for x, _ in seen]), inputs)
    assert [len(k) for _, k in seen] == [4, 4, 2]


def test_the_loss_is_least_where_the_scores_say_the_truth() -> None:
    k_meq_l = torch.tensor([4.3])
    levels = torch.arange(2.0, 9.6, 0.5)

    def loss(said: float) -> float:
        return float(level_loss((-0.5 * ((levels - said) / 0.5) ** 2)[None], k_meq_l))

    assert loss(4.3) < loss(4.8) < loss(6.5)
    assert loss(4.3) < loss(3.8) < loss(2.5)
