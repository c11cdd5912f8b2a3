from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.components import checkpoints
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
    checkpoints.installed_checkpoints.clear()


def opened() -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=30).run()
    assert not page.exception
    return page


def with_own_table(content: bytes, name: str = "mine.csv") -> AppTest:
    page = opened()
    page.selectbox(key="evaluation_source").set_value("Your own table").run()
    page.file_uploader[0].upload(name, content).run()
    assert not page.exception
    return page


def figures(page: AppTest) -> list[str]:
    return [element.proto.spec for element in page.get("plotly_chart")]


def test_bundled_results_say_that_they_are_simulated() -> None:
    page = opened()
    assert "SIMULATED potassium" in page.warning[0].value
    assert "Made-up test set" in page.warning[0].value
    assert "117 estimates" in page.warning[0].value
    assert "3 without an estimate" in page.warning[0].value


def test_every_figure_is_there_and_small() -> None:
    page = opened()
    assert len(figures(page)) == 7
    assert sum(map(len, figures(page))) < 100_000


def test_numbers_carry_their_interval() -> None:
    metrics = {metric.label: metric for metric in opened().metric}
    assert metrics["Mean absolute error"].delta.startswith("95 % CI 0.")
    assert metrics["Truth inside interval"].delta == "aim 90%"


def test_another_model_can_be_chosen() -> None:
    page = opened()
    page.selectbox(key="evaluation_model").set_value("Second net").run()
    assert not page.exception
    assert len(figures(page)) == 7


def test_all_models_stand_in_one_table() -> None:
    comparison = next(table.value for table in opened().dataframe if "MAE 95 % CI" in table.value)
    assert comparison["model"].tolist() == ["First net", "Second net"]


def test_damaged_results_are_named_and_the_rest_goes_on(models: Path) -> None:
    (models / "first" / EVALUATION).write_bytes(b"PAR1 and then nothing")
    page = opened()
    assert "The results of First net cannot be shown." in page.error[0].value
    comparison = next(table.value for table in page.dataframe if "MAE 95 % CI" in table.value)
    assert comparison["model"].tolist() == ["Second net"]
    assert len(figures(page)) == 1  # the loss curve


def test_a_model_that_always_abstained_is_no_crash(models: Path) -> None:
    evaluation_table().head(3).to_parquet(models / "first" / EVALUATION, index=False)
    assert "abstained on every record" in opened().error[0].value


def test_a_missing_loss_curve_is_said(models: Path) -> None:
    (models / "first" / LOSS_CURVE).unlink()
    page = opened()
    assert any("record of its training" in info.value for info in page.info)
    assert len(figures(page)) == 6


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
    assert len(figures(page)) == 6


def test_a_users_real_table_is_marked_real() -> None:
    page = with_own_table(evaluation_table(simulated=False).to_csv(index=False).encode())
    assert not page.warning
    assert "Marked as real in the table." in page.info[0].value


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
