import json
from pathlib import Path

import pytest

from ecg_core.errors import CheckpointError
from ecg_core.inference.card import read_card
from tests.made_up_card import made_up_card

CARD = made_up_card("beta_vae", 123)


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    CARD.write(tmp_path / "card.json")
    assert read_card(tmp_path / "card.json") == CARD


def test_letters_beyond_ascii_stay_readable_in_the_file(tmp_path: Path) -> None:
    CARD.write(tmp_path / "card.json")
    assert "“Variational" in (tmp_path / "card.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        "{}",
        '{"name": "x", "inputs": null}',
        "\udcff",
    ],
)
def test_anything_else_is_no_card(tmp_path: Path, content: str) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(CheckpointError, match="not a readable model card"):
        read_card(path)


def test_no_file_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="not a readable model card"):
        read_card(tmp_path / "card.json")


@pytest.mark.parametrize("section", [None, "inputs", "trained_on", "calibration", "familiar"])
@pytest.mark.parametrize("change", ["missing", "unknown"])
def test_a_missing_or_unknown_entry_is_told(tmp_path: Path, section: str | None, change: str) -> None:
    path = tmp_path / "card.json"
    CARD.write(path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    part = raw if section is None else raw[section]
    if change == "missing":
        part.pop(next(iter(part)))
    else:
        part["colour"] = "red"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(CheckpointError, match="not a readable model card"):
        read_card(path)


@pytest.mark.parametrize(
    ("section", "key", "said"),
    [
        ("calibration", "low_meq_l", "one low and one high"),
        ("calibration", "slopes", "one slope for k"),
        ("familiar", "centre", "told by 8 traits"),
    ],
)
def test_numbers_that_do_not_fit_together_are_told(section: str, key: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    CARD.write(path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw[section][key].pop()
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(CheckpointError, match=said):
        read_card(path)
