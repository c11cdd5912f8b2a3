import numpy as np
import pytest

from ecg_core.figures.agreement import MOST_POINTS, bland_altman_figure, model_agreement_figure
from ecg_core.figures.export import serialized_bytes


def test_differences_stand_over_means_between_their_limits() -> None:
    fig = bland_altman_figure(
        np.array([4.0, 6.0, np.nan]), np.array([5.0, 5.0, 5.0]), 0.0, (-2.8, 2.8), dark=False
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
    fig = bland_altman_figure(truth, k, 0.0, (-1.0, 1.0), dark=True)
    assert len(fig.data[0].x) == MOST_POINTS
    assert serialized_bytes(fig) < 100_000


def test_every_two_models_have_their_cell_but_none_with_itself() -> None:
    fig = model_agreement_figure(np.array([[0, 0.4], [0.4, 0]]), ["First net", "Second"], dark=False)
    assert [list(row) for row in fig.data[0].text] == [["", "0.40"], ["0.40", ""]]
    assert np.isnan(fig.data[0].z[0][0])
    alone = model_agreement_figure(np.full((2, 2), np.nan), ["A", "B"], dark=False)
    assert alone.data[0].zmax == pytest.approx(1.0)
