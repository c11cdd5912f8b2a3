import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from scipy.ndimage import gaussian_filter1d

from ecg_core.models.twelve_lead.beat_features import N_BEAT_FEATURES, beat_features, before_qrs
from ecg_core.models.twelve_lead.beat_space import BEAT_SAMPLES, BeatSpace
from ecg_core.models.twelve_lead.kernel_machine import KernelMachine
from ecg_core.models.twelve_lead.trees import BoostedTrees


def made_up_beats(n: int = 80) -> torch.Tensor:
    """Beats that lie in a space of five dimensions, shared by all leads."""
    rng = np.random.default_rng(0)
    shapes = gaussian_filter1d(rng.standard_normal((5, 12, BEAT_SAMPLES)), 3.0, axis=2)
    beats = np.einsum("nk,kls->nls", rng.standard_normal((n, 5)) * [4, 3, 2, 1.5, 1], shapes)
    return torch.from_numpy(beats + 0.01 * rng.standard_normal(beats.shape)).float()


def test_absent_leads_are_completed_from_the_others() -> None:
    beats = made_up_beats()
    space = BeatSpace()
    space.fit(beats[:60])
    mask = torch.ones(20, 12, dtype=torch.bool)
    mask[:, 3:] = False
    _, completed = space(beats[60:] * mask[:, :, None], mask)
    assert torch.equal(completed[:, :3], beats[60:, :3])
    error = (completed[:, 3:] - beats[60:, 3:]).std()
    assert error < 0.2 * beats[60:, 3:].std()


def test_without_leads_the_completed_beat_is_the_mean_one() -> None:
    beats = made_up_beats()
    space = BeatSpace()
    space.fit(beats)
    _, completed = space(beats[:2], torch.zeros(2, 12, dtype=torch.bool))
    assert torch.allclose(completed, beats.mean(0).expand(2, -1, -1), atol=1e-5)


def test_a_p_wave_shows_where_it_stands_and_no_gain_moves_it() -> None:
    at = np.arange(BEAT_SAMPLES)
    qrs = 5 * np.exp(-0.5 * ((at - 40) / 1.5) ** 2)
    for place in (12, 20, 28):
        wave = qrs + 0.6 * np.exp(-0.5 * ((at - place) / 3) ** 2)
        beat = torch.from_numpy(np.tile(wave, (1, 12, 1))).float()
        plain, louder = before_qrs(beat), before_qrs(3 * beat)
        assert torch.allclose(plain, louder, atol=1e-5)
        assert float(plain[0, 34]) + 2 == pytest.approx(place, abs=1)  # the profile begins at sample 2
    assert beat_features(made_up_beats()).shape == (80, N_BEAT_FEATURES)


def test_trees_follow_their_nodes_and_send_nan_where_they_are_told() -> None:
    trees = BoostedTrees(2)
    trees.feature = torch.tensor([[0, -1, 1, -1, -1], [1, -1, -1, -1, -1]], dtype=torch.int16)
    trees.threshold = torch.tensor([[0.5, 0, 2.0, 0, 0], [0.0, 0, 0, 0, 0]])
    trees.left = torch.tensor([[1, 0, 3, 0, 0], [1, 0, 0, 0, 0]], dtype=torch.int16)
    trees.right = torch.tensor([[2, 0, 4, 0, 0], [2, 0, 0, 0, 0]], dtype=torch.int16)
    trees.value = torch.tensor([[0, 1.0, 0, 10.0, 100.0], [0, 0.25, 0.75, 0, 0]])
    trees.unknown_left = torch.tensor([[False] * 5, [True] * 5])
    trees.output = torch.tensor([0, 1], dtype=torch.int16)
    trees.start = torch.tensor([0.5, 0.0])
    trees.depth = torch.tensor([2], dtype=torch.int16)
    features = torch.tensor([[0.5, 9.0], [0.6, 2.0], [0.6, 3.0], [torch.nan, torch.nan]])
    expected = [[1.5, 0.75], [10.5, 0.75], [100.5, 0.75], [100.5, 0.25]]
    assert trees(features).tolist() == expected
    again = BoostedTrees(2)  # takes the size of what it loads
    again.load_state_dict(load(save(trees.state_dict())))
    assert again(features).tolist() == expected


def test_the_kernel_machine_is_ridge_regression_over_likeness() -> None:
    rng = torch.Generator().manual_seed(0)
    views = [torch.randn(20, d, generator=rng) for d in (3, 4, 2)]
    target = torch.rand(20, 2, generator=rng)
    target[:6, 1] = torch.nan
    machine = KernelMachine(2, (3, 4, 2))
    machine.fit(views, target, ridge=0.5)
    likeness = machine.likeness(views).double()
    for column, rows in ((0, slice(0, 20)), (1, slice(6, 20))):
        start = target[rows, column].mean()
        system = likeness[rows, rows] + 0.5 * torch.eye(len(target[rows]))
        weights = torch.linalg.solve(system, (target[rows, column] - start).double())
        expected = likeness[:, rows] @ weights + start
        assert torch.allclose(machine(views)[:, column].double(), expected, atol=1e-4)
