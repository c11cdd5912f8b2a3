import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.components import checkpoints, page_cards
from ecg_core.inference.checkpoint import CARD, WEIGHTS
from tests.app.checkpoint_folders import write_checkpoint_folder

PAGE = Path(__file__).parents[2] / "app" / "views" / "about.py"


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_checkpoint_folder(tmp_path, "dcrnn", "DCRNN")
    monkeypatch.setattr(checkpoints, "CHECKPOINTS", tmp_path)
    checkpoints.installed.clear()
    return tmp_path


def opened() -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=30).run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(element.value for kind in (page.markdown, page.caption) for element in kind)


def test_intended_use_and_limits_come_first() -> None:
    text = words(opened())
    assert "**Not for** diagnosis" in text
    assert "is **not known**" in text
    assert text.index("Not for") < text.index("SHA-256")


def test_files_shown_here_link_to_the_web_alone() -> None:
    text = words(opened())
    assert "(https://doi.org/" in text and "Your own ECGs with laboratory potassium" in text
    assert ".md)" not in text


def test_a_card_shows_what_the_model_learned_from_and_its_checksum(models: Path) -> None:
    page = opened()
    checksum = json.loads((models / "dcrnn" / CARD).read_text())["sha256"]
    assert checksum in words(page)
    assert "Never compared with laboratory potassium." in words(page)
    facts = page.table[0].value
    assert facts.loc["Trained on"].iloc[0].startswith("SIMULATED.")
    assert "patients not named" in facts.loc["Trained on"].iloc[0]
    results = page.table[1].value
    assert results.loc["kind"].iloc[0] == "SIMULATED"
    assert results.loc["n"].iloc[0] == "120 examples of 30 records"


def test_networks_that_read_pages_are_shown_with_what_they_learned_and_their_limits() -> None:
    page = opened()
    text = words(page)
    for path in page_cards.FOLDER.glob("*/card.json"):
        card = json.loads(path.read_text(encoding="utf-8"))
        assert f"{card['title']}: model card" in [expander.label for expander in page.expander]
        for said in (card["summary"], *card["limits"], card["sha256"]):
            assert said in text
        facts = "\n".join(str(cell) for table in page.table for cell in table.value.iloc[:, 0])
        assert card["trained_on"]["description"] in facts


def test_damaged_card_of_a_page_network_leaves_the_rest(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("page networks")
    (folder / "reader").mkdir()
    (folder / "reader" / "card.json").write_text("{")
    monkeypatch.setattr(page_cards, "FOLDER", folder)
    page = opened()
    assert "missing or damaged" in page.warning[0].value
    assert "Rules for honest splits" in words(page)


def test_data_and_licences_are_told() -> None:
    text = words(opened())
    for word in ("PTB-XL", "CC BY 4.0", "LUDB", "ODC-BY", "Rules for honest splits"):
        assert word in text


def test_versions_are_told() -> None:
    assert "Kalium 0." in words(opened())


def test_missing_checkpoints_leave_the_rest_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CHECKPOINTS", tmp_path / "nowhere")
    page = opened()
    assert "No model card can be shown." in page.warning[0].value
    assert "Rules for honest splits" in words(page)


def test_altered_weights_are_reported(models: Path) -> None:
    weights = models / "dcrnn" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    assert "do not match the checksum" in opened().warning[0].value
