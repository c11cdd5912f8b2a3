import numpy as np

from ecg_core.figures.estimate_and_truth import (
    MOST_POINTS,
    POTASSIUM,
    bland_altman_figure,
    truth_heatmap_figure,
)
from ecg_core.figures.export import serialized_bytes


def test_heatmap_counts_every_pair_once_and_draws_the_diagonal() -> None:
    rng = np.random.default_rng(7)
    truth, estimate = rng.uniform(1.5, 10, (2, 5_000))  # some beyond the axis
    fig = truth_heatmap_figure(truth, estimate, POTASSIUM, dark=False)
    cells = np.asarray(fig.data[0].z)
    assert cells.shape == (POTASSIUM.n_bins, POTASSIUM.n_bins)
    assert np.nansum(cells) == 5_000
    diagonal = fig.data[1]
    assert list(diagonal.x) == list(diagonal.y) == [2.0, 9.5]


def test_heatmap_puts_truth_across_and_estimate_up() -> None:
    fig = truth_heatmap_figure(np.array([2.1, 2.1, np.nan]), np.array([9.4, 9.4, 5.0]), POTASSIUM, dark=True)
    cells = np.asarray(fig.data[0].z)
    assert cells[-1, 0] == 2
    assert np.isfinite(cells).sum() == 1  # cells without examples stay empty


def test_heatmap_is_small_whatever_the_data() -> None:
    rng = np.random.default_rng(7)
    fig = truth_heatmap_figure(*rng.uniform(2, 9.5, (2, 200_000)), POTASSIUM, dark=False)
    assert serialized_bytes(fig) < 20_000


def test_differences_stand_over_means_between_their_limits() -> None:
    fig = bland_altman_figure(
        np.array([4.0, 6.0, np.nan]), np.array([5.0, 5.0, 5.0]), 0.0, (-2.8, 2.8), POTASSIUM, dark=False
    )
    assert list(fig.data[0].x) == [4.5, 5.5] and list(fig.data[0].y) == [1.0, -1.0]
    assert [shape.y0 for shape in fig.layout.shapes] == [0.0, -2.8, 2.8, 0]
    assert [a.text for a in fig.layout.annotations] == [
        "bias +0.00",
        "lower limit -2.80",
        "upper limit +2.80",
    ]


def test_of_many_ecgs_some_are_drawn() -> None:
    truth, k = np.random.default_rng(0).uniform(2, 9, (2, 50_000))
    fig = bland_altman_figure(truth, k, 0.0, (-1.0, 1.0), POTASSIUM, dark=True)
    assert len(fig.data[0].x) == MOST_POINTS
    assert serialized_bytes(fig) < 100_000
