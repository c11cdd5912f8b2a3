"""Colours of paper, grid and ink, drawn at random."""

from __future__ import annotations

import numpy as np

from ecg_core.rendering.style import Colour, GridMark, GridStyle, InkStyle

# What full-strength grid ink looks like, and how often.
_GRID_INKS: tuple[tuple[Colour, int], ...] = (
    ((255, 90, 90), 22),
    ((245, 120, 160), 16),
    ((230, 40, 50), 10),
    ((140, 25, 45), 9),
    ((245, 140, 60), 8),
    ((150, 100, 60), 6),
    ((60, 110, 210), 8),
    ((90, 170, 220), 4),
    ((60, 160, 90), 7),
    ((110, 110, 110), 10),
)
_PAPERS: tuple[tuple[Colour, int], ...] = (
    ((255, 255, 255), 40),
    ((253, 250, 244), 20),
    ((255, 236, 238), 12),
    ((253, 224, 240), 6),
    ((252, 232, 214), 8),
    ((238, 238, 236), 6),
    ((236, 244, 238), 4),
    ((234, 240, 248), 4),
)
_TRACE_INKS: tuple[tuple[Colour, int], ...] = (
    ((10, 10, 12), 60),
    ((60, 60, 64), 16),
    ((25, 25, 95), 12),
    ((105, 105, 110), 4),
    ((110, 15, 25), 3),
    ((80, 25, 100), 3),
    ((20, 70, 50), 2),
)


def random_paper(rng: np.random.Generator) -> Colour:
    """White, or any pale colour that ECG paper has."""
    return _varied(_pick_colour(rng, _PAPERS), 5, rng)


def random_grid(rng: np.random.Generator) -> GridStyle:
    """Lines, dots or nothing, of any usual colour and strength."""
    ink = np.array(_varied(_pick_colour(rng, _GRID_INKS), 20, rng), float)
    minor, major = _marks(rng)
    major_strength = rng.uniform(0.2, 1.0)
    minor_strength = major_strength * (
        1.0 if minor == "dots" or rng.random() < 0.2 else rng.uniform(0.2, 0.9)
    )
    minor_width_mm = rng.uniform(0.05, 0.25) * (2.0 if minor == "dots" else 1.0)
    other_ink = np.full(3, 120.0) if rng.random() < 0.06 else ink
    return GridStyle(
        minor=minor,
        major=major,
        minor_colour=_paled(other_ink, minor_strength),
        major_colour=_paled(ink, major_strength),
        minor_width_mm=float(minor_width_mm),
        minor_on_top=bool(rng.random() < 0.15),
        heavy_colour=_paled(ink * rng.uniform(0.3, 0.9), major_strength) if rng.random() < 0.06 else None,
        major_width_mm=float(
            minor_width_mm * rng.uniform(1, 2.5) if minor == "lines" else rng.uniform(0.08, 0.45)
        ),
    )


def random_ink(rng: np.random.Generator) -> InkStyle:
    """A pen of any usual width and colour, mostly black."""
    trace = _varied(_pick_colour(rng, _TRACE_INKS), 12, rng)
    return InkStyle(
        trace_colour=trace,
        trace_width_mm=float(np.clip(0.27 * np.exp(rng.normal(0, 0.35)), 0.13, 0.7)),
        text_colour=trace if rng.random() < 0.7 else _varied((20, 20, 20), 20, rng),
        antialias=bool(rng.random() < 0.85),
        fast_fade=float(rng.uniform(0.1, 0.85)) if rng.random() < 0.45 else 0.0,
    )


def _marks(rng: np.random.Generator) -> tuple[GridMark, GridMark]:
    """Minor and major marks."""
    kinds: tuple[tuple[GridMark, GridMark], ...] = (
        ("lines", "lines"),
        ("dots", "lines"),
        ("none", "lines"),
        ("lines", "none"),
        ("dots", "dots"),
        ("none", "dots"),
        ("dots", "none"),
        ("none", "none"),
    )
    shares = np.array([64, 9, 9, 4, 3, 1, 2, 8]) / 100
    return kinds[int(rng.choice(len(kinds), p=shares))]


def _pick_colour(rng: np.random.Generator, weighted: tuple[tuple[Colour, int], ...]) -> Colour:
    weights = np.array([weight for _, weight in weighted], float)
    return weighted[int(rng.choice(len(weighted), p=weights / weights.sum()))][0]


def _varied(colour: Colour, spread: float, rng: np.random.Generator) -> Colour:
    red, green, blue = np.clip(np.array(colour) + rng.normal(0, spread, 3), 0, 255).astype(int)
    return int(red), int(green), int(blue)


def _paled(ink: np.ndarray, strength: float) -> Colour:
    red, green, blue = (255 + strength * (ink - 255)).astype(int)
    return int(red), int(green), int(blue)
