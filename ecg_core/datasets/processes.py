"""Work shared among processes, in an order that does not depend on their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeVar

import torch

from ecg_core.errors import ProcessesError

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK = 2
_given: tuple[Any, ...] = ()  # in a process that shares the work


def mapped(
    function: Callable[..., Result], items: Iterable[Item], processes: int, *given: Any
) -> Iterator[Result]:
    """`function(item, *given)` of every item, in their order. `given` goes to each process once.

    Each process computes on one thread. One process is this one. Raises ProcessesError when a process is ended.
    """
    if processes == 1:
        yield from (function(item, *given) for item in items)
        return
    # Not multiprocessing.Pool, which starts another process for one that died and then waits forever for its answer.
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, given) as pool:
        try:
            yield from pool.map(partial(_call, function), items, chunksize=_CHUNK)
        except BrokenProcessPool as error:
            raise ProcessesError(
                "A process that shared the work was ended by the system, most likely because memory ran out. "
                "Share the work among fewer: --workers 1."
            ) from error


def _begin(*given: Any) -> None:
    global _given
    _given = given
    torch.set_num_threads(1)


def _call(function: Callable[..., Result], item: Item) -> Result:
    return function(item, *_given)
