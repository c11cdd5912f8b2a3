"""What is handed to `open_ecg`, brought to one shape: files on disk under names that are safe.

Uploads and archive members are written under generated names; the names they came with are
only looked up and shown, never used as a path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal
from zipfile import ZipFile, ZipInfo

from ecg_core.digitization.types import Corrections
from ecg_core.errors import FileTooLargeError, UnreadableFileError, damage_means

Unit = Literal["mV", "uV"]

_MEGABYTE = 1_000_000
_MAX_NAME_LENGTH = 100
_MAX_ARCHIVE_MEMBERS = 1000


@dataclass(frozen=True)
class NamedBytes:
    """One uploaded file: the name it came with (for display and look-up only) and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Limits:
    """How much may be read: bytes as given, bytes after unpacking, and samples of all leads together."""

    given_bytes: int
    unpacked_bytes: int
    samples: int


# 12 leads at 500 Hz: 24 hours from disk, 1 hour and 40 minutes from an upload.
DISK_LIMITS = Limits(4000 * _MEGABYTE, 4000 * _MEGABYTE, 24 * 3600 * 500 * 12)
UPLOAD_LIMITS = Limits(20 * _MEGABYTE, 100 * _MEGABYTE, 6000 * 500 * 12)


@dataclass(frozen=True)
class InputFile:
    """A file on disk and the name it is known by to the user."""

    name: str
    path: Path

    @property
    def display_name(self) -> str:
        """The last part of the name, printable and of bounded length."""
        last = self.name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
        return "".join(c for c in last if c.isprintable())[:_MAX_NAME_LENGTH] or "unnamed"

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.path.stat().st_size

    def head(self, length: int) -> bytes:
        """The first `length` bytes, or all there are."""
        with self.path.open("rb") as stream:
            return stream.read(length)


@dataclass(frozen=True)
class ReadRequest:
    """What a reader is given.

    `companion` finds another file of the same upload, archive or folder by its bare name;
    `workspace` is a folder to write into; `fs_hz`, `unit` and, for pages, `corrections` are what the
    user added. `files` are more than one only where they are pages of one ECG; `file` is the first.
    """

    files: Sequence[InputFile]
    companion: Callable[[str], InputFile | None]
    limits: Limits
    workspace: Path
    fs_hz: float | None
    unit: Unit | None
    corrections: Corrections

    @property
    def file(self) -> InputFile:
        """The file to read."""
        return self.files[0]


def store_uploads(uploads: Sequence[NamedBytes], folder: Path) -> list[InputFile]:
    """Write uploads into `folder` under generated names."""
    if not uploads:
        raise UnreadableFileError("No file was given. Choose an ECG file.")
    if sum(len(upload.data) for upload in uploads) > UPLOAD_LIMITS.given_bytes:
        raise FileTooLargeError(
            f"The upload is larger than {UPLOAD_LIMITS.given_bytes // _MEGABYTE} MB. "
            "Choose a shorter recording or a single record."
        )
    files = []
    for number, upload in enumerate(uploads):
        path = folder / f"upload{number}"
        path.write_bytes(upload.data)
        files.append(InputFile(upload.name, path))
    return files


def file_on_disk(path: Path) -> InputFile:
    """A file that lies on disk already. Raises UnreadableFileError when there is none."""
    file = InputFile(path.name, path)
    if path.is_dir():
        raise UnreadableFileError(f"{file.display_name} is a folder. Choose a file in it.")
    if not path.is_file():
        raise UnreadableFileError(f"{file.display_name} was not found. Check the path.")
    if file.size > DISK_LIMITS.given_bytes:
        raise FileTooLargeError(
            f"{file.display_name} is larger than {DISK_LIMITS.given_bytes // _MEGABYTE} MB. "
            "Cut the recording to 24 hours or less."
        )
    return file


def unpack(archive: InputFile, folder: Path, limits: Limits) -> list[InputFile]:
    """The files inside a zip archive, written into `folder` under generated names."""
    damaged = f"The archive {archive.display_name} is damaged. Download or pack it again."
    with damage_means(damaged), ZipFile(archive.path) as packed:
        members = [member for member in packed.infolist() if _is_content(member)]
        _check_members(members, archive, limits)
        files = []
        for number, member in enumerate(members):
            path = folder / f"member{number}"
            path.write_bytes(packed.read(member))
            files.append(InputFile(member.filename, path))
    return files


def _is_content(member: ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    return not (member.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts)


def _check_members(members: Sequence[ZipInfo], archive: InputFile, limits: Limits) -> None:
    name = archive.display_name
    if not members:
        raise UnreadableFileError(f"The archive {name} is empty.")
    # zipfile never unpacks more than the directory announces, so the announced sizes can be trusted.
    if sum(m.file_size for m in members) > limits.unpacked_bytes or len(members) > _MAX_ARCHIVE_MEMBERS:
        raise FileTooLargeError(
            f"The archive {name} unpacks to more than {limits.unpacked_bytes // _MEGABYTE} MB "
            f"or {_MAX_ARCHIVE_MEMBERS} files. Pack one record only."
        )
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise UnreadableFileError(f"The archive {name} names files outside itself. Pack it again.")
        if member.flag_bits & 0x1:
            raise UnreadableFileError(f"The archive {name} is locked with a password. Unpack it first.")
