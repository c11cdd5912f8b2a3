from pathlib import Path

import numpy as np
import pytest

from ecg_core.cli.main import main
from ecg_core.readers import open_ecg


def simulate(out: Path, k: float, *paths: Path) -> int:
    return main(["simulate", *map(str, paths), "--k", str(k), "--out", str(out)])


def test_ecg_at_another_level_is_marked_as_simulated(ward: Path, tmp_path: Path) -> None:
    base = ward / "monday" / "00185_hr.hea"
    assert simulate(tmp_path / "out", 8.5, base) == 0
    written = open_ecg(tmp_path / "out" / "00185_hr_k8_5.hea")
    assert written.simulated
    assert written.leads == open_ecg(base).leads
    assert np.isfinite(written.signal_mv).all()


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
