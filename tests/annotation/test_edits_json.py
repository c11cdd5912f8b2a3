"""Corrections by hand as JSON: what was saved comes back, and nothing else is taken for it."""

import json
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.annotation.edits import BeatEdits, Edit, MarkMoved, apply_edits
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
    assert read_edits(json.dumps({"edited": edits_json(saved)}, allow_nan=False).encode()) == saved


def test_the_annotation_that_is_downloaded_holds_them() -> None:
    edits = BeatEdits((MarkMoved(float(R_S[2]), "T", "offset", float(R_S[2]) + 0.38),))
    corrected = apply_edits(regular(), edits)
    content = json.dumps(annotation_json(corrected, {}, edits)).encode()
    assert read_edits(content) == edits


def test_a_whole_number_is_a_time_too() -> None:
    assert read_edits(file_of(moved(r_s=1))) == BeatEdits((MarkMoved(1.0, "T", "offset", 1.6),))


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
