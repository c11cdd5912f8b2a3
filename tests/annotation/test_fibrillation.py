import numpy as np
import pytest

from ecg_core.annotation.fibrillation import fibrillating

N = 40
RNG = np.random.default_rng(2)
REGULAR = 200 + RNG.integers(-2, 3, N)
BIGEMINY = np.tile([130, 270], N // 2) + RNG.integers(-2, 3, N)
IRREGULAR = RNG.integers(110, 260, N)


def p_on(share: float, leads: int = 3) -> np.ndarray:
    """Every lead shows P on the same beats, evenly spread."""
    beats = np.arange(N + 1)
    return np.tile(np.floor((beats + 1) * share) > np.floor(beats * share), (leads, 1))


@pytest.mark.parametrize(
    ("rr", "p_share", "expected"),
    [
        (IRREGULAR, 0.2, True),
        (IRREGULAR, 1.0, False),
        (REGULAR, 0.2, False),
        (BIGEMINY, 0.5, False),
    ],
    ids=["fibrillation", "sinus arrhythmia", "block", "bigeminy"],
)
def test_irregular_beats_without_p_fibrillate(rr: np.ndarray, p_share: float, expected: bool) -> None:
    beats = np.append(0, np.cumsum(rr)).astype(np.int64)
    found = fibrillating(p_on(p_share), beats)
    assert found.shape == beats.shape
    assert (found == expected).mean() > 0.9


def test_only_the_stretch_that_fibrillates_is_meant() -> None:
    beats = np.append(0, np.cumsum(np.concatenate([REGULAR, IRREGULAR]))).astype(np.int64)
    shows_p = np.concatenate([p_on(1.0), p_on(0.1)[:, :-1]], axis=1)
    found = fibrillating(shows_p, beats)
    assert not found[: N - 8].any() and found[N + 8 :].mean() > 0.9


def test_p_in_one_lead_of_many_does_not_count() -> None:
    beats = np.append(0, np.cumsum(IRREGULAR)).astype(np.int64)
    shows_p = p_on(0.0, leads=6)
    shows_p[0] = True
    assert fibrillating(shows_p, beats).mean() > 0.9


@pytest.mark.parametrize("n_beats", [0, 1, 5])
def test_a_few_beats_say_nothing(n_beats: int) -> None:
    beats = np.cumsum(IRREGULAR[:n_beats]).astype(np.int64)
    assert not fibrillating(np.zeros((2, n_beats), dtype=bool), beats).any()
