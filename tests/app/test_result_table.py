"""Result tables: intervals and counts under their values, numbers as precise as they are worth."""

import pandas as pd

from app.components.result_table import result_html

NAN = float("nan")


def test_interval_and_count_stand_under_their_value() -> None:
    row = {"group": "Sex", "n_hyper": 1270, "auc_hyper": 0.89, "auc_hyper_low": 0.8634, "auc_hyper_high": 0.9}
    html = result_html(pd.DataFrame([row]), {})
    assert html.count("<th") == 3 + html.count("<thead")  # two headings and the row's own
    assert "0.890<small>0.863–0.900</small><small>n = 1,270</small>" in html


def test_shares_are_percent_and_a_bias_has_its_sign() -> None:
    html = result_html(pd.DataFrame({"range": ["<4"], "coverage": [0.84559], "bias_meq_l": [-0.21]}), {})
    assert "&lt;4" in html
    assert "84.6%" in html
    assert "\u22120.21" in html


def test_counts_among_measures_have_no_decimals() -> None:
    html = result_html(
        pd.DataFrame({"measure": ["Records", "Error"], "value": [1786.0, 0.884]}), {"measure": "M"}
    )
    assert "<td>1,786</td>" in html and "<td>0.88</td>" in html


def test_what_is_not_known_is_a_dash_without_an_interval() -> None:
    row = {"group": "Age", "mae_meq_l": NAN, "mae_meq_l_low": NAN, "mae_meq_l_high": NAN}
    html = result_html(pd.DataFrame([row]), {})
    assert "<td>–</td>" in html
    assert "small" not in html
