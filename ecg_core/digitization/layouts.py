"""The layouts that ECG pages are known to have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ecg_core.leads import CHEST_LEADS, LIMB_LEADS, STANDARD_LEADS
from ecg_core.printed_leads import CABRERA_LIMB_LEADS, KIT_ROWS, down_the_columns, upright_name

_RHYTHM_STRIPS = {0: 0.0, 1: 0.0, 2: 3.0, 3: 0.5}  # how rare so many are, below six leads or more
_CABRERA_UPRIGHT = tuple(map(upright_name, CABRERA_LIMB_LEADS))


@dataclass(frozen=True)
class KnownLayout:
    """`rows` of leads from top to bottom, in each row from left to right in equal times; `rhythm` strips follow.

    `plausibility` is the logarithm of how common it is among pages with that many rows. `inverted` is the lead that
    is printed upside down.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    rhythm: int
    plausibility: float
    inverted: str | None = None

    @property
    def n_rows(self) -> int:
        """Rows of trace, rhythm strips included."""
        return len(self.rows) + self.rhythm

    @property
    def n_columns(self) -> int:
        """Leads in a row."""
        return len(self.rows[0])


@cache
def known_layouts(n_rows: int) -> tuple[KnownLayout, ...]:
    """All known layouts with so many rows of trace."""
    return tuple(layout for layout in _all_layouts() if layout.n_rows == n_rows)


@cache
def layouts_named(name: str) -> tuple[KnownLayout, ...]:
    """The known layouts of that name (of one name may be several, as 6x1 of limb or of chest leads)."""
    return tuple(layout for layout in _all_layouts() if layout.name == name)


@cache
def layout_names() -> tuple[str, ...]:
    """The names of all known layouts, the commonest kinds first."""
    return tuple(dict.fromkeys(layout.name for layout in _all_layouts()))


@cache
def _all_layouts() -> tuple[KnownLayout, ...]:
    return tuple(
        KnownLayout(
            name + (f"+{rhythm}" if rhythm else "") + (" Cabrera" if inverted else ""),
            rows,
            rhythm,
            plausibility - strips,
            inverted,
        )
        for name, rows, plausibility, inverted in _arrangements()
        for rhythm, strips in _RHYTHM_STRIPS.items()
        if rhythm == 0 or len(rows) * len(rows[0]) >= 6
    )


def _arrangements() -> Iterator[tuple[str, tuple[tuple[str, ...], ...], float, str | None]]:
    """Name, rows, plausibility and the inverted lead of every arrangement without its rhythm strips."""
    for limb, rarity, inverted in ((LIMB_LEADS, 0.0, None), (_CABRERA_UPRIGHT, 3.0, "aVR")):
        twelve = limb + CHEST_LEADS
        yield "3x4", down_the_columns(twelve, 3), -rarity, inverted
        yield "6x2", down_the_columns(twelve, 6), -0.5 - rarity, inverted
        yield "12x1", down_the_columns(twelve, 12), -rarity, inverted
        yield "2x6", (limb, CHEST_LEADS), -1.0 - rarity, inverted
        yield "4x3", down_the_columns(twelve, 4), -3.0 - rarity, inverted
        yield "6x1", down_the_columns(limb, 6), -2.0 - rarity, inverted
    chest_first = CHEST_LEADS + LIMB_LEADS
    yield "3x4", down_the_columns(chest_first, 3), -5.0, None
    yield "6x2", down_the_columns(chest_first, 6), -4.0, None
    yield "12x1", down_the_columns(chest_first, 12), -4.0, None
    yield "12x1", down_the_columns(KIT_ROWS, 12), -4.0, None
    yield "6x1", down_the_columns(CHEST_LEADS, 6), -2.5, None
    for three in (LIMB_LEADS[:3], LIMB_LEADS[3:], CHEST_LEADS[:3], CHEST_LEADS[3:]):
        yield "3x1", down_the_columns(three, 3), -4.0, None
    for six in (LIMB_LEADS, CHEST_LEADS):
        yield "3x2", down_the_columns(six, 3), -4.0, None
    for lead in STANDARD_LEADS:
        yield "1x1", ((lead,),), -1.0 if lead == "II" else -3.0, None
