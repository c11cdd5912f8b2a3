"""How the eight independent leads of the ECG usually go together, and what an exchange of electrodes does to them.

P, QRS and T are looked at apart. A wave's eight leads over time are summed up in their second moments,
an 8 x 8 matrix, in which any exchange of electrodes is a change of basis (`LeadChange`). How usual a
moment matrix is, is its mean squared Mahalanobis distance under a Gaussian model whose covariances were taken
from real ECGs (docs/quality.md). A reversal is likely where undoing it makes the leads much more usual, the
idea of Kors and van Herpen (Am J Cardiol 2001;88:396), who predict each lead from the others.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecg_core.filtering.beat_model import find_qrs
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.record import ECGRecord

Floats = NDArray[np.float64]

WAVES_S = {"P": (-0.22, -0.08), "QRS": (-0.06, 0.06), "T": (0.12, 0.42)}  # from the middle of the QRS
_PR_SEGMENT_S = (-0.09, -0.06)
_COVARIANCES = Path(__file__).with_name("lead_covariances.json")
_FLOOR = 0.02  # of a distance, so that a perfect fit does not count without end
_LEAST_BEATS = 2
_SMALLEST_MV = 0.001

# Frank's X, Y, Z from V1-V6, I, II (Edenbrandt and Pahlm, J Electrocardiol 1988;21:361) ...
_FRANK_FROM_LEADS = np.array(
    [
        [-0.172, -0.074, 0.122, 0.231, 0.239, 0.194, 0.156, -0.010],
        [0.057, -0.019, -0.106, -0.022, 0.041, 0.048, -0.227, 0.887],
        [-0.229, -0.310, -0.246, -0.063, 0.055, 0.108, 0.022, 0.102],
    ]
)
# ... and V1-V6 from them (Dower, Machado and Osborne, Clin Cardiol 1980;3:87).
_CHEST_FROM_FRANK = np.array(
    [
        [-0.515, 0.157, -0.917],
        [0.044, 0.164, -1.387],
        [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601],
        [1.125, 0.127, -0.086],
        [0.831, 0.076, 0.230],
    ]
)
_LIMB_FROM_ELECTRODES = np.array([[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])  # I and II from RA, LA, LL
_LIMB_ELECTRODES = ("RA", "LA", "LL")


def limb_change(*found_at: str) -> Floats:
    """`(8, 8)`: what is recorded when the electrodes RA, LA, LL lie where these three belong."""
    potentials = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])  # of RA, LA, LL, from I and II
    order = [_LIMB_ELECTRODES.index(electrode) for electrode in found_at]
    change = np.eye(8)
    change[:2, :2] = _LIMB_FROM_ELECTRODES @ potentials[order]
    return change


def chest_change(first: str, second: str) -> Floats:
    """`(8, 8)`: two chest leads exchanged."""
    order = list(INDEPENDENT_LEADS)
    a, b = order.index(first), order.index(second)
    change = np.eye(8)
    change[[a, b]] = change[[b, a]]
    return change


def mirror_image() -> Floats:
    """`(8, 8)`: the heart on the right side, electrodes in their places; V1-V6 by way of Frank's leads."""
    mirrored = _CHEST_FROM_FRANK @ np.diag([-1.0, 1.0, 1.0]) @ _FRANK_FROM_LEADS
    change = limb_change("LA", "RA", "LL")
    change[2:] = np.roll(mirrored, 2, axis=1)
    return change


def wave_moments(filtered: ECGRecord) -> dict[str, Floats] | None:
    """Second moments `(8, 8)` in mV^2 of each wave of the median beat.

    None where one of I, II, V1-V6 is absent or flat, or has fewer than two beats. Leads need not have been
    recorded at the same time, as on a printed page.
    """
    if not set(INDEPENDENT_LEADS) <= set(filtered.leads):
        return None
    beats = _median_beats(filtered.select(INDEPENDENT_LEADS))
    if beats is None:
        return None
    moments = {}
    for wave, rows in beats.items():
        moments[wave] = rows @ rows.T / rows.shape[1]
    return moments if np.diag(moments["QRS"]).min() > _SMALLEST_MV**2 else None


def _median_beats(record: ECGRecord) -> dict[str, Floats] | None:
    """Each wave of the median beat, `(8, samples)`, relative to the PR segment."""
    fs_hz = record.fs_hz
    qrs = find_qrs(bridge_gaps(record.signal_mv)[0], fs_hz)
    first, last = (round(edge * fs_hz) for edge in (WAVES_S["P"][0], WAVES_S["T"][1]))
    lags = np.arange(first, last + 1)
    qrs = qrs[(qrs + first >= 0) & (qrs + last < record.n_samples)]
    beats = record.signal_mv[:, qrs[:, None] + lags].astype(np.float64)
    recorded = np.asarray(np.isfinite(beats).all(axis=2))
    if recorded.sum(axis=1).min(initial=qrs.size) < _LEAST_BEATS:
        return None
    median = np.stack([np.median(rows[kept], axis=0) for rows, kept in zip(beats, recorded, strict=True)])

    def between(span_s: tuple[float, float]) -> Floats:
        return median[:, (lags >= round(span_s[0] * fs_hz)) & (lags <= round(span_s[1] * fs_hz))]

    level = np.median(between(_PR_SEGMENT_S), axis=1, keepdims=True)
    return {wave: between(span_s) - level for wave, span_s in WAVES_S.items()}


@cache
def usual_covariances() -> dict[str, Floats]:
    """The model: the mean over real ECGs of each wave's moments, each of trace 8."""
    rows = json.loads(_COVARIANCES.read_text(encoding="utf-8"))
    return {wave: np.array(rows[wave]) for wave in WAVES_S}


def evidence(moments: dict[str, Floats], change: Floats) -> float:
    """How much more usual the leads get when this change is undone: log ratio of distances, added up over the waves."""
    undo = np.linalg.inv(change)
    covariances = usual_covariances()
    return sum(
        _log_distance(rows, covariances[wave]) - _log_distance(undo @ rows @ undo.T, covariances[wave])
        for wave, rows in moments.items()
    )


def evidence_of_mirror(moments: dict[str, Floats], slack: float = 0.2) -> float:
    """The same for the mirror image, which cannot be undone: under its own covariances, loosened by `slack`."""
    mirror, loose = mirror_image(), slack * np.eye(8)
    covariances = usual_covariances()
    return sum(
        _log_distance(rows, covariances[wave] + loose)
        - _log_distance(rows, mirror @ covariances[wave] @ mirror.T + loose)
        for wave, rows in moments.items()
    )


def _log_distance(moments: Floats, covariance: Floats) -> float:
    scaled = moments * (8 / np.trace(moments))
    return float(np.log(np.trace(np.linalg.solve(covariance, scaled)) / 8 + _FLOOR))
