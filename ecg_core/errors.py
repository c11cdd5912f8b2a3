"""The errors a user can act on, and the way parsers' errors become them.

Every message says what is wrong and what to do, in words a clinician understands. Anything that is
not an `ECGError` is a programming error and must not be caught as bad input.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class ECGError(ValueError):
    """Something about the input, not about the program."""


class UnreadableFileError(ECGError):
    """The bytes are not a complete file of a format that is read here."""


class UnsupportedFormatError(UnreadableFileError):
    """The file is intact as far as can be told, but of a kind that is not read here."""


class NotAnECGPageError(UnsupportedFormatError):
    """The picture was read, but no ECG is printed on it."""


class FileTooLargeError(UnreadableFileError):
    """The file, or what its header asks for, is beyond the limits for an upload."""


class MissingInformationError(ECGError):
    """The file lacks a fact that only the user can supply; `needs` names it (e.g. ``"fs_hz"``)."""

    def __init__(self, message: str, needs: str) -> None:
        super().__init__(message)
        self.needs = needs


class SignalError(ECGError):
    """The signal was read but cannot be used: too short, empty, flat, not a number."""


class EditError(ECGError):
    """A correction of beats or waves that cannot be: marks out of order, or no beat where one is meant."""


class CheckpointError(ECGError):
    """A checkpoint is missing, damaged, or does not fit the model it claims to hold."""


class TrainingError(ECGError):
    """A training cannot go on: its loss is no longer a number."""


class ProcessesError(ECGError):
    """The processes that share a work did not all live to its end."""


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
