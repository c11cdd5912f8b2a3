"""The files that a command writes into one folder, one for each ECG."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ecg_core.errors import ECGError
from ecg_core.whole_files import replaced_at_once


class ResultFolder:
    """Where each ECG's result goes; no two ECGs of one run may share a place."""

    def __init__(self, folder: Path, name: Callable[[Path], str], *, resume: bool) -> None:
        """`name` gives the file name of an ECG's result; with `resume` results that exist count as done."""
        self._folder, self._name, self._resume = folder, name, resume
        self._owners: dict[Path, Path] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, ecg: Path) -> Path:
        """The file of an ECG's result."""
        return self._folder / self._name(ecg)

    def is_done(self, ecg: Path) -> bool:
        """Whether there is nothing left to do for an ECG. Raises ECGError where another has its place."""
        first = self._owners.setdefault(self.path(ecg), ecg)
        if first != ecg:
            raise ECGError(
                f"It would overwrite the result of {first}, which has the same name. "
                "Choose another folder for it (--out)."
            )
        return self._resume and self.path(ecg).is_file()


def write_json(path: Path, found: Mapping[str, Any]) -> None:
    """Write the whole file or nothing, so that `--resume` can trust what it sees."""
    with replaced_at_once(path) as unfinished:
        unfinished.write_text(json.dumps(found, allow_nan=False), encoding="utf-8")
