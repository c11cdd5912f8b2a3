"""Networks and linear algebra of one page on one thread.

What is computed at a time is small. Threads that share it wait for each other after every layer and product: where the
processor has other work too, a page then takes several times as long; where it has none, they save a fifth.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits

_USUALLY = torch.get_num_threads()


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch and BLAS compute on the thread that calls them, here and in functions called from here."""
    torch.set_num_threads(1)
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(_USUALLY)
