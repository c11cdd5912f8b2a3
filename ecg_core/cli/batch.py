"""One step over many ECG files: progress, resume, on past bad files, every failure told at the end."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ecg_core.cli.paths import Candidate, find_candidates, may_be_ecg
from ecg_core.cli.progress import Progress
from ecg_core.errors import ECGError, UnsupportedFormatError

_PROGRAM = Path(__file__).parents[1]

Step = Callable[[Path], None]


@dataclass
class Outcome:
    """What became of the files of a batch."""

    n_done: int = 0
    n_skipped: int = 0
    left_out: list[Path] = field(default_factory=list)  # tables and pictures in folders that are no ECGs
    failures: list[tuple[Path, str]] = field(default_factory=list)


def run_batch(
    given: Sequence[str],
    step: Step,
    is_done: Callable[[Path], bool],
    wanted: Callable[[Path], bool] = may_be_ecg,
    progress: Progress | None = None,
) -> int:
    """Apply `step` to every ECG that `given` means and that is not done; returns the exit status.

    `wanted` says which files in folders are meant; a step that takes long tells its stages to `progress`.
    Whatever `step` raises for one file does not stop the others.
    """
    candidates = find_candidates(given, wanted)
    progress = progress or Progress()
    progress.begin(len(candidates))
    outcome = Outcome()
    for candidate in candidates:
        name = str(candidate.path)
        progress.start(name)
        progress.end(name, _treat(candidate, step, is_done, outcome))
    progress.close()
    _report(outcome)
    return 1 if outcome.failures else 0


def _treat(candidate: Candidate, step: Step, is_done: Callable[[Path], bool], outcome: Outcome) -> str:
    """Apply `step` to one file, note in `outcome` what became of it and say it."""
    path = candidate.path
    try:
        if is_done(path):
            outcome.n_skipped += 1
            return "done before"
        step(path)
    except UnsupportedFormatError as error:
        if candidate.may_be_no_ecg:
            outcome.left_out.append(path)
            return "no ECG, left out"
        return _failed(outcome, path, str(error))
    except ECGError as error:
        return _failed(outcome, path, str(error))
    except Exception as error:  # its message may quote the file, so only its kind and place are told
        return _failed(
            outcome, path, f"unexpected error ({type(error).__name__} in {_place(error)}); please report it"
        )
    outcome.n_done += 1
    return "done"


def _place(error: Exception) -> str:
    """The innermost line of this program that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_PROGRAM)]
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}"


def _failed(outcome: Outcome, path: Path, reason: str) -> str:
    outcome.failures.append((path, reason))
    return "failed"


def _report(outcome: Outcome) -> None:
    counts = {
        "done": outcome.n_done,
        "done before": outcome.n_skipped,
        "no ECG, left out": len(outcome.left_out),
        "failed": len(outcome.failures),
    }
    said = [f"{count} {what}" for what, count in counts.items() if count]
    print(f"{'; '.join(said)}.", file=sys.stderr)
    for path in outcome.left_out:
        print(f"Left out, no ECG: {path}", file=sys.stderr)
    for path, reason in outcome.failures:
        print(f"Failed: {path}: {reason}", file=sys.stderr)
