"""How near a digitized page comes to the signal that was printed.

The signal-to-noise ratio is that of the PhysioNet Challenge 2024 (Reyna et al., Digitization and
Classification of ECG Images): over the printed stretch of each lead, after at most 0.2 s of shift and
the constant difference were taken out; powers are pooled over the leads of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate

from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord

SCORE_FS_HZ = 500.0
_MAX_SHIFT = 100  # samples: 0.2 s
_LARGEST_RATIO = 384.0  # 25.8 dB, the truth's own resolution
_FLAT_MV = 1e-6
_GOOD_R, _GOOD_GAIN, _GOOD_COVER = 0.95, 0.1, 0.95
_POOR_R, _OTHER_LEAD_R, _CLEARER = 0.8, 0.9, 0.1

Signal = NDArray[np.float64]


@dataclass(frozen=True)
class LeadScore:
    """One lead after alignment: correlation, slope on the truth, share of the printed stretch that was found."""

    r: float
    gain: float  # 1 is the true amplitude
    rmse_mv: float
    cover: float
    shift_s: float

    @property
    def is_good(self) -> bool:
        """Shape, amplitude and length are right."""
        return self.r >= _GOOD_R and abs(self.gain - 1) <= _GOOD_GAIN and self.cover >= _GOOD_COVER


@dataclass(frozen=True)
class PageScore:
    """One page. `snr_db` counts what was not found as a flat line; a page without an answer has 0 dB.

    `strict_snr_db` allows no shift. `missing` leads were not found or are flat; `wrong` ones are another
    lead's, as "I=II"; `inverted` ones fit upside down.
    """

    n_printed: int
    snr_db: float = 0.0
    strict_snr_db: float = 0.0
    failed: bool = False
    leads: Mapping[str, LeadScore] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()

    @property
    def r(self) -> float:
        """Median correlation over the leads found; NaN without any."""
        return _median([lead.r for lead in self.leads.values()])

    @property
    def gain(self) -> float:
        """Median slope over the leads found; NaN without any."""
        return _median([lead.gain for lead in self.leads.values()])


def score_page(truth: ECGRecord, found: ECGRecord | None) -> PageScore:
    """Compare a page's record with the truth, both at 500 Hz with NaN where nothing is printed.

    `found` is None where digitization failed. Raises ValueError for another rate.
    """
    for record in (truth, found):
        if record is not None and record.fs_hz != SCORE_FS_HZ:
            raise ValueError(f"records are compared at {SCORE_FS_HZ:g} Hz, not {record.fs_hz:g}")
    printed = {lead: window for lead, window in _windows(truth).items() if window[1] > window[0]}
    lines = {lead: _line(truth, lead)[start:stop] for lead, (start, stop) in printed.items()}
    if found is None:
        return PageScore(len(lines), failed=True)
    signal = sum(float((line**2).sum()) for line in lines.values())
    strict_signal = sum(float(((line - line.mean()) ** 2).sum()) for line in lines.values())
    noise = strict_noise = 0.0
    scores: dict[str, LeadScore] = {}
    missing, wrong, inverted = [], [], []
    for lead, line in lines.items():
        answer = _answer(found, lead)
        placed = _placed(answer, *printed[lead])
        aligned, shift = _aligned(line, placed)
        noise += float(((line - np.nan_to_num(aligned)) ** 2).sum())
        strict_noise += _strict_noise(line, placed)
        if not answer.size:
            missing.append(lead)
            continue
        scores[lead] = _lead_score(line, aligned, shift)
        if scores[lead].r < _POOR_R:
            wrong += _another_lead(lead, answer, lines, printed, scores[lead].r)
            inverted += [lead] if _fits_upside_down(line, placed, scores[lead].r) else []
    return PageScore(
        n_printed=len(lines),
        snr_db=_decibels(signal, noise),
        strict_snr_db=_decibels(strict_signal, strict_noise),
        leads=scores,
        missing=tuple(missing),
        wrong=tuple(wrong),
        inverted=tuple(inverted),
    )


def _line(record: ECGRecord, lead: str) -> Signal:
    return record.lead_mv(lead).astype(np.float64)


def _answer(found: ECGRecord, lead: str) -> Signal:
    """A lead's samples; none where it is absent, empty or flat."""
    answer = _line(found, lead) if lead in found.leads else np.empty(0)
    known = answer[np.isfinite(answer)]
    return answer if known.size > 1 and known.std() >= _FLAT_MV else np.empty(0)


