"""Turning whatever a parser raises over damaged bytes into words for the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ecg_core.errors import ECGError, UnreadableFileError


@contextmanager
def damage_means(message: str) -> Iterator[None]:
    """Wrap a call into a parsing library: its errors become an UnreadableFileError with `message`.

    Parsers fed with damaged bytes raise nearly anything, so nearly anything is caught. Wrap little more
    than library calls, or a programming error of ours would be blamed on the file.
    """
    try:
        yield
    except ECGError:
        raise
    except Exception as error:
        raise UnreadableFileError(message) from error
