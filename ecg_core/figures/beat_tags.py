"""Short words for beats that are not like the others."""

from __future__ import annotations

from collections.abc import Sequence

from ecg_core.annotation.types import Annotation, Cycles
from ecg_core.rhythm.types import RhythmFacts

VENTRICULAR, EARLY, OUT = "V", "early", "out"
_MEANINGS = {
    VENTRICULAR: "ventricular-looking (wide, of another shape)",
    EARLY: "premature",
    OUT: "not in the median beat of this lead for its timing, shape or noise",
}


def beat_tags(annotation: Annotation, rhythm: RhythmFacts, cycles: Cycles) -> list[str]:
    """One for each beat: ventricular-looking, else premature, else not in this lead's median beat; else empty.

    Beats that a person left out have their own sign and no tag.
    """
    by_hand = annotation.by_hand
    tags = []
    for beat in range(annotation.n_beats):
        if by_hand is not None and by_hand.left_out[beat]:
            tags.append("")
        elif rhythm.ventricular[beat]:
            tags.append(VENTRICULAR)
        elif rhythm.premature[beat]:
            tags.append(EARLY)
        else:
            tags.append("" if cycles.in_median[beat] else OUT)
    return tags


def tag_words(tags: Sequence[str]) -> str:
    """What those tags mean that there are, and how many beats have each; empty where none has one."""
    counts = {tag: sum(other == tag for other in tags) for tag in _MEANINGS}
    said = [
        f"{tag}: {_MEANINGS[tag]}, {count} of {len(tags)} beats" for tag, count in counts.items() if count
    ]
    return "; ".join(said) + "." if said else ""
