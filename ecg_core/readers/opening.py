"""`open_ecg`, the one door through which ECGs come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ecg_core.digitization.types import Corrections
from ecg_core.errors import UnreadableFileError, UnsupportedFormatError
from ecg_core.readers.delimited import read_delimited
from ecg_core.readers.dicom import read_dicom
from ecg_core.readers.edf import read_edf
from ecg_core.readers.inputs import (
    DISK_LIMITS,
    UPLOAD_LIMITS,
    InputFile,
    Limits,
    NamedBytes,
    ReadRequest,
    Unit,
    file_on_disk,
    store_uploads,
    unpack,
)
from ecg_core.readers.recording import Recording, to_record
from ecg_core.readers.scans import digitize_files, read_scan
from ecg_core.readers.sniffing import HEAD_BYTES, FileKind, sniff
from ecg_core.readers.wfdb_files import read_wfdb
from ecg_core.record import ECGRecord

if TYPE_CHECKING:
    from ecg_core.digitization.document import Document

Reader = Callable[[ReadRequest], Recording]
Companion = Callable[[str], InputFile | None]

READERS: Mapping[FileKind, Reader] = {
    FileKind.WFDB_HEADER: read_wfdb,
    FileKind.TEXT: read_delimited,
    FileKind.EDF: read_edf,
    FileKind.DICOM: read_dicom,
    FileKind.PICTURE: read_scan,
    FileKind.PDF: read_scan,
}
PAGES = {FileKind.PICTURE, FileKind.PDF}

_WHAT_IS_READ = (
    "WFDB (.hea with .dat or .mat), CSV or TSV, EDF, DICOM, a scanned or photographed page "
    "(PNG, JPEG, TIFF, BMP, WebP, PDF), or a zip of one of them"
)
_NOT_READ: Mapping[FileKind, str] = {
    FileKind.HEIC: "is a HEIC photo (or a film), which is not read; let the phone send it as JPEG, or convert it",
    FileKind.GIF: "is a GIF picture, which is not read; save it as PNG",
    FileKind.XML: "is an XML file; HL7 aECG, GE MUSE and Philips XML are not read yet by this version",
    FileKind.SCP: "is an SCP-ECG file, which is not read yet by this version",
    FileKind.HTML: "is a web page, not an ECG; the download may have failed",
    FileKind.BDF: "is a BioSemi BDF file, which is not read",
    FileKind.ZIP: "is an archive inside an archive; unpack it first",
    FileKind.MATLAB: "is a MATLAB file without the WFDB header (.hea) that describes it; choose both together",
    FileKind.BINARY: "is not of a known format; if it is the signal file of a WFDB record, add its header (.hea)",
}


def open_ecg(
    source: str | Path | Sequence[NamedBytes],
    *,
    fs_hz: float | None = None,
    unit: Unit | None = None,
    corrections: Corrections = Corrections(),  # noqa: B008 - frozen
) -> ECGRecord:
    """Read one ECG from a path or from uploaded files.

    `source` is a path (a WFDB header or signal file whose other half lies beside it, a zip, CSV or
    TSV, EDF, DICOM, a picture or PDF of a page) or the uploaded files of one record; several pictures
    are pages of one ECG. `fs_hz` (samples per second) and `unit` are used only where the file itself
    does not state them; `corrections` say what a page does not show, above all its scale.

    Returns a record in millivolts with whatever limb leads can be derived, at least 2 s long, at
    50 to 10,000 Hz. Raises an `ECGError` whose message a user can act on; `MissingInformationError`
    means that the same call with `fs_hz`, `unit` or a scale in `corrections` may succeed.
    """
    with _disk_errors_told(), TemporaryDirectory(prefix="ecg-") as folder:
        files, companion, limits = _locate(source, Path(folder))
        recording = _read(ReadRequest(files, companion, limits, Path(folder), fs_hz, unit, corrections))
    return to_record(recording, name=files[0].display_name)


def open_document(
    path: Path, corrections: Corrections, progress: Callable[[str], None] = lambda stage: None
) -> Document:
    """Digitize the page or pages at a path (a picture, a PDF, or a zip of them) with everything found on the way.

    `progress` is told each stage, and of several pages which one is at work. Raises an `ECGError` as `open_ecg` does, also for an ECG that is in digital form already.
    """
    with _disk_errors_told(), TemporaryDirectory(prefix="ecg-") as folder:
        files, _, _ = _locate(path, Path(folder))
        for file in files:
            _check_readable(file)
            if _kind(file) not in PAGES:
                raise UnsupportedFormatError(
                    f"{file.display_name} is no picture or PDF of an ECG but an ECG in digital form, or a table. "
                    "It needs no digitizing."
                )
        return digitize_files(files, corrections, progress)


@contextmanager
def _disk_errors_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreadableFileError(
            f"The file could not be opened: {error.strerror or 'unknown reason'}. Check that it is there and that you may read it."
        ) from error


def _read(request: ReadRequest) -> Recording:
    _check_readable(request.file)
    return READERS[_kind(request.file)](request)


def _check_readable(file: InputFile) -> None:
    """Raise for a kind of file that is not read."""
    kind = _kind(file)
    if kind is FileKind.EMPTY:
        raise UnreadableFileError(f"{file.display_name} is empty. Export or copy it again.")
    if kind not in READERS:
        raise UnsupportedFormatError(f"{file.display_name} {_NOT_READ[kind]}. Read are: {_WHAT_IS_READ}.")


def _kind(file: InputFile) -> FileKind:
    return sniff(file.head(HEAD_BYTES))


def _locate(
    source: str | Path | Sequence[NamedBytes], workspace: Path
) -> tuple[Sequence[InputFile], Companion, Limits]:
    """The file to read (or the pages), how to find the files it names, and the limits that hold for it."""
    if not isinstance(source, (str, Path)):
        return *_among(store_uploads(source, workspace), workspace, UPLOAD_LIMITS), UPLOAD_LIMITS
    path = Path(source)
    file = file_on_disk(path)
    kind = _kind(file)
    if kind is FileKind.ZIP:
        return *_among([file], workspace, DISK_LIMITS), DISK_LIMITS
    if kind not in READERS and path.with_suffix(".hea").is_file():  # the signal file of a WFDB record
        file = file_on_disk(path.with_suffix(".hea"))

    def beside(name: str) -> InputFile | None:
        neighbour = path.parent / name
        return InputFile(name, neighbour) if neighbour.is_file() else None

    return [file], beside, DISK_LIMITS


def _among(
    files: Sequence[InputFile], workspace: Path, limits: Limits
) -> tuple[Sequence[InputFile], Companion]:
    """The main files among those that came together, loose or in one archive, and a look-up by name."""
    if len(files) == 1 and _kind(files[0]) is FileKind.ZIP:
        files = unpack(files[0], workspace, limits)
    main = _main_files(files)
    by_name = {PurePosixPath(file.name): file for file in files}
    return main, lambda name: by_name.get(PurePosixPath(main[0].name).parent / name)


def _main_files(files: Sequence[InputFile]) -> Sequence[InputFile]:
    """The only file, or else all pages where there is nothing else, or else the only WFDB header."""
    if len(files) == 1 or all(_kind(file) in PAGES for file in files):
        return files
    headers = [file for file in files if _kind(file) is FileKind.WFDB_HEADER]
    if len(headers) > 1:
        raise UnreadableFileError(f"There are {len(headers)} records. Choose one record at a time.")
    if not headers:
        raise UnsupportedFormatError(
            f"There are {len(files)} files and none is a WFDB header (.hea). Choose one ECG at a time: {_WHAT_IS_READ}."
        )
    return headers
