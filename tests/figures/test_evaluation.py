import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ecg_core.figures.evaluation import (
    confusion_figure,
    coverage_figure,
    error_figure,
    range_boxplot_figure,
    reliability_figure,
)
from ecg_core.figures.training import loss_figure

LABELS = ["<4", "4–5", ">5"]


def trace(fig: go.Figure, name: str) -> go.Scatter:
    return next(t for t in fig.data if t.name == name)


def test_confusion_shows_counts_and_shares_of_the_true_range() -> None:
    counts = np.array([[8, 2, 0], [1, 3, 0], [0, 0, 0]])
    fig = confusion_figure(counts, LABELS, dark=False)
    cells = fig.data[0]
    assert np.allclose(cells.z, [[0.8, 0.2, 0], [0.25, 0.75, 0], [0, 0, 0]])
    assert list(cells.text[0]) == ["<b>8</b><br>80 %", "<b>2</b><br>20 %", "0"]
    assert fig.layout.yaxis.autorange == "reversed"  # lowest range on top, as in the table
    assert "True" in fig.layout.yaxis.title.text


def test_boxes_carry_quartiles_and_leave_empty_ranges_out() -> None:
    values = np.arange(1, 101) / 20
    fig = range_boxplot_figure(
        {"<4": values, "4–5": np.empty(0), ">5": np.array([6.0])},
        [(-np.inf, 4), (4, 5), (5, np.inf)],
        dark=False,
    )
    box = fig.data[0]
    assert list(box.x) == [0, 2]
    assert box.median[0] == pytest.approx(2.525)
    assert box.q1[0] < box.median[0] < box.q3[0] < box.upperfence[0]
    assert list(fig.layout.xaxis.ticktext) == ["<4<br>n=100", "4–5<br>n=0", ">5<br>n=1"]
    assert [(s.y0, s.y1) for s in fig.layout.shapes] == [(2.0, 4.0), (4.0, 5.0), (5.0, 9.5)]


def test_errors_stand_beside_those_of_the_mean() -> None:
    fig = error_figure(LABELS, [10, 20, 0], [0.5, 0.4, np.nan], [1.5, 0.3, np.nan], dark=False)
    model, mean = fig.data
    assert (model.marker.pattern.shape, mean.marker.pattern.shape) == ("", "/")
    assert mean.y[0] == 1.5
    assert model.text == ("0.50", "0.40", "")


def test_coverage_has_its_target_line_and_shows_low_values() -> None:
    bounds = [(0.9, 0.97), (0.8, 0.93), (np.nan, np.nan)]
    fig = coverage_figure(LABELS, [10, 20, 5], [0.95, 0.88, 0.3], bounds, target=0.9, dark=False)
    assert fig.data[0].error_y.array[:2] == pytest.approx((0.02, 0.05))
    assert fig.data[0].error_y.arrayminus[:2] == pytest.approx((0.05, 0.08))
    assert fig.layout.shapes[0].y0 == 0.9
    assert "90%" in fig.layout.annotations[0].text
    assert fig.layout.yaxis.range[0] < 0.3


def test_reliability_names_the_bin_sizes_and_the_diagonal() -> None:
    fig = reliability_figure([0.1, 0.8], [0.2, 0.7], [40, 9], "hyperkalemia", dark=False)
    assert list(trace(fig, "perfect calibration").x) == [0, 1]
    assert fig.data[1].text == ("40", "9")
    assert "hyperkalemia" in fig.layout.xaxis.title.text


def test_losses_get_a_panel_per_stage_with_the_best_epoch_marked() -> None:
    training = pd.DataFrame(
        {
            "stage": ["vae", "vae", "vae", "regressor", "regressor"],
            "epoch": [1, 2, 3, 1, 2],
            "train_loss": [3.0, 2.0, 1.0, 0.9, 0.8],
            "val_loss": [3.0, 1.5, 1.8, 0.9, 0.7],
        }
    )
    fig = loss_figure(training, dark=False)
    assert [a.text for a in fig.layout.annotations] == ["vae", "regressor"]
    kept = [(t.x[0], t.y[0]) for t in fig.data if t.name == "kept"]
    assert kept == [(2, 1.5), (2, 0.7)]


def test_losses_of_many_stages_stand_three_in_a_row() -> None:
    stages = ["facts-0", "beats-0", "facts-1", "beats-1"]
    training = pd.DataFrame({"stage": stages, "epoch": 1, "train_loss": 3.0, "val_loss": 3.0})
    fig = loss_figure(training, dark=True)
    assert [a.text for a in fig.layout.annotations] == ["facts 0", "beats 0", "facts 1", "beats 1"]
    assert fig.layout.xaxis4.domain == fig.layout.xaxis.domain
    assert fig.layout.yaxis4.domain[1] < fig.layout.yaxis.domain[0]
