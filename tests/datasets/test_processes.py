import sys
from operator import sub
from types import ModuleType

import pytest

from ecg_core.datasets.processes import mapped


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_items_whatever_the_number_of_processes(
    processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Streamlit's AppTest leaves a page as the main module, which new processes would run first.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    assert list(mapped(sub, range(7), processes, 10)) == [-10, -9, -8, -7, -6, -5, -4]
