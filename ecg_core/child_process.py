"""A parser of foreign bytes in a process of its own, under limits of memory and time.

Some parsers can be made to ask for gigabytes, to run for hours or to crash by a small file. Here that ends
the child, not the program.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ecg_core.errors import FileTooLargeError, UnreadableFileError

_MEMORY_BYTES = 1_000_000_000
_CPU_S = 20
_WALL_S = 40

# What the child does first: let the system end it beyond its limits; then it is the script.
_LAUNCH = """
import resource, runpy, sys
memory_bytes, cpu_s = map(int, sys.argv[1:3])
resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
sys.argv = sys.argv[3:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_in_child(script: str, source: bytes | Path, name: str, what: str, *arguments: str) -> bytes:
    """What a Python script writes to its standard output when its standard input is the given file.

    `script` is a path, called with `arguments`; it should import nothing of this project, to start fast.
    `name` of the file and `what` it should be (``"DICOM ECG"``) are for messages. Raises FileTooLargeError beyond the limits of
    memory and time, also for a crash, and UnreadableFileError when the script ends with an error.
    """
    command = [sys.executable, "-I", "-c", _LAUNCH, str(_MEMORY_BYTES), str(_CPU_S), script, *arguments]
    try:
        done = _run(command, source)
    except subprocess.TimeoutExpired as error:
        raise FileTooLargeError(f"Reading {name} took too long; it may be damaged.") from error
    if b"MemoryError" in done.stderr or done.returncode < 0:
        raise FileTooLargeError(
            f"{name} unpacks to more than can be read. It may be damaged; export it again."
        )
    if done.returncode != 0:
        raise UnreadableFileError(f"{name} is not a complete {what}. Export it again.")
    return done.stdout


def _run(command: list[str], source: bytes | Path) -> subprocess.CompletedProcess[bytes]:
    environment = {"OPENBLAS_NUM_THREADS": "1"}
    if isinstance(source, bytes):
        return subprocess.run(
            command, input=source, capture_output=True, timeout=_WALL_S, check=False, env=environment
        )
    with source.open("rb") as stream:
        return subprocess.run(
            command, stdin=stream, capture_output=True, timeout=_WALL_S, check=False, env=environment
        )
