"""The dashboard under test, and files to open in it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.uploads import ROOT, Upload, upload


@pytest.fixture
def wfdb_pair() -> list[Upload]:
    files = [ROOT / "examples" / "ptbxl" / f"00185_hr.{suffix}" for suffix in ("hea", "dat")]
    return [upload(file.name, file.read_bytes()) for file in files]


@pytest.fixture
def app() -> AppTest:
    """The whole dashboard, freshly opened."""
    return AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60).run()


@pytest.fixture
def open_example(app: AppTest) -> Callable[[str], AppTest]:
    """Open a bundled example by its key."""

    def click(key: str) -> AppTest:
        return app.button(key=f"start_{key}").click().run()

    return click


@pytest.fixture
def cycles_app(open_example: Callable[[str], AppTest]) -> AppTest:
    """A normal ECG on the page Cycles, being corrected; beat 2 and its T offset are chosen."""
    app = open_example("normal").switch_page("views/cycles.py").run()
    return app.toggle[0].set_value(True).run()
