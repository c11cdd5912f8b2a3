"""What is known about a rhythm."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RhythmFact:
    """One thing that may limit the trust in an estimate from the ECG.

    `found` is None where it was not assessed; `text` is a sentence for the clinician in each of the three
    cases. `value` (NaN where there is none) is compared with `limit`, both in `unit`.
    """

    key: str
    found: bool | None
    text: str
    value: float = float("nan")
    limit: float = float("nan")
    unit: str = ""


@dataclass(frozen=True, eq=False)
class RhythmFacts:
    """All of them, and the beats that are ectopic, `(beats,)` bool each (`ecg_core.rhythm.ectopy`)."""

    irregular: RhythmFact
    no_p_waves: RhythmFact
    fibrillation: RhythmFact
    wide_qrs: RhythmFact
    bradycardia: RhythmFact
    tachycardia: RhythmFact
    paced: RhythmFact
    ectopic_beats: RhythmFact
    premature: NDArray[np.bool_]
    ventricular: NDArray[np.bool_]

    @property
    def n_beats(self) -> int:
        """Of the annotation that they were found with."""
        return self.premature.size

    @property
    def facts(self) -> tuple[RhythmFact, ...]:
        """The facts in their order."""
        values = (getattr(self, field.name) for field in fields(self))
        return tuple(value for value in values if isinstance(value, RhythmFact))

    @property
    def found(self) -> tuple[RhythmFact, ...]:
        """Those that were found: what speaks for caution."""
        return tuple(fact for fact in self.facts if fact.found)

    @property
    def summary(self) -> str:
        """One sentence for each of those that were found; says so where there is none."""
        if self.found:
            return " ".join(fact.text for fact in self.found)
        if all(fact.found is None for fact in self.facts):
            return "The rhythm could not be assessed."
        return "Nothing in the rhythm speaks against an estimate."
