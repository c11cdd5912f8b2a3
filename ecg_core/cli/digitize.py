"""`digitize`: scanned and photographed ECGs as WFDB, with what was found on the page as JSON."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecg_core.cli.batch import run_batch
from ecg_core.cli.opening import page_corrections, what_to_give_told
from ecg_core.cli.paths import is_page
from ecg_core.cli.progress import Progress
from ecg_core.cli.results import ResultFolder, write_json
from ecg_core.digitization.export import document_json
from ecg_core.readers.opening import open_document
from ecg_core.writers import wfdb_stem, write_wfdb


def run(arguments: argparse.Namespace) -> int:
    """Write `<stem>.hea`, `<stem>.dat` and then `<stem>.json` for every picture or PDF; returns the exit status."""
    corrections, progress = page_corrections(arguments), Progress()
    results = ResultFolder(
        arguments.out, lambda path: f"{wfdb_stem(path.stem)}.json", resume=arguments.resume
    )

    def step(path: Path) -> None:
        with what_to_give_told():
            document = open_document(path, corrections, progress.stage)
        write_wfdb(document.record, arguments.out, results.path(path).stem)
        write_json(results.path(path), document_json(document))

    return run_batch(arguments.paths, step, results.is_done, wanted=is_page, progress=progress)
