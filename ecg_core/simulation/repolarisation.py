"""Two ways to change the T wave's own shape, besides warping time: each leaves other traces in the signal.

Both work on the T wave that is typical of a record, over all leads with one centre and one width, and give the
difference to be added to every beat. Noise between beats stays as it was.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ecg_core.simulation.waves import WaveShape

Floats = NDArray[np.float64]
Synthesis = Literal["hermite", "repolarisation"]

_SIGMAS_S = (0.025, 0.03, 0.035, 0.04, 0.046, 0.053, 0.062, 0.073, 0.086)
_CENTRES_S = (-0.04, -0.02, 0.0, 0.02, 0.04)
_N_HERMITE = 4
_FIT_EVERY_S = 0.01
_ENVELOPE_S = 0.01
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

    A slower fall blurs T by a Gaussian: the difference of the squared widths. A steeper one takes that blur out; doing
    so directly would ring, so all leads are multiplied by the course that it would give a Gaussian, a power of
    their common envelope.
    """
    if width > 1.0:
        blur = _gaussian_sigma_s(t_mv, step_s) * np.sqrt(width**2 - 1.0)
        changed = gaussian_filter1d(t_mv, blur / step_s, axis=1, mode="constant")
    else:
        envelope = gaussian_filter1d(np.sqrt((t_mv**2).sum(axis=0)), _ENVELOPE_S / step_s)
        changed = t_mv * (envelope / max(float(envelope.max()), 1e-9)) ** (1.0 / width**2 - 1.0)
    highest = np.abs(changed).max()
    return np.asarray(changed * (gain * np.abs(t_mv).max() / highest if highest > 0 else 1.0))


def _gaussian_sigma_s(t_mv: Floats, step_s: float) -> float:
    """The sigma of a Gaussian whose energy is spread as far as that of T."""
    energy = (t_mv**2).sum(axis=0)
    if not energy.any():
        return _SIGMAS_S[0]
    place = np.arange(energy.size) * step_s
    centre = np.average(place, weights=energy)
    return float(np.clip(np.sqrt(2 * np.average((place - centre) ** 2, weights=energy)), 0.02, 0.08))
