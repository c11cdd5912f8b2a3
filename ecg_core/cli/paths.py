"""From what stands on the command line to the ECG files it means."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecg_core.readers.inputs import InputFile
from ecg_core.readers.opening import PAGES, READERS
from ecg_core.readers.sniffing import HEAD_BYTES, FileKind, decode_text, sniff

TABLE_SUFFIXES = {".csv", ".tsv"}
_SIGNAL_SUFFIXES = {".dat", ".mat"}
_SUFFIXES = {".hea", ".edf", ".dcm", ".zip"} | TABLE_SUFFIXES | _SIGNAL_SUFFIXES
_PAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".pdf"}


@dataclass(frozen=True)
class Candidate:
    """A file to open; `searched` says that it was found in a folder, not named by the user."""

    path: Path
    searched: bool

    @property
    def may_be_no_ecg(self) -> bool:
        """Whether nobody claimed that it is one: tables and pictures of all sorts lie in folders."""
        return self.searched and self.path.suffix.lower() in TABLE_SUFFIXES | _PAGE_SUFFIXES


def may_be_ecg(path: Path) -> bool:
    """Whether a file found in a folder is to be opened; a picture of the record beside it tells nothing new."""
    if is_page(path):
        return not path.with_suffix(".hea").is_file()
    by_content = {FileKind.WFDB_HEADER, FileKind.EDF, FileKind.DICOM}
    return path.suffix.lower() in _SUFFIXES or _kind(path) in by_content


def is_page(path: Path) -> bool:
    """Whether a file is a picture or a PDF, also one of a kind that is not read."""
    return path.suffix.lower() in _PAGE_SUFFIXES or _kind(path) in {*PAGES, FileKind.HEIC}


def find_candidates(given: Sequence[str], wanted: Callable[[Path], bool] = may_be_ecg) -> list[Candidate]:
    """The files that paths, folders and patterns mean, each record once, in the order given.

    Of the files in folders those that are `wanted`. A path that does not exist, and a folder without any ECG, stand for themselves: opening them
    says what is wrong.
    """
    found: dict[Path, Candidate] = {}
    for name in given:
        for path in _matches(name):
            inside = list(_ecgs_in(path, wanted)) if path.is_dir() else []
            for file in inside or [path]:
                record = _header_of(file)
                found.setdefault(record.resolve(), Candidate(record, searched=bool(inside)))
    return list(found.values())


def _matches(name: str) -> list[Path]:
    path = Path(name)
    if path.exists() or not glob.has_magic(name):
        return [path]
    return [Path(match) for match in sorted(glob.glob(name, recursive=True))] or [path]


def _header_of(path: Path) -> Path:
    """The WFDB header of a signal file, as `open_ecg` finds it; any other path as it is."""
    header = path.with_suffix(".hea") if path.suffix else path
    is_signal = path.is_file() and header.is_file() and _kind(path) not in {*READERS, FileKind.ZIP}
    return header if is_signal else path


def _ecgs_in(folder: Path, wanted: Callable[[Path], bool]) -> Iterator[Path]:
    """What is wanted below a folder, sorted; hidden files and the signal files of headers are not."""
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        files = [Path(parent, name) for name in sorted(names) if not name.startswith(".")]
        described = _signal_files(file for file in files if file.suffix.lower() == ".hea")
        yield from (file for file in files if file not in described and wanted(file))


def _signal_files(headers: Iterable[Path]) -> set[Path]:
    """The files that WFDB headers name: the first word of each line."""
    return {
        header.parent / line.split()[0]
        for header in headers
        for line in decode_text(_head(header)).splitlines()
        if line.strip()
    }


def _kind(path: Path) -> FileKind:
    return sniff(_head(path))


def _head(path: Path) -> bytes:
    """The first bytes, none where the file cannot be read: opening it as an ECG will say why."""
    try:
        return InputFile(path.name, path).head(HEAD_BYTES)
    except OSError:
        return b""
