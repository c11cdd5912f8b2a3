import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_curve

from ecg_core.figures.evaluation_twelve_lead import (
    age_bland_altman_figure,
    age_heatmap_figure,
    confusion_grid_figure,
    precision_recall_figure,
    roc_figure,
)
from ecg_core.figures.export import serialized_bytes
from ecg_core.twelve_lead.types import FINDINGS

THRESHOLDS = dict.fromkeys(FINDINGS, 0.5)


def table(n: int = 2203) -> pd.DataFrame:
    """STACH is in no record; one record has no answer and one no age."""
    rng = np.random.default_rng(2)
    age = rng.uniform(18, 90, n)
    columns: dict[str, object] = {
        "record_id": [f"r{i}" for i in range(n)],
        "age_years": age,
        "age_estimate": age + 3 + rng.normal(0, 10, n),
    }
    for code in FINDINGS:
        truth = (rng.random(n) < (0.0 if code == "STACH" else 0.05)).astype(float)
        columns[f"true_{code}"] = truth
        columns[f"p_{code}"] = np.clip(0.7 * truth + rng.random(n) * 0.4, 0, 1)
    made = pd.DataFrame(columns)
    made.loc[0, [name for name in made if name.startswith("p_")]] = np.nan
    made.loc[1, "age_years"] = np.nan
    return made


def test_curves_begin_and_end_in_the_corners_and_name_their_n() -> None:
    made = table()
    roc, recall = roc_figure(made, dark=False), precision_recall_figure(made, dark=True)
    assert len(roc.data) == len(FINDINGS) - 1 + 1  # no STACH; and the line of chance
    assert len(recall.data) == len(FINDINGS) - 1
    for trace in roc.data[:-1]:
        assert (trace.x[0], trace.y[0], trace.x[-1], trace.y[-1]) == (0, 0, 1, 1)
    assert roc.data[0].name == f"First-degree AV block (n={int(made['true_1AVB'].sum())})"
    _, sensitivity, _ = precision_recall_curve(made.loc[1:, "true_1AVB"] > 0.5, made.loc[1:, "p_1AVB"])
    shown = recall.data[0]
    assert {round(float(x), 5) for x in shown.x} == {round(float(x), 5) for x in sensitivity}
    assert len({(trace.line.color, trace.line.dash) for trace in recall.data}) == len(recall.data)


def test_confusion_counts_every_answered_record_at_the_threshold() -> None:
    made = table()
    fig = confusion_grid_figure(made, {**THRESHOLDS, "AFIB": 2.0}, dark=False)
    assert len(fig.data) == len(FINDINGS)
    for code, heat in zip(FINDINGS, fig.data, strict=True):
        counts = [int(cell.split("</b>")[0].removeprefix("<b>")) for row in heat.text for cell in row]
        assert sum(counts) == len(made) - 1
        called = made[f"p_{code}"] >= (2.0 if code == "AFIB" else 0.5)
        assert counts[0] == int((called & (made[f"true_{code}"] > 0.5)).sum())
        assert counts[2] == int((called & (made[f"true_{code}"] < 0.5)).sum())


def test_ages_are_counted_once_and_bias_and_limits_are_told() -> None:
    made = table()
    heat = age_heatmap_figure(made, dark=False).data[0]
    assert np.nansum(heat.z) == len(made) - 1
    fig = age_bland_altman_figure(made, dark=True)
    difference = (made["age_estimate"] - made["age_years"]).dropna()
    *lines, zero = [shape.y0 for shape in fig.layout.shapes]
    spread = 1.96 * difference.std()
    assert lines == pytest.approx([difference.mean(), difference.mean() - spread, difference.mean() + spread])
    assert zero == 0
    assert "bias +" in fig.layout.annotations[0].text


def test_all_figures_together_stay_small() -> None:
    made = table()
    figures = (
        roc_figure(made, False),
        precision_recall_figure(made, False),
        confusion_grid_figure(made, THRESHOLDS, False),
        age_heatmap_figure(made, False),
        age_bland_altman_figure(made, False),
    )
    assert sum(map(serialized_bytes, figures)) < 500_000
