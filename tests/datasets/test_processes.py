import os
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


def test_an_error_is_that_of_the_item() -> None:
    with pytest.raises(ZeroDivisionError):
        list(mapped(divmod, range(3), 2, 0))
