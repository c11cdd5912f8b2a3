"""How far a work is: of a batch one line that changes on a terminal, a line per file elsewhere."""

from __future__ import annotations

import shutil
import sys
import time

_CLEAR_LINE = "\r\x1b[2K"


def say(words: str) -> None:
    """A line on standard output that is seen at once."""
    print(words, flush=True)


class Progress:
    """Counts files on standard error."""

    def __init__(self) -> None:
        self._total = self._count = 0
        self._name = ""
        self._started = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def begin(self, total: int) -> None:
        """Say how many files there are."""
        self._total = total

    def start(self, name: str) -> None:
        """Say which file is at work."""
        self._count += 1
        self._name = name
        self._show(name)

    def stage(self, stage: str) -> None:
        """Say what is done with that file just now: of several pages, with which one."""
        self._show(f"{self._name}: {stage}")

    def _show(self, text: str) -> None:
        if self._is_terminal:
            line = f"[{self._count}/{self._total}{self._remaining()}] {text}"
            width = shutil.get_terminal_size().columns - 1
            print(_CLEAR_LINE + line[:width], end="", file=sys.stderr, flush=True)

    def end(self, name: str, outcome: str) -> None:
        """Say what became of it."""
        if not self._is_terminal:
            print(f"[{self._count}/{self._total}] {name}: {outcome}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Leave the terminal's line empty."""
        if self._is_terminal:
            print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)

    def _remaining(self) -> str:
        finished = self._count - 1
        if not finished:
            return ""
        seconds = (time.monotonic() - self._started) / finished * (self._total - finished)
        return f", {seconds // 60:.0f}:{seconds % 60:02.0f} left"
