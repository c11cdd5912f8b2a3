"""What is said about an annotation: its warnings, and which beats have no waves."""

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.annotation.edits import BeatEdits, WaveAbsentInAll, apply_edits
from ecg_core.annotation.export import annotation_json
from ecg_core.annotation.notices import notices, r_only_notice
from tests.annotation.test_edits import regular


def test_beats_without_waves_are_numbered_from_one() -> None:
    annotation = replace(regular(4), r_only=np.array([False, True, False, True]), warnings=("One.",))
    without = "2 of 4 beats are cut around R only because their waves could not be found: 2, 4."
    assert notices(annotation) == ("One.", without)
    assert annotation_json(annotation, {})["warnings"] == ["One.", without]


@pytest.mark.parametrize("n_beats", [0, 1])
def test_nothing_is_added_where_the_warnings_say_it(n_beats: int) -> None:
    annotation = replace(regular(n_beats), r_only=np.ones(n_beats, dtype=bool))
    assert r_only_notice(annotation) == ""


def test_what_is_put_right_by_hand_is_no_longer_said() -> None:
    found = replace(regular(3), r_only=np.array([False, True, False]))
    assert "cut around R only" in r_only_notice(found)
    assert r_only_notice(apply_edits(found, BeatEdits((WaveAbsentInAll("P"),)))) == ""


def test_many_beats_are_not_all_named() -> None:
    annotation = replace(regular(50), r_only=np.ones(50, dtype=bool))
    assert r_only_notice(annotation).endswith(
        ": 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 …."
    )
