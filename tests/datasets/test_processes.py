from operator import sub

import pytest

from ecg_core.datasets.processes import mapped


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_items_whatever_the_number_of_processes(processes: int) -> None:
    assert list(mapped(sub, range(7), processes, 10)) == [-10, -9, -8, -7, -6, -5, -4]
