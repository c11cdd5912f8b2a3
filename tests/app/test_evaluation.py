import json
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.components import checkpoints, result_table
from ecg_core.inference.checkpoint import EVALUATION, LOSS_CURVE
from tests.app.checkpoint_folders import evaluation_table, write_checkpoint_folder

PAGE = Path(__file__).parents[2] / "app" / "views" / "evaluation.py"


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, title in (("first", "First net"), ("second", "Second net")):
        write_checkpoint_folder(tmp_path, name, title)
    use(tmp_path, monkeypatch)
    return tmp_path


def use(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "CHECKPOINTS", root)
    checkpoints.installed.clear()


def opened(section: str | None = None) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not page.exception
    return page if section is None else turned_to(page, section)


def turned_to(page: AppTest, section: str) -> AppTest:
    page.session_state["evaluation_section"] = section
    page.run()
    assert not page.exception
    return page


def with_own_table(content: bytes, name: str = "mine.csv") -> AppTest:
    page = opened()
    page.selectbox(key="evaluation_source").set_value("Your own table").run()
    page.file_uploader[0].upload(name, content).run()
    assert not page.exception
    return page


def tables(page: AppTest) -> list[str]:
    """The result tables as HTML."""
    bodies = (element.proto.body for element in page.get("html"))
    return [body for body in bodies if "kalium-readings" in body]


