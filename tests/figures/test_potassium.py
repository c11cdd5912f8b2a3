import numpy as np
import plotly.graph_objects as go
import pytest

from ecg_core.figures.model_inputs import MAX_CYCLES_DRAWN, crop_figure, items_figure
from ecg_core.figures.potassium import MAX_ITEMS_DRAWN, estimates_figure, item_spread_figure
from ecg_core.figures.probabilities import class_probability_figure, percent
from ecg_core.inference.types import ModelInput, Prediction
from ecg_core.leads import STANDARD_LEADS

NAN = float("nan")


def prediction(
    k: float, title: str = "DCRNN", n_items: int = 9, p: tuple[float, float, float] = (0.1, 0.2, 0.7)
) -> Prediction:
    items = np.linspace(k - 0.5, k + 0.5, n_items).astype(np.float32)
    return Prediction(title.lower(), title, k, k - 1.0, k + 0.8, *p, (), items, None)


def abstained(title: str = "ECG12Net") -> Prediction:
    return Prediction(title.lower(), title, NAN, NAN, NAN, NAN, NAN, NAN, (), np.empty(0, np.float32), None)


def texts(fig: go.Figure) -> str:
    return " | ".join(annotation.text for annotation in fig.layout.annotations)


def trace(fig: go.Figure, name: str) -> go.Scatter:
    return next(t for t in fig.data if t.name == name)


@pytest.mark.parametrize("dark", [False, True])
def test_zones_cover_the_axis_and_are_named(dark: bool) -> None:
    fig = estimates_figure([prediction(4.0)], dark)
    bands = sorted((s.x0, s.x1) for s in fig.layout.shapes if s.type == "rect")
    assert bands == [(2.0, 3.5), (3.5, 5.5), (5.5, 6.0), (6.0, 6.5), (6.5, 9.5)]
    for word in ("Hypokalemia", "Normal", "Mild", "Moderate", "Severe", "▲ Hyperkalemia"):
        assert word in texts(fig)


def test_hyperkalemia_stands_out_by_shape_word_and_weight() -> None:
    fig = estimates_figure(
        [prediction(6.7, "High"), prediction(4.2, "Mid"), prediction(3.0, "Low")], dark=False
    )
    shapes = {name: trace(fig, name).marker.symbol for name in ("High", "Mid", "Low")}
    assert shapes == {"High": "triangle-up", "Mid": "circle", "Low": "triangle-down"}
    assert trace(fig, "High").marker.line.width > trace(fig, "Mid").marker.line.width
    assert "▲ <b>6.7</b> (5.7–7.5) · severe hyperkalemia" in texts(fig)


def test_interval_reaches_from_its_low_to_its_high_end() -> None:
    point = trace(estimates_figure([prediction(5.0)], dark=False), "DCRNN")
    assert point.x[0] - point.error_x.arrayminus[0] == pytest.approx(4.0)
    assert point.x[0] + point.error_x.array[0] == pytest.approx(5.8)


def test_values_beyond_the_axis_stand_at_its_end_with_exact_text() -> None:
    fig = estimates_figure([prediction(9.9)], dark=False)
    assert trace(fig, "DCRNN").x[0] == 9.5
    assert "<b>9.9</b> (8.9–10.7)" in texts(fig)


def test_an_abstention_keeps_its_row_and_draws_no_point() -> None:
    fig = estimates_figure([prediction(5.0), abstained()], dark=False)
    assert list(fig.layout.yaxis.ticktext) == ["DCRNN", "ECG12Net"]
    assert [t.name for t in fig.data] == ["DCRNN"]
    assert "No estimate" in texts(fig)


def test_last_row_shows_median_and_range_of_the_models() -> None:
    fig = estimates_figure([prediction(4.0, "A"), prediction(5.5, "B"), prediction(6.0, "C")], dark=False)
    assert list(trace(fig, "Range of the models").x) == [4.0, 6.0]
    assert trace(fig, "Median of the models").x[0] == 5.5
    assert "median <b>5.5</b> · 2.0 apart" in texts(fig)


