"""Speed and gain from what was read, slips of the reader included."""

from __future__ import annotations

import pytest

from ecg_core.digitization.scale_text import PrintedGain, printed_gains_mm_mv, printed_speeds_mm_s
from ecg_core.digitization.types import Box, PrintedText


def read(*texts: str) -> list[PrintedText]:
    return [PrintedText(Box(0, 0, 1, 1), text, 1.0) for text in texts]


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("25 mm/s", 25),
        ("25mm/sec", 25),
        ("50 mm/s", 50),
        ("12.5 mm/s", 12.5),
        ("12,5mm/s", 12.5),
        ("Speed: 25 mm/sec", 25),
        ("SPEED 25.0MM/SEC", 25),
        ("2.5 cm/s", 25),
        ("2S rnm/s", 25),
        ("25mmls", 25),
        ("S0 mm/5", 50),
        ("10 mm/mV 25 mm/s 0.05-150 Hz", 25),
    ],
)
def test_speed_is_read(text: str, speed: float) -> None:
    assert printed_speeds_mm_s(read(text)) == (speed,)


@pytest.mark.parametrize(
    ("text", "gain"),
    [
        ("10 mm/mV", 10),
        ("10.0mm/mV", 10),
        ("5 mm/mv", 5),
        ("20MM/MV", 20),
        ("Gain: 10 mm/mV", 10),
        ("lO mm/mV", 10),
        ("1 cm/mV", 10),
        ("25 mm/s 10 mm/rnV 100 Hz", 10),
    ],
)
def test_gain_is_read(text: str, gain: float) -> None:
    assert printed_gains_mm_mv(read(text)) == (PrintedGain(gain, "all"),)


@pytest.mark.parametrize(
    "text", ["Limb: 10 mm/mV Chest: 5 mm/mV", "10/5 mm/mV", "LIMB 10mm/mV  CHEST 5mm/mV", "10 / 5 mm/mV"]
)
def test_limb_and_chest_leads_have_gains_of_their_own(text: str) -> None:
    assert printed_gains_mm_mv(read(text)) == (PrintedGain(10, "limb"), PrintedGain(5, "chest"))


@pytest.mark.parametrize(
    "text", ["", "0.05-150 Hz", "61 BPM", "24 mm/s", "V5", "QT 400 ms", "mm/s", "5 mm", "1O0 Hz"]
)
def test_other_print_is_no_scale(text: str) -> None:
    assert printed_speeds_mm_s(read(text)) == ()
    assert printed_gains_mm_mv(read(text)) == ()


def test_a_gain_is_no_speed_and_a_speed_no_gain() -> None:
    assert printed_speeds_mm_s(read("10 mm/mV")) == ()
    assert printed_gains_mm_mv(read("25 mm/s")) == ()


def test_what_is_printed_twice_is_given_once_and_contradictions_are_kept() -> None:
    assert printed_speeds_mm_s(read("25 mm/s", "25mm/s")) == (25,)
    assert printed_speeds_mm_s(read("25 mm/s", "50 mm/s")) == (25, 50)
