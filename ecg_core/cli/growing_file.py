"""A text file that grows while a batch runs, so that an interruption loses nothing of what was done."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from ecg_core.errors import ECGError
from ecg_core.whole_files import replaced_at_once

# File names that are not valid text come out as they went in.
ENCODING, ENCODING_ERRORS = "utf-8", "surrogateescape"


class GrowingFile:
    """Open for adding to; what is added is handed to the operating system at once."""

    def __init__(self, path: Path, beginning: str) -> None:
        """Put `beginning` in place of whatever is at `path`. Raises ECGError when that cannot be written."""
        try:
            with replaced_at_once(path) as unfinished:
                unfinished.write_text(beginning, ENCODING, ENCODING_ERRORS, newline="")
            self._stream = path.open("a", encoding=ENCODING, errors=ENCODING_ERRORS, newline="")
        except OSError as error:
            raise ECGError(f"{path} cannot be written: {error.strerror}.") from error

    def add(self, text: str) -> None:
        """Write whole lines."""
        self._stream.write(text)
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def whole_lines(path: Path) -> str:
    """What an earlier run left in a file, without a last line that an interruption cut off."""
    text = path.read_text(ENCODING, ENCODING_ERRORS)
    return text[: text.rfind("\n") + 1]