def test_every_model_abstaining_still_draws() -> None:
    fig = estimates_figure([abstained("A"), abstained("B")], dark=False)
    assert not fig.data
    assert texts(fig).count("No estimate") == 2


def test_probabilities_are_stacked_hatched_and_labelled() -> None:
    fig = class_probability_figure([prediction(6.0), abstained()], dark=False)
    assert fig.layout.barmode == "stack"
    assert [(bar.name, bar.marker.pattern.shape) for bar in fig.data] == [
        ("Hypo", "/"),
        ("Normal", ""),
        ("Hyper", "x"),
    ]
    assert [bar.x[0] for bar in fig.data] == [0.1, 0.2, 0.7]
    assert fig.data[2].text == ("<b>Hyper</b> 70 %",)
    assert fig.data[0].text == ("",)  # too narrow for words; the legend and the hatching name it


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.0, "<1 %"), (0.004, "<1 %"), (0.5, "50 %"), (0.996, ">99 %"), (1.0, ">99 %")],
)
def test_percent_never_claims_certainty(probability: float, words: str) -> None:
    assert percent(probability) == words


def test_item_spread_runs_from_top_to_bottom_of_its_row() -> None:
    fig = item_spread_figure([prediction(5.0), abstained(), prediction(6.0, "Single", n_items=1)], dark=False)
    assert [t.name for t in fig.data] == ["DCRNN", "Single"]
    assert np.all(np.diff(fig.data[0].y) > 0)
    assert list(fig.data[1].y) == [1.0]
    assert fig.data[0].x[0] == pytest.approx(4.5)


def test_a_long_record_is_thinned_evenly() -> None:
    fig = item_spread_figure([prediction(5.0, n_items=20_000)], dark=False)
    shown = fig.data[0].customdata
    assert len(shown) == MAX_ITEMS_DRAWN
    assert (shown[0], shown[-1]) == (1, 20_000)


def test_cycles_lie_over_one_another_with_their_mean() -> None:
    signal = np.stack([np.full((1, 512), value) for value in (0.0, 1.0, 5.0)]).astype(np.float32)
    fig = items_figure(ModelInput(signal, ("II",), 500.0, "z-score", "3 cycles"), dark=False)
    assert len(fig.data) == 4
    assert np.allclose(fig.data[-1].y, 2.0)
    assert fig.data[-1].x0 == pytest.approx(-360.0)
    assert fig.data[-1].dx == pytest.approx(2.0)
    assert fig.layout.yaxis.title.text == "z-score"


def test_a_median_beat_is_one_line_per_lead() -> None:
    signal = np.zeros((1, 2, 512), np.float32)
    fig = items_figure(ModelInput(signal, ("II", "V5"), 500.0, "mV", "median beat"), dark=True)
    assert len(fig.data) == 2
    assert [a.text for a in fig.layout.annotations] == ["II", "V5"]


def test_many_cycles_stay_small() -> None:
    signal = np.zeros((5_000, 1, 512), np.float32)
    fig = items_figure(ModelInput(signal, ("II",), 500.0, "z-score", "5000 cycles"), dark=False)
    assert len(fig.data) == MAX_CYCLES_DRAWN + 1


def test_crops_are_drawn_in_paper_order_one_at_a_time() -> None:
    signal = np.random.default_rng(3).normal(size=(2, 12, 50)).astype(np.float32)
    fig = crop_figure(ModelInput(signal, STANDARD_LEADS, 500.0, "mV", "2 crops"), item=1, dark=False)
    lines = {t.name: t for t in fig.data if t.mode == "lines"}
    assert list(lines) == list(STANDARD_LEADS)
    assert lines["I"].x0 == lines["II"].x0 == lines["III"].x0 < lines["aVR"].x0
    assert np.allclose(lines["I"].y, signal[1, 0])
    drop = signal[1, 1] - lines["II"].y  # rows hang below one another, all at one scale
    assert np.allclose(drop, drop[0])
    assert drop[0] > 0
    assert np.allclose(signal[1, 4] - lines["aVL"].y, drop[0], atol=1e-5)
    assert list(trace(fig, "leads").text) == [f"<b>{lead}</b>" for lead in STANDARD_LEADS]
