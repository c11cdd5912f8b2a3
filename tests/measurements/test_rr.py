"""RR variability against NeuroKit2 and by hand."""

from __future__ import annotations

import neurokit2 as nk
import numpy as np
import pytest

from ecg_core.measurements.rr import normal_intervals, pnn50_percent, rmssd_ms, rr_intervals_ms, sd_ms


@pytest.mark.parametrize("seed", range(3))
def test_variability_agrees_with_neurokit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    r_peaks = np.cumsum(np.rint(rng.normal(400, 25, 300))).astype(np.int64)
    rr = rr_intervals_ms(r_peaks, 500.0)
    theirs = nk.hrv_time(r_peaks, sampling_rate=500).iloc[0]
    assert sd_ms(rr) == pytest.approx(theirs["HRV_SDNN"], rel=1e-6)
    assert rmssd_ms(rr) == pytest.approx(theirs["HRV_RMSSD"], rel=1e-6)
    assert pnn50_percent(rr) == pytest.approx(theirs["HRV_pNN50"], rel=1e-6)


def test_only_differences_of_adjacent_normal_intervals_count() -> None:
    nn = np.array([800.0, 900.0, np.nan, 700.0, 740.0])
    assert rmssd_ms(nn) == pytest.approx(np.sqrt((100**2 + 40**2) / 2))
    assert pnn50_percent(nn) == pytest.approx(100 / 4)  # one of two differences, of four normal intervals
    assert sd_ms(nn) == pytest.approx(np.std([800, 900, 700, 740], ddof=1))


def test_intervals_on_both_sides_of_an_ectopic_beat_are_not_normal() -> None:
    rr = np.array([800.0, 500.0, 1100.0, 800.0])
    normal = normal_intervals(rr, np.array([True, True, False, True, True]))
    np.testing.assert_array_equal(normal, [800, np.nan, np.nan, 800])


@pytest.mark.parametrize("values", [[], [800.0], [np.nan, 800.0, np.nan]])
def test_too_few_intervals_have_no_variability(values: list[float]) -> None:
    nn = np.array(values)
    assert np.isnan([sd_ms(nn), rmssd_ms(nn), pnn50_percent(nn)]).all()


def test_no_interval_is_told_across_a_gap() -> None:
    r_peaks = np.array([100, 500, 1700, 2100])
    recorded = np.ones(2500, dtype=bool)
    recorded[700:1300] = False
    recorded[1800:1890] = False  # 0.18 s
    recorded[2200:] = False
    np.testing.assert_array_equal(rr_intervals_ms(r_peaks, 500.0, recorded), [800, np.nan, 800])
    np.testing.assert_array_equal(rr_intervals_ms(r_peaks, 500.0), [800, 2400, 800])
    assert rr_intervals_ms(r_peaks[:1], 500.0, recorded).size == 0
