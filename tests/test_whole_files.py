from pathlib import Path

import pytest

from ecg_core.whole_files import replaced_at_once


def test_a_file_is_replaced_when_its_successor_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "card.json"
    for text in ("first", "second"):
        with replaced_at_once(path) as unfinished:
            unfinished.write_text(text)
            assert not path.exists() or path.read_text() == "first"
        assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


def test_an_interruption_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_text("first")
    with pytest.raises(KeyboardInterrupt), replaced_at_once(path) as unfinished:
        unfinished.write_text("sec")
        raise KeyboardInterrupt
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]
