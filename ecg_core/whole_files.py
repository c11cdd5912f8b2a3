"""Files that are there whole or not at all: what an interruption leaves behind is never taken for a result."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced_at_once(path: Path) -> Iterator[Path]:
    """Yield a place beside `path` to write to, which takes the place of `path` when the block ends without an error.

    Until then whatever was at `path` stays. Its folder is made if absent.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        yield unfinished
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    os.replace(unfinished, path)
