"""Settings of all tests."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Tests check what is computed, not how fast: a busy machine must not fail them.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

MAIN = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def same_main_module() -> Iterator[None]:
    """Streamlit's AppTest leaves the page it showed as the main module, and every process started later would run it."""
    yield
    sys.modules["__main__"] = MAIN
