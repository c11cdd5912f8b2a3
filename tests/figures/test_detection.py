import pandas as pd
import pytest

from ecg_core.evaluation.curves import detection_curves
from ecg_core.evaluation.origin import origin_words
from ecg_core.figures.detection import precision_recall_figure, roc_figure
from ecg_core.figures.export import serialized_bytes
from ecg_core.figures.provenance import say_origin
from tests.app.checkpoint_folders import evaluation_table


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return evaluation_table()


@pytest.mark.parametrize("draw", [roc_figure, precision_recall_figure])
def test_each_condition_has_a_curve_with_its_area_and_number(draw: object, table: pd.DataFrame) -> None:
    found = detection_curves(table, n_resamples=50)
    fig = draw(found, dark=False)  # type: ignore[operator]
    named = [trace for trace in fig.data if trace.name]
    assert len(named) == 3 and len({trace.line.dash for trace in named}) == 3
    for trace, curves in zip(named, found, strict=True):
        area = (curves.roc if draw is roc_figure else curves.precision_recall).area
        assert f"n={curves.n_positive}" in trace.name
        assert f"{area.value:.2f} [{area.low:.2f}, {area.high:.2f}]" in trace.name
    assert serialized_bytes(fig) < 60_000


@pytest.mark.parametrize(
    ("simulated", "words"),
    [
        ([True] * 120, "SIMULATED potassium, n = 117 ECGs"),
        ([False] * 120, "Real patients, n = 117 ECGs"),
        ([True] * 20 + [False] * 100, "Partly SIMULATED, n = 117 ECGs (17 simulated)"),
    ],
    ids=["simulated", "real", "mixed"],
)
def test_a_figure_says_what_its_data_were(simulated: list[bool], words: str, table: pd.DataFrame) -> None:
    assert origin_words(table.assign(simulated=simulated)) == words
    fig = roc_figure([], dark=False)
    height = fig.layout.height
    say_origin(fig, words, dark=False)
    assert fig.layout.title.text == words
    assert fig.layout.height > height
