"""Words and numbers for the screen."""

from __future__ import annotations

import math

_MARKDOWN = frozenset(r"\`*_{}[]()#+!|~$:<>")


def as_markdown(text: str) -> str:
    """Text that may quote a file, safe from being read as Markdown."""
    return "".join(f"\\{character}" if character in _MARKDOWN else character for character in text)


def number(value: float, digits: int = 0) -> str:
    """A number for reading; a dash where there is none."""
    return f"{value:.{digits}f}" if math.isfinite(value) else "–"


def inside_a_sentence(name: str) -> str:
    """``"Wide QRS"`` as ``"wide QRS"``; what begins with a symbol (``"ST depression"``) stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
