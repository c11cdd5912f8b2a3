"""How far a lead of a digitized page can be trusted: as a word, a sign and a colour, so that none of them speaks alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConfidenceLevel:
    """A step of confidence. `colour` is for lines over a photographed page, which is light on every screen."""

    word: str
    sign: str
    colour: str
    at_least: float


LEVELS = (
    ConfidenceLevel("good", "✓", "#005fa3", 0.8),
    ConfidenceLevel("fair", "▲", "#b8500c", 0.5),
    ConfidenceLevel("poor", "✕", "#b3126a", 0.0),
)


def confidence_level(confidence: float) -> ConfidenceLevel:
    """The step that a confidence of 0 to 1 belongs to; what is not a number is poor."""
    return next((level for level in LEVELS if confidence >= level.at_least), LEVELS[-1])


def confidence_words(confidence: float) -> str:
    """``"▲ 62 % fair"``."""
    level = confidence_level(confidence)
    return f"{level.sign} {confidence:.0%} {level.word}".replace("%", " %")
