"""`digitize`, and pages among the files of other commands; what is on the pages is made up."""

import json
from pathlib import Path

import numpy as np
import pytest
import wfdb
from PIL import Image

from ecg_core.cli.main import main
from ecg_core.cli.paths import find_candidates, is_page
from ecg_core.digitization import document as document_module
from ecg_core.digitization.digitize import Progress
from ecg_core.digitization.types import Corrections, Digitization, PageImage
from ecg_core.errors import MissingInformationError, NotAnECGPageError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import NamedBytes, open_ecg
from ecg_core.readers.examples import list_examples
from tests.digitization.made_up_page import made_up_digitization

HEADER = next(example.path for example in list_examples() if example.key == "normal")
SIDE_PX = 120
ECG, NO_ECG, NO_SCALE = 200, 50, 100  # brightness says what a picture holds


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def digitize(page: PageImage, corrections: Corrections, progress: Progress) -> Digitization:
        brightness = int(page.rgb[0, 0, 0])
        if brightness == NO_ECG and corrections.layout is None:
            raise NotAnECGPageError("There is no trace on this page.")
        known = brightness == ECG or corrections.gain_mm_mv is not None
        return made_up_digitization(page, corrections, progress, scale_known=known)

    monkeypatch.setattr(document_module, "digitize_page", digitize)


def picture(path: Path, holds: int = ECG) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (SIDE_PX, SIDE_PX), holds).save(path)
    return path


def test_each_picture_gives_a_record_and_what_was_found(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    picture(tmp_path / "in" / "deep" / "b 2.tif")
    out = tmp_path / "new" / "out"
    assert main(["digitize", str(tmp_path / "in"), "--out", str(out)]) == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == ["a.dat", "a.hea", "a.json", "b_2.dat", "b_2.hea", "b_2.json"]
    record = wfdb.rdrecord(str(out / "a"))
    assert (tuple(record.sig_name), record.fs, set(record.units)) == (STANDARD_LEADS, 500, {"mV"})
    assert 0 < np.isnan(record.p_signal).mean() < 1
    found = json.loads((out / "a.json").read_text())
    assert {"layout", "px_per_mm", "rotation_deg", "leads", "warnings", "seconds"} <= found.keys()
    assert (found["speed_mm_s"], found["gain_mm_mv"]) == (25, 10)


def test_failures_are_listed_and_the_rest_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, cat = picture(tmp_path / "good.png"), picture(tmp_path / "cat.jpg", NO_ECG)
    unscaled = picture(tmp_path / "faint.bmp", NO_SCALE)
    heic = tmp_path / "photo.heic"
    heic.write_bytes(b"\x00\x00\x00\x18ftypheic")
    (tmp_path / "cut.png").write_bytes(good.read_bytes()[:60])
    named = [good, cat, unscaled, heic, tmp_path / "cut.png", HEADER]
    assert main(["digitize", *map(str, named), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "1 done; 5 failed." in said
    for reason in (
        "no trace on this page",
        "Give the pixels per millimetre",
        "as JPEG",
        "not a complete picture",
    ):
        assert reason in said
    assert "no picture or PDF of an ECG" in said
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["good.dat", "good.hea", "good.json"]


def test_pictures_in_folders_need_not_be_ecgs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture(tmp_path / "in" / "ecg.png")
    picture(tmp_path / "in" / "cat.png", NO_ECG)
    assert main(["digitize", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 0
    assert "Left out, no ECG" in capsys.readouterr().err


def test_the_scale_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = str(picture(tmp_path / "faint.png", NO_SCALE))
    scale = ["--px-per-mm", "6", "--speed", "50", "--gain", "20"]
    assert main(["digitize", page, "--out", str(tmp_path), *scale]) == 0
    assert main(["annotate", page, "--out", str(tmp_path / "annotated"), *scale]) == 0
    found = json.loads((tmp_path / "faint.json").read_text())
    assert (found["px_per_mm"], found["speed_mm_s"], found["gain_mm_mv"]) == (6, 50, 20)
    assert main(["digitize", page, "--out", str(tmp_path), "--gain", "-1"]) == 1
    assert "--gain -1" in capsys.readouterr().err


def test_layout_makes_an_ecg_of_a_page_that_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = str(picture(tmp_path / "odd.png", NO_ECG))
    assert main(["digitize", page, "--out", str(tmp_path)]) == 1
    assert (
        "no trace on this page. Or tell how its leads stand, for example --layout" in capsys.readouterr().err
    )
    scale = ["--px-per-mm", "6", "--speed", "25", "--gain", "10"]
    assert main(["digitize", page, "--out", str(tmp_path), "--layout", "3x4+1", *scale]) == 0
    assert json.loads((tmp_path / "odd.json").read_text())["layout"] == "3x4+1"
    assert main(["digitize", page, "--out", str(tmp_path), "--layout", "5x5"]) == 1
    assert "--layout 5x5 is not known; give one of 3x4" in capsys.readouterr().err


def test_terminal_shows_which_page_of_a_file_is_at_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "500")
    frames = [Image.new("L", (SIDE_PX, SIDE_PX), ECG) for _ in range(2)]
    frames[0].save(tmp_path / "two.tif", save_all=True, append_images=frames[1:])
    assert main(["digitize", str(tmp_path / "two.tif"), "--out", str(tmp_path / "out")]) == 0
    assert "two.tif: Page 2 of 2: Making a page up" in capsys.readouterr().err


def test_resume_leaves_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = str(picture(tmp_path / "a.png"))
    (tmp_path / "a.json").write_text("kept")
    assert main(["digitize", page, "--out", str(tmp_path), "--resume"]) == 0
    assert (tmp_path / "a.json").read_text() == "kept"
    assert "1 done before" in capsys.readouterr().err


def test_pages_of_the_same_name_do_not_overwrite_one_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [picture(tmp_path / folder / "a.png") for folder in "xy"] + [picture(tmp_path / "a.jpg")]
    assert main(["digitize", *map(str, pages), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.count("has the same name") == 2


def test_a_folder_means_pictures_to_digitize_and_records_to_annotate(tmp_path: Path) -> None:
    for path in (HEADER, HEADER.with_suffix(".dat")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    picture(tmp_path / HEADER.with_suffix(".png").name)  # a picture of the record beside it
    picture(tmp_path / "page.png")
    digitized = [found.path.name for found in find_candidates([str(tmp_path)], is_page)]
    annotated = [found.path.name for found in find_candidates([str(tmp_path)])]
    assert digitized == ["00185_hr.png", "page.png"]
    assert annotated == ["00185_hr.hea", "page.png"]


def test_open_ecg_reads_pages_and_asks_for_a_scale_it_does_not_know(tmp_path: Path) -> None:
    record = open_ecg(picture(tmp_path / "a.png"))
    assert (record.leads, record.source.format) == (STANDARD_LEADS, "digitized page")
    assert record.source.name == "a.png"
    faint = picture(tmp_path / "faint.png", NO_SCALE)
    with pytest.raises(MissingInformationError, match=r"faint\.png") as asked:
        open_ecg(faint)
    assert asked.value.needs == "scale"
    assert open_ecg(faint, corrections=Corrections(gain_mm_mv=10)).leads == STANDARD_LEADS


def test_two_photos_are_pages_of_one_ecg(tmp_path: Path) -> None:
    photos = [picture(tmp_path / name) for name in ("limb.png", "chest.png")]
    record = open_ecg([NamedBytes(photo.name, photo.read_bytes()) for photo in photos])
    assert record.leads == STANDARD_LEADS
    assert record.source.name == "limb.png"
