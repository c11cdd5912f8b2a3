"""Which lead is printed in which row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecg_core.leads import CHEST_LEADS, LIMB_LEADS
from ecg_core.printed_leads import CABRERA_LIMB_LEADS, down_the_columns

SHEETS = ("3x4", "6x2", "12x1", "2x6", "4x3", "6x1", "3x1", "1x1")


@dataclass(frozen=True)
class Sheet:
    """`rows` of lead names from top to bottom, each printed one after the other in equal parts; below them
    `rhythm` strips over the whole width. A leading minus is an inverted lead (Cabrera's -aVR).
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    rhythm: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """All rows, rhythm strips included."""
        return self.rows + tuple((lead,) for lead in self.rhythm)


def sheet(name: str, rhythm: Sequence[str] = (), *, cabrera: bool = False, chest: bool = False) -> Sheet:
    """The sheet of a usual name, ROWSxCOLUMNS.

    `rhythm` adds strips; `cabrera` puts the limb leads in that order; `chest` takes V1 to V6 for the sheets that
    hold fewer than twelve leads. Raises ValueError for a name that is not in `SHEETS`.
    """
    if name not in SHEETS:
        raise ValueError(f"no sheet is named {name}; there are {', '.join(SHEETS)}")
    n_rows, n_columns = map(int, name.split("x"))
    limb = CABRERA_LIMB_LEADS if cabrera else LIMB_LEADS
    leads: tuple[str, ...] = CHEST_LEADS if chest and n_rows * n_columns <= 6 else (*limb, *CHEST_LEADS)
    in_rows = (leads[:6], leads[6:])  # limb leads in one row, chest leads in the other
    rows = in_rows if name == "2x6" else down_the_columns(leads[: n_rows * n_columns], n_rows)
    full_name = name + (f"+{len(rhythm)}" if rhythm else "") + (" Cabrera" if cabrera else "")
    return Sheet(full_name, rows, tuple(rhythm))


STANDARD_SHEET = sheet("3x4", rhythm=("II",))


def one_column(order: Sequence[str], rhythm: Sequence[str] = ()) -> Sheet:
    """A row for each lead, in this order."""
    name = f"{len(order)}x1" + (f"+{len(rhythm)}" if rhythm else "")
    return Sheet(name, tuple((lead,) for lead in order), tuple(rhythm))
