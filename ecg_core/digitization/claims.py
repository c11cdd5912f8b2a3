"""No ink without a row: runs that no path took although two paths share their neighbour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.candidates import Ints
from ecg_core.digitization.runs import Runs


def claim_unused(path: Ints, runs: Runs) -> Ints:
    """Give unused runs to rows that share the run above or below them with another row.

    Rows are followed one by one, so two may take the same stroke and leave another to nobody. Where that happens, the
    upper row takes an unused run above the shared one and the lower row one below, as long as it stays connected to
    its own path. `path` numbers the run of each row and column, -1 where none.
    """
    path = path.copy()
    uses = np.bincount(path[path >= 0], minlength=len(runs.column))
    columns = _in_question(runs, uses)
    for x, before in [(x, x - 1) for x in columns] + [(x, x + 1) for x in columns[::-1]]:
        if not 0 <= before < path.shape[1]:
            continue
        shared = {int(run) for run in path[:, x] if run >= 0 and uses[run] > 1}
        for run in sorted(shared):
            rows = np.flatnonzero(path[:, x] == run)
            for unused, row in ((run - 1, rows[0]), (run + 1, rows[-1])):
                if (
                    uses[run] > 1
                    and _is_free(unused, x, runs, uses)
                    and _touch(unused, path[row, before], runs)
                ):
                    path[row, x] = unused
                    uses[run] -= 1
                    uses[unused] += 1
    return path


def _in_question(runs: Runs, uses: Ints) -> list[int]:
    """Columns that hold both an unused run and a shared one."""
    unused: NDArray[np.bool_] = np.isin(runs.column, runs.column[uses > 1]) & (uses == 0)
    return np.unique(runs.column[unused]).tolist()


def _is_free(run: int, x: int, runs: Runs, uses: Ints) -> bool:
    return 0 <= run < len(uses) and bool(runs.column[run] == x and uses[run] == 0)


def _touch(one: int, other: int, runs: Runs) -> bool:
    """Whether two runs of neighbouring columns overlap."""
    return bool(
        other >= 0 and runs.top_px[one] <= runs.bottom_px[other] and runs.top_px[other] <= runs.bottom_px[one]
    )
