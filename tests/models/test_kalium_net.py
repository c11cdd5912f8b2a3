from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.inference.measured import MEASURED_KEYS
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.models import MODELS, build
from ecg_core.models.kalium_facts import FACTS, of_lead, over_leads, with_gain, without_leads
from ecg_core.models.kalium_net import LEVELS_MEQ_L, FactsMember, KaliumNet, expected_meq_l


def an_ecg(n: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    beats = torch.randn(n, 8, 512, generator=generator)
    return beats, 20.0 + 60.0 * torch.rand(n, len(FACTS), generator=generator)


@pytest.fixture(scope="module")
def model() -> KaliumNet:
    torch.manual_seed(1)
    built = build("kalium_net")
    assert isinstance(built, KaliumNet)
    return built.eval()


def test_every_fact_is_measured() -> None:
    assert set(FACTS) <= set(MEASURED_KEYS)
    assert len(set(FACTS)) == len(FACTS) == MODELS["kalium_net"].n_facts


def test_it_is_the_first_of_the_models() -> None:
    assert next(iter(MODELS)) == "kalium_net"


@torch.no_grad()
def test_the_estimate_is_the_mean_of_the_levels_probabilities(model: KaliumNet) -> None:
    beats, facts = an_ecg()
    probabilities = model.level_probabilities(beats, facts)
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(3))
    torch.testing.assert_close(model(beats, facts), probabilities @ torch.tensor(LEVELS_MEQ_L))


@torch.no_grad()
def test_it_answers_where_nothing_could_be_measured(model: KaliumNet) -> None:
    beats, facts = an_ecg()
    estimates = model(beats, torch.full_like(facts, torch.nan))
    assert estimates.isfinite().all()
    assert (estimates > LEVELS_MEQ_L[0]).all()
    assert (estimates < LEVELS_MEQ_L[-1]).all()


@torch.no_grad()
def test_an_absent_lead_is_told_and_its_measurements_do_not_count(model: KaliumNet) -> None:
    beats, facts = an_ecg()
    present = torch.ones(3, 8, dtype=torch.bool)
    present[:, 4] = False
    beats[:, 4] = 0.0
    other = facts.clone()
    of_lead(other, "t_width_ms")[:, 4] = 500.0
    torch.testing.assert_close(model(beats, facts, present), model(beats, other, present))
    assert not torch.allclose(model(beats, facts, present), model(beats, facts))


@torch.no_grad()
def test_ecgs_of_a_batch_do_not_change_each_other(model: KaliumNet) -> None:
    beats, facts = an_ecg()
    one_by_one = torch.cat([model(beats[i : i + 1], facts[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(model(beats, facts), one_by_one, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 7, 512), (1, 8, 500), (8, 512)])
def test_another_shape_is_refused(model: KaliumNet, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected a signal"):
        model(torch.zeros(shape), torch.zeros(1, len(FACTS)))


def test_scores_that_favour_one_level_mean_that_level() -> None:
    scores = torch.full((1, 16), -50.0)
    scores[0, 3] = 50.0
    assert float(expected_meq_l(scores)) == pytest.approx(3.5)


def test_of_lead_finds_each_quantity_in_the_order_of_the_leads() -> None:
    facts = torch.arange(float(len(FACTS)))[None]
    found = of_lead(facts, "t_width_ms")[0].tolist()
    assert [FACTS[int(index)] for index in found] == [f"t_width_ms_{lead}" for lead in INDEPENDENT_LEADS]


def test_without_a_lead_all_of_its_measurements_are_unknown_and_no_other() -> None:
    _, facts = an_ecg(1)
    present = torch.tensor([[lead != "V3" for lead in INDEPENDENT_LEADS]])
    unknown = without_leads(facts, present)[0].isnan()
    assert [name for name, is_unknown in zip(FACTS, unknown, strict=True) if is_unknown] == [
        name for name in FACTS if name.endswith("_V3")
    ]


@given(st.floats(0.4, 2.5))
def test_a_gain_changes_heights_and_slopes_but_no_time_and_no_ratio(gain: float) -> None:
    _, facts = an_ecg(1)
    changed = with_gain(facts, torch.tensor([[gain]]))
    ratio = dict(zip(FACTS, (changed / facts)[0].tolist(), strict=True))
    assert ratio["t_amplitude_mv_V5"] == pytest.approx(gain, rel=1e-5)
    assert ratio["t_downslope_mv_s_II"] == pytest.approx(gain, rel=1e-5)
    assert ratio["t_downslope_per_root_mv_V5"] == pytest.approx(gain**0.5, rel=1e-5)
    for unchanged in ("heart_rate_bpm", "t_width_ms_V2", "t_symmetry_V4", "u_visible_V3", "qrs_axis_deg"):
        assert ratio[unchanged] == 1.0


def test_summaries_need_no_certain_lead() -> None:
    _, facts = an_ecg(1)
    for lead in range(8):
        present = torch.ones(1, 8, dtype=torch.bool)
        present[0, lead] = False
        assert over_leads(without_leads(facts, present)).isfinite().all()


def test_scaling_follows_median_and_quartiles_and_passes_over_what_is_unknown() -> None:
    member = FactsMember()
    _, facts = an_ecg(200)
    facts[:, 0] = torch.linspace(60.0, 100.0, 200)
    facts[:50, 3] = torch.nan
    facts[:, 5] = torch.nan
    member.fit_scale(facts)
    assert float(member.centre[0]) == pytest.approx(80.0)
    assert float(member.scale[0]) == pytest.approx(20.0 / 1.349, rel=1e-3)
    assert (float(member.centre[5]), float(member.scale[5])) == (0.0, 1.0)
    assert float(member.centre[3]) == pytest.approx(float(facts[50:, 3].nanquantile(0.5)), rel=1e-5)
