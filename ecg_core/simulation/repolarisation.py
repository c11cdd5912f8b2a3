"""Two ways to change the T wave's own shape, besides warping time: each leaves other traces in the signal.

Both work on the T wave that is typical of a record, over all leads with one centre and one width, and give the
difference to be added to every beat. Noise between beats stays as it was.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

from ecg_core.simulation.waves import WaveShape

Floats = NDArray[np.float64]
Synthesis = Literal["hermite", "repolarisation"]

_SIGMAS_S = (0.025, 0.03, 0.035, 0.04, 0.046, 0.053, 0.062, 0.073, 0.086)
_CENTRES_S = (-0.04, -0.02, 0.0, 0.02, 0.04)
_N_HERMITE = 4
_FIT_EVERY_S = 0.01
_SHARPEST = 0.72  # times the width: the most that sharpening does; the rest is pressed together
_SHARPEN_BELOW_HZ = 12.0
_MARGIN_S = 0.12  # that a wider T may need on both sides


def t_difference(t_wave: WaveShape, synthesis: Synthesis, width: float, gain: float) -> WaveShape:
    """What has to be added so that T gets `width` times as wide and its largest lead `gain` times as high."""
    if width == 1.0 and gain == 1.0:
        return WaveShape(t_wave.tau_s, np.zeros_like(t_wave.mv))
    step_s = t_wave.tau_s[1] - t_wave.tau_s[0]
    n_margin = round(_MARGIN_S / step_s)
    tau_s = np.arange(-n_margin, t_wave.tau_s.size + n_margin) * step_s + t_wave.tau_s[0]
    if synthesis == "hermite":
        difference = _hermite_difference(t_wave, tau_s, width, gain)
    else:
        padded = np.pad(t_wave.mv, ((0, 0), (n_margin, n_margin)))
        difference = _repolarised(padded, step_s, width, gain) - padded
    return WaveShape(tau_s, difference)


def _hermite_difference(t_wave: WaveShape, tau_s: Floats, width: float, gain: float) -> Floats:
    """T as a sum of Hermite functions with shared centre and width, taken away and put back changed."""
    every = max(1, round(_FIT_EVERY_S / (t_wave.tau_s[1] - t_wave.tau_s[0])))
    coarse_s, coarse_mv = t_wave.tau_s[::every], t_wave.mv[:, ::every]
    candidates = [(centre_s, sigma_s) for sigma_s in _SIGMAS_S for centre_s in _CENTRES_S]
    fits = [_fit(coarse_s, coarse_mv, *candidate) for candidate in candidates]
    best = int(np.argmin([error for _, error in fits]))
    (centre_s, sigma_s), weights = candidates[best], fits[best][0]
    before = _hermite(tau_s, centre_s, sigma_s) @ weights
    after = _hermite(tau_s, centre_s, sigma_s * width) @ weights
    return np.asarray((gain * after - before).T)


def _fit(tau_s: Floats, mv: Floats, centre_s: float, sigma_s: float) -> tuple[Floats, float]:
    """Weights `(orders, leads)` by least squares, and the squared error left."""
    basis = _hermite(tau_s, centre_s, sigma_s)
    weights = np.linalg.lstsq(basis, mv.T, rcond=None)[0]
    return np.asarray(weights), float(((basis @ weights - mv.T) ** 2).sum())


def _hermite(tau_s: Floats, centre_s: float, sigma_s: float) -> Floats:
    """`(n, orders)`: Hermite polynomials times a Gaussian, scaled to similar heights."""
    x = (tau_s - centre_s) / sigma_s
    polynomials = np.polynomial.hermite_e.hermevander(x, _N_HERMITE - 1)
    return np.asarray(polynomials * np.exp(-0.5 * x**2)[:, None])


def _repolarised(t_mv: Floats, step_s: float, width: float, gain: float) -> Floats:
    """T as the spread of repolarisation times seen through the fall of the action potential (its third phase).

    A slower fall blurs T by a Gaussian, a steeper one sharpens it: the difference of the two squared
    widths is what is put in or taken out. Area is kept by that, so the height is set afterwards.
    """
    sigma_s = _gaussian_sigma_s(t_mv, step_s)
    blur_s2 = sigma_s**2 * (max(width, _SHARPEST) ** 2 - 1.0)
    n_samples = t_mv.shape[1]
    n_fft = next_fast_len(2 * n_samples)
    frequency_hz = rfftfreq(n_fft, step_s)
    response = np.exp(-2.0 * (np.pi * frequency_hz) ** 2 * blur_s2 - (frequency_hz / _SHARPEN_BELOW_HZ) ** 6)
    if blur_s2 >= 0:
        response = np.exp(-2.0 * (np.pi * frequency_hz) ** 2 * blur_s2)
    changed = irfft(rfft(t_mv, n_fft, axis=1) * response, n_fft, axis=1)[:, :n_samples]
    if width < _SHARPEST:
        changed = _pressed(changed, width / _SHARPEST)
    highest = np.abs(changed).max()
    return np.asarray(changed * (gain * np.abs(t_mv).max() / highest if highest > 0 else 1.0))


def _gaussian_sigma_s(t_mv: Floats, step_s: float) -> float:
    """The sigma that a Gaussian of the same energy spread has."""
    energy = (t_mv**2).sum(axis=0)
    if not energy.any():
        return _SIGMAS_S[0]
    place = np.arange(energy.size) * step_s
    centre = np.average(place, weights=energy)
    return float(np.clip(np.sqrt(2 * np.average((place - centre) ** 2, weights=energy)), 0.02, 0.11))


def _pressed(t_mv: Floats, factor: float) -> Floats:
    """Time pressed together around the wave's centre of energy."""
    place = np.arange(t_mv.shape[1], dtype=np.float64)
    centre = np.average(place, weights=(t_mv**2).sum(axis=0) + 1e-12)
    return np.stack([np.interp(centre + (place - centre) / factor, place, lead) for lead in t_mv])