def cells(table: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", table)


def figures(page: AppTest) -> list[str]:
    return [element.proto.spec for element in page.get("plotly_chart")]


def test_bundled_results_say_once_that_they_are_simulated(models: Path) -> None:
    card = models / "first" / "card.json"
    named = card.read_text().replace("Made-up test set", "simulated potassium over the Made-up test set")
    card.write_text(named)
    page = opened()
    assert page.warning[0].value.lower().count("simulated") == 1
    assert "SIMULATED potassium" in page.warning[0].value
    assert "Made-up test set" in page.warning[0].value
    assert "117 estimates" in page.warning[0].value
    assert "3 without an estimate" in page.warning[0].value


@pytest.mark.parametrize(
    ("section", "n_figures", "n_tables"),
    [
        ("Estimates", 4, 1),
        ("Detection", 3, 1),
        ("Uncertainty", 4, 1),
        ("Alarms", 0, 1),
        ("Subgroups", 0, 0),
        ("Training", 1, 0),
        ("All models", 1, 1),
    ],
)
def test_every_section_has_its_figures_and_tables_and_every_figure_says_what_the_data_were(
    section: str, n_figures: int, n_tables: int
) -> None:
    page = opened(section)
    drawn = figures(page)
    assert (len(drawn), len(tables(page))) == (n_figures, n_tables)
    assert sum(map(len, drawn)) < 150_000
    for figure in drawn:
        title = json.loads(figure)["layout"]["title"]["text"]
        assert "SIMULATED" in title and "n = " in title


def test_alarms_are_told_in_natural_frequencies_at_the_prevalence_that_is_set() -> None:
    page = opened("Alarms")
    text = "\n".join(element.value for element in page.markdown)
    assert "Of 1,000 patients 36 have it" in text and "Of 1,000 patients 55 have it" in text
    assert any("Singer" in caption.value for caption in page.caption)
    page.number_input(key="evaluation_prevalence_hyper").set_value(20.0).run()
    assert not page.exception
    assert any("Of 1,000 patients 200 have it" in element.value for element in page.markdown)
    assert "Severe" not in tables(page)[0]
    page.number_input(key="prevalence_severe").set_value(1.0).run()
    assert not page.exception
    assert "Severe hyperkalemia (K ≥ 6.5)" in tables(page)[0]


def test_models_are_compared_on_their_shared_test_ecgs() -> None:
    (figure,) = figures(opened("All models"))
    assert "n = 117 ECGs" in json.loads(figure)["layout"]["title"]["text"]


def test_parts_of_the_patients_are_told_by_the_flags(models: Path) -> None:
    table = evaluation_table()
    table.loc[table.index[60:], "flags"] = "simulated;wide_qrs"
    table.to_parquet(models / "first" / EVALUATION, index=False)
    (found,) = tables(opened("Subgroups"))
    rows = [cells(row, "td") for row in cells(found.split("<tbody>")[1], "tr")]
    assert [row[0] for row in rows] == ["120 ms and wider", "below 120 ms"]
    assert sum(int(row[1]) for row in rows) == 117


def test_a_table_without_severe_probabilities_has_no_figure_of_them(models: Path) -> None:
    evaluation_table().drop(columns="p_severe").to_parquet(models / "first" / EVALUATION, index=False)
    assert len(figures(opened("Uncertainty"))) == 3


def test_tables_are_headed_in_words() -> None:
    for section in ("Estimates", "Detection", "Uncertainty", "Alarms", "All models"):
        (table,) = tables(opened(section))
        headings = cells(table.split("<tbody>")[0], "th")
        assert headings and not [heading for heading in headings if "_" in heading or not heading]


def test_a_saved_table_says_that_potassium_was_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    saved: dict[str, pd.DataFrame] = {}
    monkeypatch.setattr(
        result_table, "csv_download", lambda table, key, filename: saved.update({filename: table})
    )
    for section in ("Estimates", "Detection", "Uncertainty", "Alarms", "All models"):
        opened(section)
    assert len(saved) == 5
    for table in saved.values():
        assert set(table["data"]) == {"SIMULATED potassium, n = 117 ECGs"}


def test_numbers_carry_their_interval() -> None:
    metrics = {metric.label: metric for metric in opened().metric}
    assert metrics["Mean absolute error"].delta.startswith("95 % CI 0.")
    assert metrics["Truth inside interval"].delta == "aim 90%"


def test_another_model_can_be_chosen() -> None:
    page = opened()
    page.selectbox(key="evaluation_model").set_value("Second net").run()
    assert not page.exception
    assert len(figures(page)) == 4


def test_all_models_stand_in_one_table() -> None:
    (comparison,) = tables(opened("All models"))
    assert cells(comparison.split("<tbody>")[1], "th") == ["First net", "Second net"]
    assert comparison.count("SIMULATED potassium, n = 117 ECGs") == 2


def test_damaged_results_are_named_and_the_rest_goes_on(models: Path) -> None:
    (models / "first" / EVALUATION).write_bytes(b"PAR1 and then nothing")
    page = opened()
    assert "The results of First net cannot be shown." in page.error[0].value
    turned_to(page, "All models")
    (comparison,) = tables(page)
    assert cells(comparison.split("<tbody>")[1], "th") == ["Second net"]
    assert any("Fewer than two models" in info.value for info in page.info)


def test_a_model_that_always_abstained_is_no_crash(models: Path) -> None:
    evaluation_table().head(3).to_parquet(models / "first" / EVALUATION, index=False)
    assert "abstained on every record" in opened().error[0].value


def test_a_missing_loss_curve_is_said(models: Path) -> None:
    (models / "first" / LOSS_CURVE).unlink()
    page = opened("Training")
    assert any("record of its training" in info.value for info in page.info)
    assert not figures(page)


def test_without_checkpoints_a_users_table_can_still_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(tmp_path / "nowhere", monkeypatch)
    page = opened()
    assert "No potassium model is installed" in page.warning[0].value
    assert page.file_uploader
    page.file_uploader[0].upload(
        "mine.csv", evaluation_table(simulated=False).to_csv(index=False).encode()
    ).run()
    assert not page.exception
    assert len(figures(page)) == 4


def test_a_users_real_table_is_marked_real() -> None:
    page = with_own_table(evaluation_table(simulated=False).to_csv(index=False).encode())
    assert not page.warning
    assert "Marked as real in the table." in page.info[0].value


def test_what_cannot_be_told_from_a_small_table_is_no_nan() -> None:
    page = with_own_table(
        evaluation_table(simulated=False).head(4).assign(k_true_meq_l=4.2).to_csv(index=False).encode()
    )
    metrics = {metric.label: metric for metric in page.metric}
    assert metrics["AUC hyperkalemia"].value == "–"
    assert metrics["AUC hyperkalemia"].delta == "needs ECGs with and without"


def test_a_user_says_what_the_intervals_aim_at() -> None:
    page = with_own_table(evaluation_table(simulated=False).to_csv(index=False).encode())
    page.number_input(key="evaluation_aim").set_value(80).run()
    assert not page.exception
    assert {metric.delta for metric in page.metric} >= {"aim 80%"}


def test_a_partly_simulated_table_says_so() -> None:
    table = evaluation_table(simulated=False)
    table.loc[:29, "simulated"] = True
    page = with_own_table(table.to_csv(index=False).encode())
    assert "Partly simulated (25% of rows)" in page.warning[0].value


@pytest.mark.parametrize("content", [b"", b"PAR1 broken", b"a,b\n1,2\n", b"\x00\xff\x00"])
def test_a_file_that_is_no_evaluation_table_gets_a_readable_error(content: bytes) -> None:
    page = with_own_table(content)
    assert len(page.error) == 1
    assert not figures(page)
