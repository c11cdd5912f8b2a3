from pathlib import Path

import numpy as np
import pytest

from ecg_core.cli.main import main
from ecg_core.readers import open_ecg
from tests.cli.conftest import EXAMPLES


def simulate(out: Path, k: float, *paths: Path) -> int:
    return main(["simulate", *map(str, paths), "--k", str(k), "--out", str(out)])


def test_ecg_at_another_level_is_marked_as_simulated(ward: Path, tmp_path: Path) -> None:
    base = ward / "monday" / "00185_hr.hea"
    assert simulate(tmp_path / "out", 8.5, base) == 0
    written = open_ecg(tmp_path / "out" / "00185_hr_k8_5.hea")
    assert written.simulated
    assert written.leads == open_ecg(base).leads
    assert np.isfinite(written.signal_mv).all()


def test_the_bundled_simulated_example_is_what_its_recipe_makes(tmp_path: Path) -> None:
    """examples/ATTRIBUTION.md tells the recipe; when the simulation changes, make the example anew by it."""
    assert simulate(tmp_path, 8.5, EXAMPLES["normal"]) == 0
    made, bundled = open_ecg(tmp_path / "00185_hr_k8_5.hea"), open_ecg(EXAMPLES["simulated_hyperkalemia"])
    assert made.leads == bundled.leads
    np.testing.assert_allclose(made.signal_mv, bundled.signal_mv, atol=0.01)


def test_ecg_that_cannot_carry_it_is_told(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(tmp_path / "out", 8.5, ward) == 1
    assert f"Failed: {ward / 'two_leads.csv'}: " in capsys.readouterr().err
    assert (tmp_path / "out" / "00185_hr_k8_5.hea").is_file()


def test_level_beyond_the_simulation_is_refused(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(tmp_path / "out", 12, ward) == 1
    assert "2 to 9.5 mEq/L" in capsys.readouterr().err
