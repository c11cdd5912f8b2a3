"""Waves as a WFDB annotation file, read back by WFDB itself."""

from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.annotation.edits import BeatEdits, MarkMoved, WaveAbsent, apply_edits
from ecg_core.annotation.types import Annotation, Waves
from ecg_core.annotation.wfdb_marks import write_wave_marks


def annotation(fs_hz: float = 500.0) -> Annotation:
    r = np.array([200, 700])

    def triple(*offsets: float) -> np.ndarray:
        return r[:, None] + np.array(offsets, dtype=float)

    waves = Waves(triple(-100, -80.4, -60), triple(-20, 0, 25), triple(60, 110, 150))
    waves.t[1, 2] = np.nan
    return Annotation(fs_hz, "made up", r, {}, waves, np.zeros(2, dtype=bool))


@pytest.mark.parametrize("fs_hz", [360.0, 500.0, 128.5])
def test_file_reads_back_with_the_signs_of_ludb(tmp_path: Path, fs_hz: float) -> None:
    path = write_wave_marks(annotation(fs_hz), tmp_path, "ecg")
    assert path == tmp_path / "ecg.waves"
    back = wfdb.rdann(str(tmp_path / "ecg"), "waves")
    assert back.fs == fs_hz
    assert back.symbol == [*"(p)(N)(t)", *"(p)(N)(t"]
    first = [100, 120, 140, 180, 200, 225, 260, 310, 350]
    assert back.sample.tolist() == first + [sample + 500 for sample in first[:-1]]
    assert back.num.tolist() == [0, 0, 0, 1, 0, 1, 2, 0, 2, 0, 0, 0, 1, 0, 1, 2, 0]


def test_what_was_decided_by_hand_says_so(tmp_path: Path) -> None:
    edits = BeatEdits((WaveAbsent(0.4, "P"), MarkMoved(0.4, "T", "offset", 0.72)))
    write_wave_marks(apply_edits(annotation(), edits), tmp_path, "ecg")
    back = wfdb.rdann(str(tmp_path / "ecg"), "waves")
    noted = [
        (s, symbol) for s, symbol, note in zip(back.sample, back.symbol, back.aux_note, strict=True) if note
    ]
    assert noted == [(360, ")")]
    assert back.symbol[:6] == [*"(N)(t)"]
    assert set(back.aux_note) == {"", "by hand"}


def test_a_beat_of_which_only_r_is_known_has_its_sign(tmp_path: Path) -> None:
    bare = Annotation(500.0, "made up", np.array([40]), {}, Waves.unknown(1), np.ones(1, dtype=bool))
    write_wave_marks(bare, tmp_path, "ecg")
    assert wfdb.rdann(str(tmp_path / "ecg"), "waves").symbol == ["N"]


def test_nothing_is_written_where_no_beat_was_found(tmp_path: Path) -> None:
    none = Annotation(500.0, "made up", np.zeros(0, np.int64), {}, Waves.unknown(0), np.zeros(0, bool))
    assert write_wave_marks(none, tmp_path, "ecg") is None
    assert not list(tmp_path.iterdir())
