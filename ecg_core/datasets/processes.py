"""Work shared among processes, in an order that does not depend on their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK = 2
_given: tuple[Any, ...] = ()  # in a process that shares the work


def mapped(
    function: Callable[..., Result], items: Iterable[Item], processes: int, *given: Any
) -> Iterator[Result]:
    """`function(item, *given)` of every item, in their order. `given` goes to each process once.

    Each process computes on one thread. One process is this one.
    """
    if processes == 1:
        yield from (function(item, *given) for item in items)
        return
    with get_context("spawn").Pool(processes, initializer=_begin, initargs=given) as pool:
        yield from pool.imap(partial(_call, function), items, chunksize=_CHUNK)


def _begin(*given: Any) -> None:
    global _given
    _given = given
    torch.set_num_threads(1)


def _call(function: Callable[..., Result], item: Item) -> Result:
    return function(item, *_given)
