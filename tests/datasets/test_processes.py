import os
from collections.abc import Iterator
from operator import sub

import pytest

from ecg_core.datasets.processes import mapped
from ecg_core.errors import ProcessesError


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_items_whatever_the_number_of_processes(processes: int) -> None:
    assert list(mapped(sub, range(7), processes, 10)) == [-10, -9, -8, -7, -6, -5, -4]


def test_a_process_that_is_ended_ends_the_work_with_what_to_do() -> None:
    with pytest.raises(ProcessesError, match="memory"):
        list(mapped(os._exit, range(3), 2))


def test_items_are_taken_as_they_are_worked_off_and_not_all_at_once() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    results = mapped(sub, items(), 2, 0)
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert len(taken) < 100
    results.close()  # type: ignore[attr-defined]


def test_an_error_is_that_of_the_item() -> None:
    with pytest.raises(ZeroDivisionError):
        list(mapped(divmod, range(3), 2, 0))
