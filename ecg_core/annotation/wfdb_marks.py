"""Beats and waves as a WFDB annotation file, marked as in LUDB (Kalyakulina et al. 2020)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import wfdb

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation

EXTENSION = "waves"
BY_HAND = "by hand"
_PEAKS = ("p", "N", "t")
_COLUMNS = {ONSET: "(", OFFSET: ")"}


def write_wave_marks(
    annotation: Annotation, folder: Path, stem: str, extension: str = EXTENSION
) -> Path | None:
    """Write `<stem>.<extension>`, to be read with `wfdb.rdann`; None where there is no beat to write.

    The waves over all leads together: `(`, the wave's own sign (`p`, `N`, `t`) and `)`, what is not known left
    out; every beat has its `N` at R. Whole samples at the rate of the record; `num` of the brackets says of which
    wave they are (0 P, 1 QRS, 2 T, as ecgpuwave does it); what a person decided has the note "by hand".
    """
    marks = [(sample, symbol, wave, note) for sample, symbol, wave, note in _marks(annotation) if sample >= 0]
    if not marks:
        return None
    samples, symbols, waves, notes = zip(*sorted(marks, key=lambda mark: mark[0]), strict=True)
    folder.mkdir(parents=True, exist_ok=True)
    wfdb.wrann(
        stem,
        extension,
        np.array(samples, dtype=np.int64),
        symbol=list(symbols),
        num=np.array(waves),
        aux_note=list(notes),
        fs=annotation.fs_hz,
        write_dir=str(folder),
    )
    return folder / f"{stem}.{extension}"


def _marks(annotation: Annotation) -> list[tuple[int, str, int, str]]:
    """Sample, symbol, number and note of every known mark, beat by beat."""
    together = np.stack([annotation.waves.p, annotation.waves.qrs, annotation.waves.t], axis=1)
    together[:, 1, PEAK] = annotation.r_peaks
    hand = np.zeros(together.shape, dtype=bool) if annotation.by_hand is None else annotation.by_hand.marks
    return [
        (
            round(float(together[beat, wave, column])),
            _COLUMNS.get(column, _PEAKS[wave]),
            0 if column == PEAK else wave,
            BY_HAND if hand[beat, wave, column] else "",
        )
        for beat, wave, column in np.argwhere(np.isfinite(together)).tolist()
    ]
