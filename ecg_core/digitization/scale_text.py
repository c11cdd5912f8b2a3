"""Paper speed and gain as printed on the page: "25 mm/s", "10.0mm/mV", "Limb: 10 mm/mV Chest: 5 mm/mV", "10/5 mm/mV"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from ecg_core.digitization.types import PrintedText

SPEEDS_MM_S = (
    5.0,
    6.25,
    10.0,
    12.5,
    25.0,
    50.0,
    100.0,
)  # what electrocardiographs offer; anything else is misread
GAINS_MM_MV = (1.0, 1.25, 2.5, 5.0, 10.0, 20.0, 40.0)

Leads = Literal["all", "limb", "chest"]

# What a reader of blurred print takes for another: letters in numbers, "rn" or "n" for "m", strokes for "/".
_LOOKALIKES = str.maketrans("oqli|szb,", "00111528.")
_NUMBER = r"[0-9oqli|szb]+(?:[.,] ?[0-9osz]{1,2})?"
_M = r"(?:m|rn|n)"
_PER = rf" ?(?P<unit>{_M} ?{_M}|cm) ?[/|li1;:,.\\(]? ?"
_SPEED = re.compile(rf"(?P<number>{_NUMBER}){_PER}[s5](?:ec)?(?![a-z0-9])")
_GAIN = re.compile(
    rf"(?:(?P<leads>limb|chest|precordial)[a-z]* ?[:.=]? ?)?(?P<number>{_NUMBER})(?: ?/ ?(?P<chest>{_NUMBER}))?{_PER}{_M} ?v"
)


class PrintedGain(NamedTuple):
    """A gain in print and the leads it is said to hold for."""

    mm_mv: float
    leads: Leads


def printed_speeds_mm_s(texts: Iterable[PrintedText]) -> tuple[float, ...]:
    """The different paper speeds the page gives in print, mm/s, in reading order."""
    found = (_millimetres(match, "number") for text in texts for match in _SPEED.finditer(text.text.lower()))
    return tuple(dict.fromkeys(speed for speed in found if speed in SPEEDS_MM_S))


def printed_gains_mm_mv(texts: Iterable[PrintedText]) -> tuple[PrintedGain, ...]:
    """The different gains the page gives in print, mm/mV, in reading order."""
    found = (gain for text in texts for gain in _gains(text.text.lower()))
    return tuple(dict.fromkeys(gain for gain in found if gain.mm_mv in GAINS_MM_MV))


def _gains(text: str) -> Iterator[PrintedGain]:
    for match in _GAIN.finditer(text):
        gain = _millimetres(match, "number")
        if match["chest"]:
            yield PrintedGain(gain, "limb")
            yield PrintedGain(_millimetres(match, "chest"), "chest")
        elif match["leads"]:
            yield PrintedGain(gain, "limb" if match["leads"] == "limb" else "chest")
        else:
            yield PrintedGain(gain, "all")


def _millimetres(match: re.Match[str], group: str) -> float:
    """The number in millimetres."""
    number = float(match[group].translate(_LOOKALIKES).replace(" ", ""))
    return 10 * number if match["unit"] == "cm" else number
