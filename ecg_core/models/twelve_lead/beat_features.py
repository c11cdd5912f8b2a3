"""Numbers about the form of a median beat that decisions can be built on."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

# In samples of 10 ms; R stands at 40.
_QRS = slice(34, 52)
_END_OF_QRS = slice(44, 50)
_ST = slice(50, 54)
_T = slice(55, 90)
_P = slice(8, 34)
_LEVEL = slice(30, 34)  # just before the QRS
_ONSET, _R = 33, 40
_BEFORE_QRS = slice(2, 36)
_CERTAINLY_BEFORE = 30  # samples of that stretch in which a P wave is looked for
_FINE, _COARSE, _SMOOTH = 2.0, 6.0, 1.0  # widths in samples

N_PROFILE = 2 * (_BEFORE_QRS.stop - _BEFORE_QRS.start) + 2
N_LEAD_FEATURES = 14
N_BEAT_FEATURES = N_PROFILE + 12 * N_LEAD_FEATURES


def beat_features(beat: Tensor) -> Tensor:
    """`(batch, 12, 100)` -> `(batch, N_BEAT_FEATURES)`: what stands before the QRS over all leads, then each lead's waves."""
    return torch.cat([before_qrs(beat), _lead_waves(beat).flatten(1)], dim=1)


def before_qrs(beat: Tensor) -> Tensor:
    """Humps and slopes before the QRS, in shares of the QRS, over all leads: where a P wave is, however early. `(batch, N_PROFILE)`.

    A delineator that takes a P wave on the T wave before it for none leaves the PR interval unknown just where it is
    longest; what repeats before every QRS shows nevertheless.
    """
    size = beat[:, :, 34:50].square().mean((1, 2)).sqrt().clamp_min(1e-6)[:, None]
    held = beat[
        :, :, : _ONSET + 1
    ]  # and its last value from there on, or a filter would smear the QRS over the P wave
    held = F.pad(held, (0, beat.shape[2] - held.shape[2]), mode="replicate")
    humps = (_smooth(held, _FINE) - _smooth(held, _COARSE)).square().mean(1).sqrt() / size
    profile = humps[:, _BEFORE_QRS]
    height, place = profile[:, :_CERTAINLY_BEFORE].max(dim=1)
    slopes = _smooth(held, _SMOOTH).diff(dim=2).abs().mean(1) / size
    facts = torch.stack([place.to(height.dtype), height], dim=1)
    return torch.cat([profile, facts, slopes[:, _BEFORE_QRS]], dim=1)


def _lead_waves(beat: Tensor) -> Tensor:
    """Of each lead, `(batch, 12, 14)`: extremes and where they are of QRS and T, the end of the QRS, ST, P."""
    qrs, t, p = beat[:, :, _QRS], beat[:, :, _T], beat[:, :, _P]
    level = beat[:, :, _LEVEL].median(dim=2).values
    top, top_at = qrs.max(2)
    bottom, bottom_at = qrs.min(2)
    t_top, t_top_at = t.max(2)
    steep = qrs.diff(dim=2).abs()
    waves = (
        *(top, bottom, top_at.to(beat.dtype), bottom_at.to(beat.dtype)),
        *(beat[:, :, _END_OF_QRS].mean(2), beat[:, :, _ST].mean(2) - level),
        *(t_top, t.amin(2), t_top_at.to(beat.dtype)),
        *(steep.amax(2), steep.sum(2)),
        *(p.amax(2) - level, p.amin(2) - level, beat[:, :, _R]),
    )
    return torch.stack(waves, dim=2)


def _smooth(beat: Tensor, width: float) -> Tensor:
    """A Gaussian of this standard deviation along time; the ends are repeated outwards."""
    reach = math.ceil(4 * width)
    at = torch.arange(-reach, reach + 1, dtype=beat.dtype, device=beat.device)
    weights = torch.exp(-0.5 * (at / width).square())
    padded = F.pad(beat, (reach, reach), mode="replicate")
    kernel = (weights / weights.sum()).expand(beat.shape[1], 1, -1)
    return F.conv1d(padded, kernel, groups=beat.shape[1])