def _strict_noise(line: Signal, placed: Signal) -> float:
    """Power of the error without any shift; what was not found counts as the line's mean."""
    unmoved, _ = _aligned(line, placed, max_shift=0)
    return float((np.where(np.isfinite(unmoved), line - unmoved, line - line.mean()) ** 2).sum())


def _windows(record: ECGRecord) -> dict[str, tuple[int, int]]:
    """From the first to after the last sample of each standard lead."""
    return {lead: _window(_line(record, lead)) for lead in record.leads if lead in STANDARD_LEADS}


def _window(signal: Signal) -> tuple[int, int]:
    known = np.flatnonzero(np.isfinite(signal))
    return (int(known[0]), int(known[-1]) + 1) if known.size else (0, 0)


def _placed(answer: Signal, start: int, stop: int, *, by_its_beginning: bool = False) -> Signal:
    """The answer in the window and 0.2 s about it, NaN where it has nothing.

    One that covers less than half of the window there is laid on its start: it keeps a clock of its own.
    """
    if by_its_beginning or np.isfinite(answer[start:stop]).sum() < (stop - start) / 2:
        answer = np.concatenate([np.full(start, np.nan), answer[slice(*_window(answer))]])
    placed = np.full(stop - start + 2 * _MAX_SHIFT, np.nan)
    first, last = max(0, start - _MAX_SHIFT), min(answer.size, stop + _MAX_SHIFT)
    if last > first:
        placed[first - start + _MAX_SHIFT : last - start + _MAX_SHIFT] = answer[first:last]
    return placed


def _aligned(line: Signal, placed: Signal, max_shift: int = _MAX_SHIFT) -> tuple[Signal, int]:
    """The placed answer moved to where it fits best, without the mean difference, and by how many samples."""
    shift = 0
    if max_shift:
        known = placed[np.isfinite(placed)]
        filled = np.where(np.isfinite(placed), placed, known.mean() if known.size else 0.0)
        shift = int(correlate(filled - filled.mean(), line - line.mean(), "valid").argmax()) - _MAX_SHIFT
    answer = placed[_MAX_SHIFT + shift : _MAX_SHIFT + shift + line.size].copy()
    both = np.isfinite(answer)
    if both.any():
        answer -= (answer[both] - line[both]).mean()
    return answer, shift


def _lead_score(line: Signal, answer: Signal, shift: int) -> LeadScore:
    both = np.isfinite(answer)
    if not both.any():
        return LeadScore(0.0, 0.0, float("nan"), 0.0, shift / SCORE_FS_HZ)
    centred = line[both] - line[both].mean()
    return LeadScore(
        r=_pearson(line, answer),
        gain=float((centred * answer[both]).sum() / max((centred**2).sum(), 1e-12)),
        rmse_mv=float(np.sqrt(((line[both] - answer[both]) ** 2).mean())),
        cover=float(both.mean()),
        shift_s=shift / SCORE_FS_HZ,
    )


def _another_lead(
    lead: str, answer: Signal, lines: Mapping[str, Signal], printed: Mapping[str, tuple[int, int]], r: float
) -> list[str]:
    """ "I=II" where what is called I is clearly another printed lead."""
    fits = {}
    for other, line in lines.items():
        if other != lead:
            elsewhere = printed[other] != printed[lead]
            placed = _placed(answer, *printed[other], by_its_beginning=elsewhere)
            fits[other] = _pearson(line, _aligned(line, placed)[0])
    best = max(fits, key=lambda other: fits[other], default=None)
    if best is None or fits[best] <= max(_OTHER_LEAD_R, r + _CLEARER):
        return []
    return [f"{lead}={best}"]


def _fits_upside_down(line: Signal, placed: Signal, r: float) -> bool:
    return _pearson(line, _aligned(line, -placed)[0]) > max(_POOR_R, r + _CLEARER)


def _pearson(line: Signal, answer: Signal) -> float:
    both = np.isfinite(answer)
    if both.sum() <= 10 or line[both].std() == 0 or answer[both].std() == 0:
        return 0.0
    return float(np.corrcoef(line[both], answer[both])[0, 1])


def _decibels(signal: float, noise: float) -> float:
    return float(10 * np.log10(max(min(signal / max(noise, 1e-12), _LARGEST_RATIO), 1e-9)))


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else float("nan")
