"""What is no ECG is refused, by single signs and with all stages of digitization before it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_sample_image

from ecg_core.digitization.digitize import digitize_page
from ecg_core.digitization.gate import beats, refuse_if_no_ecg
from ecg_core.digitization.types import Digitization, PageImage
from ecg_core.errors import NotAnECGPageError
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from tests.digitization.made_up_page import made_up_digitization

FS_HZ = 500.0
RNG = np.random.default_rng(0)


def plot(rows: int, line: np.ndarray) -> np.ndarray:
    """The same line drawn in rows on white paper."""
    rgb = np.full((600, 900, 3), 255, np.uint8)
    for row in range(rows):
        y = (row + 0.5) * 600 / rows - line * 200 / rows
        points = np.column_stack([np.linspace(40, 860, line.size), y]).round().astype(np.int32)
        cv2.polylines(rgb, [points], False, (20, 20, 20), 2, cv2.LINE_AA)
    return rgb


def letter() -> np.ndarray:
    rgb = np.full((900, 700, 3), 255, np.uint8)
    for row in range(28):
        words = " ".join(
            RNG.choice(["patient", "was", "seen", "in", "V1", "and", "II", "potassium", "25"], 9)
        )
        cv2.putText(
            rgb, words, (30, 40 + 30 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 1, cv2.LINE_AA
        )
    return rgb


def grid_alone(px_per_mm: int) -> np.ndarray:
    rgb = np.full((600, 900, 3), 255, np.uint8)
    for step_mm, colour in ((1, (250, 215, 215)), (5, (240, 150, 150))):
        rgb[:: step_mm * px_per_mm] = rgb[:, :: step_mm * px_per_mm] = colour
    return rgb


def blobs() -> np.ndarray:
    """Soft grey shapes, as in a chest X-ray."""
    grey = cv2.GaussianBlur(RNG.normal(size=(600, 800)), (0, 0), 50)
    scaled = 255 * (grey - grey.min()) / np.ptp(grey)
    return np.repeat(scaled.astype(np.uint8)[..., None], 3, axis=2)


NO_ECGS = {
    "blank": np.full((600, 800, 3), 255, np.uint8),
    "black": np.zeros((600, 800, 3), np.uint8),
    "noise": RNG.integers(0, 256, (600, 800, 3)).astype(np.uint8),
    "blobs": blobs(),
    "letter": letter(),
    "grid alone": grid_alone(8),
    "fine grid alone": grid_alone(4),
    "share price": plot(1, np.cumsum(RNG.normal(size=800)) / 30),
    "sine waves": plot(4, np.sin(np.linspace(0, 60, 1500))),
    "temple": load_sample_image("china.jpg"),
}


@pytest.mark.parametrize("rgb", NO_ECGS.values(), ids=NO_ECGS)
def test_pictures_of_other_things_are_refused(rgb: np.ndarray) -> None:
    with pytest.raises(NotAnECGPageError, match=r"page|picture"):
        digitize_page(PageImage(rgb))


@pytest.mark.parametrize("size", [(1, 1), (90, 2000), (2000, 90)])
def test_pictures_too_small_for_a_trace_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(NotAnECGPageError, match="full size"):
        digitize_page(PageImage(np.zeros((*size, 3), np.uint8)))


def bare(found: Digitization, *, flat_lines: bool) -> Digitization:
    """The same page without names, pulses, grid and scale, and perhaps without beats."""
    boxes = tuple(replace(box, name_found=False) for box in found.layout.boxes)
    silent = np.where(np.isfinite(found.record.signal_mv), 0.0, np.nan).astype(np.float32)
    return replace(
        found,
        flat=replace(found.flat, grid=replace(found.flat.grid, found=False, confidence=0.0)),
        layout=replace(found.layout, boxes=boxes, pulses=()),
        calibration=replace(found.calibration, known=False),
        record=found.record.with_signal(silent) if flat_lines else found.record,
    )


def test_names_alone_or_beats_alone_suffice() -> None:
    page = made_up_digitization()
    refuse_if_no_ecg(page)
    refuse_if_no_ecg(bare(page, flat_lines=False))
    refuse_if_no_ecg(replace(bare(page, flat_lines=True), layout=page.layout))  # asystole with its names


def test_lines_with_no_sign_or_a_single_one_do_not() -> None:
    page = made_up_digitization()
    nothing = bare(page, flat_lines=True)
    for single in (
        nothing,
        replace(nothing, flat=page.flat),
        replace(nothing, calibration=page.calibration),
        replace(nothing, flat=page.flat, calibration=page.calibration),  # a grid is the scale's own reason
        replace(nothing, layout=replace(nothing.layout, pulses=page.layout.pulses)),
    ):
        with pytest.raises(NotAnECGPageError, match="does not look like an ECG"):
            refuse_if_no_ecg(single)
    with pytest.raises(
        NotAnECGPageError, match=r"an ECG: too few lead names were read; its lines do not beat; no cal"
    ):
        refuse_if_no_ecg(replace(nothing, flat=page.flat))
    refuse_if_no_ecg(
        replace(nothing, flat=page.flat, layout=replace(nothing.layout, pulses=page.layout.pulses))
    )


def test_lines_that_are_hardly_ink_need_more_to_speak_for_them() -> None:
    page = made_up_digitization()
    names = replace(bare(page, flat_lines=True), layout=replace(page.layout, pulses=()))
    refuse_if_no_ecg(names)
    faint = tuple(replace(trace, ink=0.3) for trace in page.traces)
    with pytest.raises(NotAnECGPageError):
        refuse_if_no_ecg(replace(names, traces=faint))
    refuse_if_no_ecg(replace(page, traces=faint))


def test_names_on_an_unlikely_layout_are_words_that_look_like_them() -> None:
    page = made_up_digitization()
    nothing = bare(page, flat_lines=True)
    with pytest.raises(NotAnECGPageError):
        refuse_if_no_ecg(replace(nothing, layout=replace(page.layout, confidence=0.2, pulses=())))


def test_most_leads_of_real_ecgs_beat_at_any_amplitude() -> None:
    paths = [example.path for example in list_examples() if example.path.suffix == ".hea"]
    for record in map(open_ecg, paths):
        for gain in (0.2, 1.0, 3.0):
            beating = [beats(lead[:1250] * np.float32(gain), record.fs_hz) for lead in record.signal_mv]
            assert np.mean(beating) >= 0.5


@settings(deadline=None, max_examples=30)
@given(
    kind=st.sampled_from(["noise", "walk", "sine", "step", "line"]),
    seed=st.integers(0, 1000),
    gaps=st.booleans(),
)
def test_what_does_not_beat_is_not_said_to(kind: str, seed: int, gaps: bool) -> None:
    rng = np.random.default_rng(seed)
    time_s = np.arange(2500) / FS_HZ
    line = {
        "noise": rng.normal(size=2500),
        "walk": np.cumsum(rng.normal(size=2500)),
        "sine": np.sin(2 * np.pi * rng.uniform(0.5, 8) * time_s),
        "step": (time_s > rng.uniform(1, 4)).astype(float),
        "line": rng.normal() * time_s,
    }[kind]
    if gaps:
        line[rng.integers(0, 2500, 200)] = np.nan
    assert not beats(line.astype(np.float32), FS_HZ)


def test_many_like_beats_may_stand_out_less_than_two() -> None:
    time_s = np.arange(5000) / FS_HZ
    phase_s = (time_s + 0.35) % 0.7 - 0.35
    beat = np.exp(-0.5 * (phase_s / 0.03) ** 2) + 0.15 * np.sin(2 * np.pi * time_s / 0.175)
    assert beats(beat.astype(np.float32), FS_HZ)
    assert not beats(beat[:1000].astype(np.float32), FS_HZ)


def test_hardly_any_signal_does_not_beat() -> None:
    assert not beats(np.full(5000, np.nan, np.float32), FS_HZ)
    assert not beats(np.append(np.ones(300), np.full(4700, np.nan)).astype(np.float32), FS_HZ)
