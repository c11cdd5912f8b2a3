"""Work shared among processes, in an order that does not depend on their number."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

import torch

from ecg_core.errors import ProcessesError

Item = TypeVar("Item")
Result = TypeVar("Result")

# Items handed out to each process ahead of time: ECGs are large, and a data set of them does not fit into memory.
_AHEAD = 4
_given: tuple[Any, ...] = ()  # in a process that shares the work


def mapped(
    function: Callable[..., Result], items: Iterable[Item], processes: int, *given: Any
) -> Iterator[Result]:
    """`function(item, *given)` of every item, in their order. `given` goes to each process once.

    Items are taken from their iterator little by little. Each process computes on one thread. One process is this one.
    Raises ProcessesError when a process is ended.
    """
    if processes == 1:
        yield from (function(item, *given) for item in items)
        return
    # Not multiprocessing.Pool, which starts another process for one that died and then waits forever for its answer.
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, given) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(_call, function, item))
                if len(waiting) > _AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ProcessesError(
                "A process that shared the work was ended by the system, most likely because memory ran out. "
                "Share the work among fewer: --workers 1."
            ) from error
        finally:
            for future in waiting:
                future.cancel()


def _begin(*given: Any) -> None:
    global _given
    _given = given
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that shares out the work


def _call(function: Callable[..., Result], item: Item) -> Result:
    return function(item, *_given)
