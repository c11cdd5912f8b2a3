"""Fonts on this machine that can print lead names."""

from __future__ import annotations

from pathlib import Path

from PIL import ImageFont

_SAMPLE = "aVRLFIC123456 bdgqz"
_HANDWRITTEN = ("script", "comic", "hand", "humor", "cursive", "brush", "marker")
_NO_LETTERS = ("symbol", "dingbat", "emoji", "icon", "math", "music", "braille", "signwriting")


def latin_fonts(folder: Path) -> tuple[Path, ...]:
    """TrueType and OpenType fonts below a folder that hold Latin letters and digits, handwriting left out.

    Of fonts whose Latin letters look the same (families for other scripts share them) only one is taken.
    """
    found: dict[bytes, Path] = {}
    for path in _font_files(folder):
        if _named_as(path, _HANDWRITTEN) or _named_as(path, _NO_LETTERS):
            continue
        look = _look(path)
        if look is not None:
            found.setdefault(look, path)
    return tuple(found.values())


def script_fonts(folder: Path) -> tuple[Path, ...]:
    """Fonts below a folder that look handwritten, by their names."""
    named = [path for path in _font_files(folder) if _named_as(path, _HANDWRITTEN)]
    return tuple(path for path in named if _look(path) is not None)


def _font_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".ttf", ".otf"))


def _named_as(path: Path, parts: tuple[str, ...]) -> bool:
    return any(part in path.stem.lower() for part in parts)


def _look(path: Path) -> bytes | None:
    """A picture of the letters needed; None where some are missing, which print all alike or not at all."""
    try:
        font = ImageFont.truetype(str(path), 24)
    except OSError:
        return None
    letters = [bytes(font.getmask(letter)) for letter in _SAMPLE.replace(" ", "")]
    if len(set(letters)) < len(letters) or not all(any(letter) for letter in letters):
        return None
    return b"|".join(letters)
