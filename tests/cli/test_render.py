import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecg_core.cli.main import main
from ecg_core.readers import open_ecg


def render(out: Path, *arguments: str | Path) -> int:
    return main(["render", *map(str, arguments), "--dpi", "100", "--out", str(out)])


def test_page_with_truth_and_facts(ward: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert render(out, ward / "monday", "--layout", "6x2", "--gain", "5", "--defects", "tilt") == 0
    truth = open_ecg(out / "00185_hr_page.hea")
    facts = json.loads((out / "00185_hr_page.json").read_text())
    with Image.open(out / "00185_hr_page.png") as picture:
        width, height = picture.size
    assert len(truth.leads) == 12
    assert np.isfinite(truth.lead_mv("I")).sum() == pytest.approx(2500, abs=10)
    assert (facts["layout"], facts["speed_mm_s"], facts["gain_mm_mv"]) == ("6x2", 25, 5)
    assert facts["px_per_mm"] == pytest.approx(100 / 25.4, rel=0.01)
    assert [lead["lead"] for lead in facts["leads"][:2]] == ["I", "V1"]
    corners = np.array([lead["corners_px"] for lead in facts["leads"]])
    assert corners.shape == (12, 4, 2)
    assert (corners > 0).all()
    assert (corners < (width, height)).all()


def test_random_page_of_a_file_is_always_the_same(ward: Path, tmp_path: Path) -> None:
    for out in ("first", "second"):
        assert render(tmp_path / out, ward / "monday", "--random", "--seed", "7") == 0
    first, second = ((tmp_path / out / "00185_hr_page.png").read_bytes() for out in ("first", "second"))
    assert first == second


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--layout", "7x7", "12x1"), ("--defects", "dog", "photo"), ("--rhythm", "V9", "twelve")],
)
def test_wrong_names_are_told_with_the_right_ones(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    assert render(tmp_path / "out", ward, option, value) == 1
    error = capsys.readouterr().err
    assert value in error
    assert said in error
