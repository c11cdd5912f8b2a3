"""Ways of changing T beside each other, over ECGs of every rhythm among the examples."""

from functools import cache

import numpy as np
import pytest

from ecg_core.annotation.annotate import annotate
from ecg_core.filtering.pipeline import filter_record
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.simulation.effects import BeatChange
from ecg_core.simulation.landmarks import Landmarks, find_landmarks
from ecg_core.simulation.morph import MorphStyle, draw_style, morph
from ecg_core.simulation.waves import typical_wave

FS_HZ = 500.0
STYLES = {
    "warp": MorphStyle(1.0),
    "hermite": MorphStyle(0.0, "hermite"),
    "repolarisation": MorphStyle(0.0, "repolarisation"),
    "half and half": MorphStyle(0.5, "hermite"),
}
RHYTHMS = (
    "normal",
    "atrial_fibrillation",
    "left_bundle_branch_block",
    "bifascicular_block",
    "first_degree_av_block",
    "inferior_t_inversion",
)
every_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
every_rhythm = pytest.mark.parametrize("rhythm", RHYTHMS)


@cache
def base(rhythm: str) -> tuple[np.ndarray, Landmarks]:
    path = next(example.path for example in list_examples() if example.key == rhythm)
    filtered = filter_record(open_ecg(path)).record
    assert filtered.fs_hz == FS_HZ
    return filtered.select(INDEPENDENT_LEADS).signal_mv, find_landmarks(annotate(filtered))


def t_shape(signal_mv: np.ndarray, landmarks: Landmarks) -> np.ndarray:
    """The typical T of the lead where it is largest."""
    peak = landmarks.knots_s[:, Landmarks.T_PEAK]
    shape = typical_wave(signal_mv, FS_HZ, peak, landmarks.root_rr, 0.16, 0.2)
    return shape.mv[np.abs(shape.mv).max(axis=1).argmax()]


def half_width(shape: np.ndarray) -> int:
    height = np.abs(shape)
    peak, half = int(height.argmax()), height.max() / 2
    return int(np.flatnonzero(height[peak:] < half)[0] + peak - np.flatnonzero(height[:peak] < half)[-1])


@every_style
@every_rhythm
def test_no_change_changes_nothing(rhythm: str, style: MorphStyle) -> None:
    signal_mv, landmarks = base(rhythm)
    np.testing.assert_allclose(morph(signal_mv, FS_HZ, landmarks, BeatChange(), style), signal_mv, atol=1e-5)


@every_style
@pytest.mark.parametrize(
    ("width", "least", "most"), [(0.7, 0.6, 0.85), (1.35, 1.12, 1.6)], ids=["narrow", "wide"]
)
def test_t_gets_about_as_wide_as_asked_whatever_the_way(
    style: MorphStyle, width: float, least: float, most: float
) -> None:
    signal_mv, landmarks = base("normal")
    changed = morph(signal_mv, FS_HZ, landmarks, BeatChange(t_width=width), style)
    ratio = half_width(t_shape(changed, landmarks)) / half_width(t_shape(signal_mv, landmarks))
    assert least < ratio < most


@every_style
@every_rhythm
def test_an_ecg_upside_down_is_changed_upside_down(rhythm: str, style: MorphStyle) -> None:
    """So inverted T waves are changed like upright ones."""
    signal_mv, landmarks = base(rhythm)
    change = BeatChange(t_width=0.75, t_gain=1.3, qrs_gain=0.9, p_gain=0.5)
    upright, inverted = (morph(sign * signal_mv, FS_HZ, landmarks, change, style) for sign in (1, -1))
    np.testing.assert_allclose(inverted, -upright, atol=1e-5)


@pytest.mark.parametrize(
    "style", [STYLES["hermite"], STYLES["repolarisation"]], ids=["hermite", "repolarisation"]
)
@every_rhythm
def test_a_new_t_leaves_the_qrs_alone(rhythm: str, style: MorphStyle) -> None:
    signal_mv, landmarks = base(rhythm)
    changed = morph(signal_mv, FS_HZ, landmarks, BeatChange(t_width=0.8, t_gain=1.3), style)
    moved = np.abs(changed - signal_mv)
    for beat in landmarks.knots_s[1:-1]:
        qrs = slice(round(beat[Landmarks.QRS_ON] * FS_HZ), round(beat[Landmarks.J] * FS_HZ))
        assert moved[:, qrs].max() < 0.02


@every_style
def test_a_steeper_t_does_not_ring(style: MorphStyle) -> None:
    """Sharpening must not leave waves of its own on both sides of T, which a network would learn."""
    signal_mv, landmarks = base("normal")

    def up_and_down(signal: np.ndarray) -> float:
        """All the way that T goes over twice its height: 1 for a single hill."""
        shape = t_shape(signal, landmarks)
        return float(np.abs(np.diff(shape)).sum() / (2 * np.abs(shape).max()))

    changed = morph(signal_mv, FS_HZ, landmarks, BeatChange(t_width=0.6), style)
    assert up_and_down(changed) < up_and_down(signal_mv) + 0.15


def test_where_there_is_no_p_wave_nothing_is_lost() -> None:
    signal_mv, landmarks = base("atrial_fibrillation")
    np.testing.assert_allclose(
        morph(signal_mv, FS_HZ, landmarks, BeatChange(p_gain=0.0)), signal_mv, atol=1e-5
    )


@every_rhythm
def test_a_u_wave_follows_t_in_every_beat(rhythm: str) -> None:
    signal_mv, landmarks = base(rhythm)
    with_u = morph(signal_mv, FS_HZ, landmarks, BeatChange(u_mv=0.1)) - signal_mv
    t_off = landmarks.knots_s[:, Landmarks.T_OFF]
    v3 = INDEPENDENT_LEADS.index("V3")
    for end_s, scale in zip(t_off[1:-1], landmarks.root_rr[1:-1], strict=True):
        after = np.abs(with_u[v3, round(end_s * FS_HZ) : round((end_s + 0.16 * scale) * FS_HZ)])
        assert after.max() > 0.015


def test_styles_are_drawn_from_all_ways_and_mixtures() -> None:
    styles = [draw_style(np.random.default_rng(seed)) for seed in range(300)]
    shares = np.array([style.warp_share for style in styles])
    for kind in (shares == 0, shares == 1, (shares > 0) & (shares < 1)):
        assert kind.mean() == pytest.approx(1 / 3, abs=0.08)
    assert {style.synthesis for style in styles} == {"hermite", "repolarisation"}
