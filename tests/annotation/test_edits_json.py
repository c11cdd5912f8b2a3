"""Corrections by hand as JSON: what was saved comes back, and nothing else is taken for it."""

import json
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.annotation.edits import (
    BeatAdded,
    BeatEdits,
    BeatRemoved,
    Edit,
    MarkMoved,
    WaveAbsentInAll,
    apply_edits,
)
from ecg_core.annotation.edits_json import MAX_EDITS, edits_json, read_edits
from ecg_core.annotation.export import annotation_json
from ecg_core.errors import EditError
from tests.annotation.test_edits import R_S, regular

TIMES_S = st.floats(-1e7, 1e7)


def edits_of(kind: type[Edit]) -> st.SearchStrategy[Edit]:
    times = {name: TIMES_S for name, hint in get_type_hints(kind).items() if hint is float}
    return st.builds(kind, **times)


EVERY_KIND = st.one_of(*map(edits_of, get_args(Edit)))


def file_of(*items: Any) -> bytes:
    return json.dumps({"edited": items}).encode()


def moved(**other: Any) -> dict[str, Any]:
    return {"edit": "mark moved", "r_s": 1.3, "wave": "T", "mark": "offset", "to_s": 1.6, **other}


@given(st.lists(EVERY_KIND, min_size=1, max_size=8))
def test_what_was_saved_comes_back(edits: list[Edit]) -> None:
    saved = BeatEdits(tuple(edits))
    assert read_edits(json.dumps({"edited": edits_json(saved)}, allow_nan=False).encode()).edits == saved


def test_the_annotation_that_is_downloaded_holds_them() -> None:
    edits = BeatEdits((MarkMoved(float(R_S[2]), "T", "offset", float(R_S[2]) + 0.38),))
    corrected = apply_edits(regular(), edits)
    content = json.dumps(annotation_json(corrected, {}, edits)).encode()
    saved = read_edits(content)
    assert saved.edits == edits and saved.r_s == pytest.approx(R_S)


@pytest.mark.parametrize(
    ("late_samples", "expected"), [(0.0, True), (20.0, True), (150.0, False)], ids=["same", "near", "other"]
)
def test_a_file_of_another_ecg_is_told_by_its_beats(late_samples: float, expected: bool) -> None:
    edits = BeatEdits((WaveAbsentInAll("P"),))  # fits any ECG
    other = regular(late_samples=late_samples)
    saved = read_edits(json.dumps(annotation_json(other, {}, edits)).encode())
    assert saved.may_be_of(regular()) is expected


def test_beats_that_were_added_or_removed_do_not_make_it_another() -> None:
    edits = BeatEdits((BeatRemoved(float(R_S[2])), BeatAdded(0.9)))
    content = json.dumps(annotation_json(apply_edits(regular(), edits), {}, edits)).encode()
    assert read_edits(content).may_be_of(regular())


@pytest.mark.parametrize("fs", [None, 0, "500", [1, 2], {}], ids=str)
@pytest.mark.parametrize("r_peaks", [None, "250", [[1], [2, 3]], {"0": 1}], ids=str)
def test_a_file_that_does_not_tell_its_beats_may_be_of_any_ecg(fs: object, r_peaks: object) -> None:
    content = json.dumps({"edited": [moved()], "fs": fs, "r_peaks": r_peaks}).encode()
    assert read_edits(content).may_be_of(regular())


def test_a_whole_number_is_a_time_too() -> None:
    assert read_edits(file_of(moved(r_s=1))).edits == BeatEdits((MarkMoved(1.0, "T", "offset", 1.6),))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"edited": [', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"edited": [{"r_s": ' + b"9" * 5000 + b"}]}", "not JSON"),
        (b"null", "not the annotation of an ECG"),
        (b'["edited"]', "not the annotation of an ECG"),
        (b'{"leads": {}}', "not the annotation of an ECG"),
        (b'{"edited": {"edit": "beat added"}}', "not the annotation of an ECG"),
        (file_of(), "no corrections by hand"),
        (file_of(*[moved()] * (MAX_EDITS + 1)), "10,001 corrections; 10,000 are the most"),
        (file_of(moved(), "beat added"), "Correction 2 in this file is of no known kind"),
        (file_of(moved(edit=["mark moved"])), "no known kind"),
        (file_of(moved(edit="mark burnt")), "no known kind"),
        (file_of(moved(wave="U")), 'must have P, QRS, T as its "wave"'),
        (file_of(moved(mark={"onset": 1})), 'must have onset, peak, offset as its "mark"'),
        (file_of({"edit": "wave absent", "r_s": 1.3, "wave": "QRS"}), 'must have P, T as its "wave"'),
        (file_of({"edit": "beat added"}), 'no usable time "r_s"'),
        (file_of(moved(to_s="1.6")), 'no usable time "to_s"'),
        (file_of(moved(to_s=True)), 'no usable time "to_s"'),
        (file_of(moved(to_s=float("nan"))), 'no usable time "to_s"'),
        (file_of(moved(to_s=float("-inf"))), 'no usable time "to_s"'),
        (file_of(moved(to_s=10**400)), 'no usable time "to_s"'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_file_of_corrections_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(EditError, match=words):
        read_edits(content)
