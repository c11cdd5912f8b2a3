"""What may be printed on an ECG page: spellings of lead names, scales, and everything that is neither."""

from __future__ import annotations

import re

import numpy as np

from ecg_core.digitization.text_net import CHARACTERS
from ecg_core.rendering.invented_text import invented_header

_ROMAN = {"I": "1", "II": "2", "III": "3"}
_NEARLY_NAMES = (  # what is easily taken for a lead's name
    "AV", "VI", "IV", "VII", "VR5", "V0", "A", "V", "R", "L", "F", "C", "a", "v", "r", "l", "1", "2", "3", "|", "i", "/",
    "-", "+", "*", ".", ":", "Il", "ll", "11", "111", "lI", "aV", "VF5", "CV", "DV", "AVB", "VPC", "aVG", "XI", "II/III",
    "I-II", "V1-V6", "SV1", "RV5", "x1", "x2", "Lead", "Leads", "Rhythm", "Limb", "Chest", "CAL", "Hz", "ms", "bpm",
)  # fmt: skip


def lead_spelling(name: str, rng: np.random.Generator) -> str:
    """One way in which a page may print the name of a lead."""
    spelling = _bare(name, rng)
    style = rng.random()
    if style < 0.04:
        spelling = f"Lead {spelling}"
    elif style < 0.08:
        spelling += str(rng.choice([":", ".", "-", " :"]))
    elif style < 0.10 and name[0] != "-":
        spelling = " ".join(spelling)
    return spelling


def _bare(name: str, rng: np.random.Generator) -> str:
    style = rng.random()
    if name in _ROMAN:
        letter = str(rng.choice(["D", "L", "Lead "]))
        number = name if rng.random() < 0.5 else _ROMAN[name]
        return name if style < 0.93 else letter + number
    if "aV" in name:
        sign, letter = ("-" if name[0] == "-" else ""), name[-1]
        if style < 0.6:
            return f"{sign}aV{letter}"
        forms = [f"AV{letter}", f"aV{letter.lower()}", f"av{letter.lower()}", f"V{letter}", f"aV {letter}"]
        return sign + str(rng.choice(forms, p=[0.4, 0.15, 0.2, 0.15, 0.1]))
    if style < 0.85 or name[-1] == "R":
        return name
    return str(rng.choice([name.lower(), name.replace("V", "C"), name.replace("V", "V ")]))


def scale_string(rng: np.random.Generator) -> str:
    """A speed, a gain, a filter band, or several of them on a line."""
    parts = [part(rng) for part in rng.permutation(np.array([_speed, _gain, _band]))]
    n = int(rng.choice([1, 2, 3], p=[0.85, 0.12, 0.03]))
    return str(rng.choice(["  ", " ", "   ", ", "])).join(parts[:n])


def _speed(rng: np.random.Generator) -> str:
    number = str(rng.choice(["25", "50", "12.5", "25.0", "50.0", "10", "5", "100", "12,5"]))
    prefix = str(rng.choice(["", "Speed: ", "Speed ", "SPEED: "], p=[0.8, 0.1, 0.05, 0.05]))
    unit = rng.choice(["mm/s", "mm/sec", "mm/Sec", "MM/S"])
    return f"{prefix}{number}{rng.choice(['', ' '])}{unit}"


def _gain(rng: np.random.Generator) -> str:
    unit = str(rng.choice(["mm/mV", "mm/mv", "MM/MV"], p=[0.8, 0.12, 0.08]))
    number, other = rng.choice(["10", "5", "20", "10.0", "5.0", "20.0", "2.5", "40"], size=2)
    space = rng.choice(["", " "])
    style = rng.random()
    if style < 0.15:
        return f"Limb: {number}{space}{unit} Chest: {other}{space}{unit}"
    if style < 0.25:
        return f"{number}/{other}{space}{unit}"
    prefix = str(rng.choice(["", "Gain: ", "Limb: ", "Chest: ", "Ampl: "], p=[0.75, 0.05, 0.08, 0.08, 0.04]))
    return f"{prefix}{number}{space}{unit}"


def _band(rng: np.random.Generator) -> str:
    low, high = rng.choice(["0.05", "0.5", "0.15", "0.67"]), rng.choice(["40", "100", "150", "35"])
    band = high if rng.random() < 0.4 else f"{low}{rng.choice(['-', ' - ', '~'])}{high}"
    return f"{band}{rng.choice([' Hz', 'Hz'])}"


def other_string(rng: np.random.Generator) -> str:
    """Print that is neither a lead's name nor a scale: words, numbers, dates, or random characters."""
    text = _any_string(rng)
    while not text.strip() or _spells_a_lead(text):
        text = _any_string(rng)
    return text


def _any_string(rng: np.random.Generator) -> str:
    style = rng.random()
    if style < 0.25:
        return str(rng.choice(_NEARLY_NAMES))
    if style < 0.5:
        lines = " ".join(invented_header(rng)).split()
        start, n = int(rng.integers(len(lines))), int(rng.integers(1, 4))
        return _writable(" ".join(lines[start : start + n]))
    if style < 0.65:
        return str(rng.integers(0, 10 ** int(rng.integers(1, 5))))
    if style < 0.75:
        day, month, year = rng.integers(1, 29), rng.integers(1, 13), rng.integers(1980, 2026)
        return f"{day:02d}{rng.choice(['.', '/', '-'])}{month:02d}{rng.choice(['.', '/', '-'])}{year}"
    length = int(rng.integers(1, 9))
    return "".join(rng.choice(list(CHARACTERS[1:]), size=length))


def _writable(text: str) -> str:
    """What of a text the network has characters for."""
    return "".join(character for character in text if character in CHARACTERS)


def _spells_a_lead(text: str) -> bool:
    """Whether print that was meant as something else happens to spell a lead."""
    bare = re.sub(r"[ .:-]|lead", "", text.lower())
    return (
        re.fullmatch(r"[dl]?i{1,3}|[dl]?[1-3]|a?v[rlf]|[vc][1-9]|v[34]r", bare) is not None
        and bare not in "123"
    )
