"""A page is computed on one thread, and everything else as before."""

from __future__ import annotations

import pytest
import torch
from threadpoolctl import threadpool_info

from ecg_core.digitization.one_thread import one_thread


def threads() -> tuple[int, list[int]]:
    blas = [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]
    return torch.get_num_threads(), blas


def test_networks_and_linear_algebra_get_one_thread_and_then_theirs_again() -> None:
    before = threads()
    with one_thread():
        n_torch, n_blas = threads()
    assert n_torch == 1
    assert n_blas == [1] * len(before[1]) != []
    assert threads() == before


def test_a_page_that_fails_leaves_the_threads_as_they_were() -> None:
    @one_thread()
    def fail() -> None:
        raise ValueError

    before = threads()
    with pytest.raises(ValueError):
        fail()
    assert threads() == before
