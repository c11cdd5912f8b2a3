"""Header and footer texts of invented patients and devices."""

from __future__ import annotations

import numpy as np

_FAMILY_NAMES = ("Ahlgren", "Bianchi", "Castro", "Dubois", "Eriksen", "Fischer", "Gray", "Horvat", "Ito", "Jansen",
                 "Kowalski", "Lopez", "Meier", "Novak", "O'Neil", "Patel", "Quist", "Rossi", "Smith", "Thomas")  # fmt: skip
_FIRST_NAMES = (
    "Anna",
    "Boris",
    "Carla",
    "David",
    "Elena",
    "Frank",
    "Greta",
    "Hans",
    "Ines",
    "Jan",
    "Lucy",
    "Maria",
)
_FINDINGS = ("Normal sinus rhythm", "Sinus bradycardia", "Sinus tachycardia", "Left axis deviation", "Abnormal ECG",
             "Nonspecific ST and T wave abnormality", "Left ventricular hypertrophy", "Borderline ECG", "Atrial fibrillation",
             "Right bundle branch block", "Inferior infarct, age undetermined", "*** Poor data quality ***", "Otherwise normal ECG",
             "Prolonged QT", "Sinusrhythmus, Linkstyp", "Ritmo sinusal normal", "Rythme sinusal", "Unconfirmed")  # fmt: skip
_WARDS = ("ROOM: 12", "Loc: 4", "Dept: ED", "Station 3B", "ICU", "Cardiology", "Option: 28", "Technician: KM")
_FILTERS = (
    "0.05-150 Hz",
    "0.5-40 Hz",
    "~ 0.15-100 Hz",
    "100Hz",
    "150 Hz",
    "F 50~ 0.5-35 Hz",
    "W 0.05-40 AC 60",
    "HF: 35Hz",
)
_DEVICES = (
    "MAC55 009B",
    "12SL v237",
    "CARDIO 300",
    "AT-102",
    "P/N 98012",
    "ECG-1250K",
    "S/N: 4021",
    "Unit 7",
    "LOC 00042-0007",
)


def invented_header(rng: np.random.Generator) -> tuple[str, ...]:
    """One to four blocks of lines: the patient, measurements, findings, the ward."""
    blocks = [_patient(rng)]
    if rng.random() < 0.6:
        blocks.append(_measurements(rng))
    if rng.random() < 0.6:
        blocks.append("\n".join(_several(rng, _FINDINGS, 4)))
    if rng.random() < 0.4:
        blocks.append("\n".join(_several(rng, _WARDS, 3)))
    return tuple(blocks)


def invented_footer(rng: np.random.Generator) -> tuple[str, ...]:
    """Speed, gain and filters in one of the usual spellings, and the device."""
    space = " " if rng.random() < 0.6 else ""
    speed = str(rng.choice(["{speed}_mm/s", "{speed}_mm/sec", "Speed: {speed}_mm/sec", "Vel: {speed}_mm/s"]))
    gain = str(rng.choice(["{gain}_mm/mV", "Gain: {gain}_mm/mV", "Limb: {gain}_mm/mV", "Ampl {gain}_mm/mV"]))
    parts = [speed.replace("_", space), gain.replace("_", space)]
    if rng.random() < 0.7:
        parts.append(str(rng.choice(_FILTERS)))
    if rng.random() < 0.5:
        parts.append(str(rng.choice(_DEVICES)))
    return ("   ".join(parts),) if rng.random() < 0.4 else tuple(parts)


def _patient(rng: np.random.Generator) -> str:
    name = f"{rng.choice(_FAMILY_NAMES)}, {rng.choice(_FIRST_NAMES)}"
    day = f"{rng.integers(1, 29):02d}.{rng.integers(1, 13):02d}.{rng.integers(1931, 2024)}"
    time = f"{rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}:{rng.integers(0, 60):02d}"
    lines = [
        str(rng.choice([name, name.upper(), f"Name: {name}"])),
        f"ID: {rng.integers(10_000, 99_999_999)}",
        str(rng.choice(["{} yr", "Age: {}", "{} years", "{} J."])).format(rng.integers(18, 96)),
        str(rng.choice(["Male", "Female", "Sex: M", "Sex: F", "m", "w"])),
        f"{day} {time}",
    ]
    return "\n".join(lines[: rng.integers(2, 6)])


def _measurements(rng: np.random.Generator) -> str:
    qt = rng.integers(320, 480)
    lines = [
        f"Vent. rate {rng.integers(40, 150)} BPM",
        f"PR interval {rng.integers(110, 230)} ms",
        f"QRS duration {rng.integers(70, 160)} ms",
        f"QT/QTc {qt}/{qt + rng.integers(0, 60)} ms",
        f"P-R-T axes {rng.integers(0, 80)} {rng.integers(-60, 100)} {rng.integers(-20, 90)}",
    ]
    return "\n".join(lines[: rng.integers(2, 6)])


def _several(rng: np.random.Generator, of: tuple[str, ...], most: int) -> list[str]:
    return [str(text) for text in rng.choice(of, rng.integers(1, most + 1), replace=False)]
