"""An annotation while it is being corrected."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, PEAK, Annotation, ByHand, Waves
from ecg_core.errors import EditError

SAME_BEAT_S = 0.1  # methods and filters place R at most this far apart
MIN_RR_S = 0.2  # 300 beats a minute

P, QRS, T = 0, 1, 2
MARK_WORDS = (
    ("P onset", "P peak", "P offset"),
    ("QRS onset", "R peak", "QRS offset"),
    ("T onset", "T peak", "T offset"),
)

Floats = NDArray[np.float64]


class Draft:
    """Marks that can be changed. Times are seconds; every change raises EditError where it cannot be.

    `duration_s` is the record's; nothing can stand beyond its end.
    `marks` `(1 + leads, beats, 3, 3)` in samples: all leads together first, then lead by lead; P, QRS, T by
    onset, peak, offset.
    """

    def __init__(self, annotation: Annotation, duration_s: float = math.inf) -> None:
        self._source = annotation
        self._duration_s = duration_s
        self.fs_hz = annotation.fs_hz
        self.r_peaks = annotation.r_peaks.copy()
        self.r_only = annotation.r_only.copy()
        every = (annotation.waves, *annotation.lead_waves.values())
        self.marks: Floats = np.stack([np.stack([w.p, w.qrs, w.t], axis=1) for w in every])
        self.marks[0, :, QRS, PEAK] = self.r_peaks  # also where the beat was cut around R alone
        by_hand = annotation.by_hand or _nobody(annotation.n_beats)
        self.by_hand, self.added = by_hand.marks.copy(), by_hand.added.copy()
        self.left_out, self.removed = by_hand.left_out.copy(), by_hand.removed

    def annotation(self) -> Annotation:
        """The corrected annotation, labelled with what was decided by hand."""
        together, *leads = self.marks
        usable = np.isfinite(together[:, QRS]).all(axis=1) & np.isfinite(together[:, T, OFFSET])
        together[self.left_out] = np.nan
        return replace(
            self._source,
            r_peaks=self.r_peaks,
            waves=_waves(together),
            lead_waves=dict(zip(self._source.lead_waves, map(_waves, leads), strict=True)),
            r_only=self.r_only & ~usable,
            by_hand=ByHand(self.by_hand, self.added, self.left_out, self.removed),
        )

    def move(self, r_s: float, wave: int, column: int, to_s: float) -> None:
        """Set a mark over all leads, and in every lead that shows it."""
        self._move(self._counting_beat(r_s), wave, column, to_s)

    def move_in_all(self, wave: int, column: int, from_r_s: float) -> None:
        """Set a mark as far from R in every beat where it can stand there; it must in one of them."""
        if (wave, column) == (QRS, PEAK):
            raise EditError("R peaks are moved one by one.")
        refused: list[EditError] = []
        counting = np.flatnonzero(~self.left_out).tolist()
        for beat in counting:
            try:
                self._move(beat, wave, column, self.r_peaks[beat] / self.fs_hz + from_r_s)
            except EditError as error:
                refused.append(error)
        if refused and len(refused) == len(counting):
            raise refused[0]

    def declare_absent_in_all(self, wave: int) -> None:
        """Forget a wave in all beats and leads."""
        self.marks[:, :, wave] = np.nan
        self.by_hand[:, wave] = True

    def _move(self, beat: int, wave: int, column: int, to_s: float) -> None:
        to = round(to_s * self.fs_hz, 3)  # no noise of the last digits
        self._check_order(beat, wave, column, to)
        if (wave, column) == (QRS, PEAK):
            to = float(round(to))
            self.r_peaks[beat] = to
        self.marks[0, beat, wave, column] = to
        lead_marks = self.marks[1:, beat].reshape(-1, 9)  # in the order of time
        place = 3 * wave + column
        shown = np.isfinite(lead_marks[:, place])
        early, late = lead_marks[shown, :place], lead_marks[shown, place + 1 :]
        early[early > to], late[late < to] = np.nan, np.nan
        lead_marks[shown] = np.column_stack([early, np.full(shown.sum(), to), late])
        self.marks[1:, beat] = lead_marks.reshape(-1, 3, 3)
        self.by_hand[beat, wave, column] = True

    def declare_absent(self, r_s: float, wave: int) -> None:
        """Forget a wave in all leads."""
        beat = self._counting_beat(r_s)
        self.marks[:, beat, wave] = np.nan
        self.by_hand[beat, wave] = True

    def leave_out(self, r_s: float) -> None:
        """Keep the beat for the rhythm only."""
        self.left_out[self._counting_beat(r_s)] = True

    def remove(self, r_s: float) -> None:
        """Forget a beat."""
        beat = self._beat(r_s)
        if not self.added[beat]:
            self.removed = np.append(self.removed, self.r_peaks[beat])
        self.r_peaks, self.r_only = np.delete(self.r_peaks, beat), np.delete(self.r_only, beat)
        self.added, self.left_out = np.delete(self.added, beat), np.delete(self.left_out, beat)
        self.marks, self.by_hand = np.delete(self.marks, beat, axis=1), np.delete(self.by_hand, beat, axis=0)

    def add(self, r_s: float) -> None:
        """A beat of which only R is known."""
        r = round(r_s * self.fs_hz)
        self._check_apart(r)
        beat = int(np.searchsorted(self.r_peaks, r))
        self.r_peaks, self.r_only = np.insert(self.r_peaks, beat, r), np.insert(self.r_only, beat, True)
        self.added, self.left_out = np.insert(self.added, beat, True), np.insert(self.left_out, beat, False)
        self.marks = np.insert(self.marks, beat, np.nan, axis=1)
        self.marks[0, beat, QRS, PEAK] = r
        self.by_hand = np.insert(self.by_hand, beat, False, axis=0)
        self.by_hand[beat, QRS, PEAK] = True

    def _beat(self, r_s: float) -> int:
        """The beat whose R peak is meant."""
        away_s = np.abs(self.r_peaks / self.fs_hz - r_s)
        if not away_s.size or away_s.min() > SAME_BEAT_S:
            raise EditError(f"There is no beat at {r_s:.2f} s. Choose another beat, or add one there.")
        return int(away_s.argmin())

    def _counting_beat(self, r_s: float) -> int:
        beat = self._beat(r_s)
        if self.left_out[beat]:
            raise EditError(f"The beat at {r_s:.2f} s is left out. Count it again to correct its waves.")
        return beat

    def _check_recorded(self, sample: float, what: str) -> None:
        if sample < 0:
            raise EditError(f"{what} cannot be before the recording begins.")
        if sample > self._duration_s * self.fs_hz - 1:
            raise EditError(f"{what} cannot be after the recording ends.")

    def _check_apart(self, r: float, beat: int | None = None) -> None:
        """An R peak needs room for itself between those of the other beats."""
        self._check_recorded(r, "A beat")
        others = self.r_peaks if beat is None else np.delete(self.r_peaks, beat)
        if not others.size:
            return
        nearest = others[np.abs(others - r).argmin()]
        if abs(nearest - r) < MIN_RR_S * self.fs_hz:
            raise EditError(
                f"There is another beat at {self._words(nearest)}; two R peaks lie at least {MIN_RR_S:g} s apart."
            )

    def _check_order(self, beat: int, wave: int, column: int, to: float) -> None:
        """A mark stands after the one before it and before the one after it, as P, QRS and T follow each other."""
        self._check_recorded(to, "A mark")
        if (wave, column) == (QRS, PEAK):
            self._check_apart(to, beat)
        name, place = MARK_WORDS[wave][column], 3 * wave + column
        marks = self.marks[0, beat].ravel()
        for other in np.flatnonzero(np.isfinite(marks)):
            beside, other_name = marks[other], MARK_WORDS[other // 3][other % 3]
            in_order = to > beside if other < place else to < beside
            touching = other // 3 != wave and to == beside  # one wave may begin where another ends
            if other != place and not in_order and not touching:
                side = "after" if other < place else "before"
                raise EditError(
                    f"The {name} must come {side} the {other_name} at {self._words(beside)}; "
                    f"{self._words(to)} does not. Move the {other_name} first if that is where it is wrong."
                )
        self._check_neighbours(beat, name, to)

    def _check_neighbours(self, beat: int, name: str, to: float) -> None:
        """No mark reaches into the QRS of the beat before or after."""
        qrs = self.marks[0, :, QRS]
        if beat > 0 and to < np.nanmax(qrs[beat - 1]):
            edge = self._words(np.nanmax(qrs[beat - 1]))
            raise EditError(f"The {name} must come after the QRS of the beat before, which ends at {edge}.")
        if beat + 1 < len(qrs) and to > np.nanmin(qrs[beat + 1]):
            edge = self._words(np.nanmin(qrs[beat + 1]))
            raise EditError(f"The {name} must come before the QRS of the next beat, which begins at {edge}.")

    def _words(self, sample: float) -> str:
        return f"{sample / self.fs_hz:.3f} s"


def _nobody(n_beats: int) -> ByHand:
    none = np.zeros(n_beats, dtype=bool)
    return ByHand(np.zeros((n_beats, 3, 3), dtype=bool), none, none, np.zeros(0, dtype=np.int64))


def _waves(marks: Floats) -> Waves:
    return Waves(p=marks[:, P], qrs=marks[:, QRS], t=marks[:, T])
