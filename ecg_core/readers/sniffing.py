"""Which format a file has, by its content; its extension is never looked at."""

from __future__ import annotations

import codecs
import re
from enum import Enum, auto

HEAD_BYTES = 65_536  # what `sniff` wants to see


class FileKind(Enum):
    """What the first bytes of a file say it is."""

    EMPTY = auto()
    ZIP = auto()
    DICOM = auto()
    EDF = auto()
    BDF = auto()
    WFDB_HEADER = auto()
    MATLAB = auto()
    PDF = auto()
    PICTURE = auto()
    HEIC = auto()
    GIF = auto()
    XML = auto()
    HTML = auto()
    SCP = auto()
    TEXT = auto()
    BINARY = auto()


_MAGIC: tuple[tuple[int, bytes, FileKind], ...] = (
    (0, b"PK\x03\x04", FileKind.ZIP),
    (0, b"PK\x05\x06", FileKind.ZIP),  # an empty archive
    (128, b"DICM", FileKind.DICOM),
    (0, b"0       ", FileKind.EDF),
    (0, b"\xffBIOSEMI", FileKind.BDF),
    (0, b"MATLAB 5.0 MAT-file", FileKind.MATLAB),
    (0, b"%PDF-", FileKind.PDF),
    (0, b"\x89PNG\r\n\x1a\n", FileKind.PICTURE),
    (0, b"\xff\xd8\xff", FileKind.PICTURE),  # JPEG
    (0, b"GIF8", FileKind.GIF),
    (0, b"BM", FileKind.PICTURE),
    (0, b"II*\x00", FileKind.PICTURE),  # TIFF
    (0, b"MM\x00*", FileKind.PICTURE),
    (0, b"II+\x00", FileKind.PICTURE),  # TIFF beyond 4 GB
    (0, b"MM\x00+", FileKind.PICTURE),
    (4, b"ftyp", FileKind.HEIC),  # also AVIF and films
    (8, b"WEBP", FileKind.PICTURE),
    (16, b"SCPECG", FileKind.SCP),
)

_MAY_BE_TEXT = {FileKind.PICTURE, FileKind.HEIC, FileKind.GIF}  # their magic is short and of letters

# MATLAB 4: little-endian type (0-52), rows, columns, imaginary flag, name length.
_MATLAB_4 = re.compile(
    rb"^[\x00-\x34]\x00\x00\x00.{8}[\x00\x01]\x00\x00\x00[\x01-\x3f]\x00\x00\x00", re.DOTALL
)
_RECORD_LINE = re.compile(r"^(?P<name>[^\s,;]+?)(?P<segments>/\d+)?[ \t]+\d+([ \t]+\d[^,;]*)?$")
_SIGNAL_LINE = re.compile(r"^(?=[^\s]*[A-Za-z~])[^\s,;]+[ \t]+\d+(x\d+)?(:\d+)?(\+\d+)?([ \t]|$)")
_MARKUP = re.compile(r"^\s*<(\?xml|!DOCTYPE|[A-Za-z])", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_HTML = re.compile(r"<(!DOCTYPE\s+html|html|head|body)\b", re.IGNORECASE)


def sniff(head: bytes) -> FileKind:
    """The kind of file that starts with these bytes."""
    if not head.strip():
        return FileKind.EMPTY
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset) and not (kind in _MAY_BE_TEXT and _is_text(head)):
            return kind
    if _is_text(head):
        return _kind_of_text(decode_text(head))
    return FileKind.MATLAB if _MATLAB_4.match(head) else FileKind.BINARY


def text_encoding(data: bytes) -> str:
    """The encoding of text that starts with `data`: by its byte order mark, else UTF-8, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(data)  # data may end inside a character
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def decode_text(data: bytes) -> str:
    """The characters of a text file; bytes that are none become replacement characters."""
    return data.decode(text_encoding(data), errors="replace")


def _is_text(head: bytes) -> bool:
    """Whether the bytes hold no NUL and hardly any other control characters."""
    characters = decode_text(head)
    return "\x00" not in characters and len(_CONTROL.findall(characters)) <= 0.02 * len(characters)


def _kind_of_text(text: str) -> FileKind:
    if _MARKUP.match(text):
        return FileKind.HTML if _HTML.search(text[:1000]) else FileKind.XML
    lines = (line.strip() for line in text.splitlines())
    content = [line for line in lines if line and not line.startswith("#")]
    record_line = _RECORD_LINE.match(content[0]) if content else None
    if record_line and (record_line["segments"] or len(content) == 1 or _SIGNAL_LINE.match(content[1])):
        return FileKind.WFDB_HEADER
    return FileKind.TEXT
