"""Do the limb leads agree with each other, and what if they don't (Einthoven 1912, Goldberger 1942).

All six limb leads are combinations of I and II, so wherever three or more of them are printed over the same time they
check each other: in the first column of a 3x4 page I, II and III, in its second aVR, aVL and aVF, with a rhythm strip
of II that too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ecg_core.leads import LIMB_FROM_I_II, LIMB_LEADS

Floats = NDArray[np.float64]

_SHORTEST_SAMPLES = 250
# Parts of the power of some leads that no combination of I and II explains:
_NOISE = 0.06  # what is less is taken for noise and spread
_DOUBTFUL = 0.1  # from here on a better explanation is sought
_CONTRADICTION = 0.3  # what is more is told even without one
_BETTER = 0.3  # part of the contradiction that a right explanation leaves
_LARGEST_SPREAD_MV = 0.1  # rms
_LARGEST_GAIN_ERROR = 0.15
_SAME_SHAPE = 0.9  # correlation


@dataclass(frozen=True)
class LeadAgreement:
    """How one limb lead compares with what the others printed over the same time say it is."""

    lead: str
    others: tuple[str, ...]
    correlation: float
    difference_mv: float  # rms, without its mean
    gain: float  # of this lead over what the others say


@dataclass(frozen=True, eq=False)
class Agreement:
    """What the limb leads say about each other: by lead, warnings in words, and the leads after spreading."""

    leads: Mapping[str, LeadAgreement]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    signals_mv: Mapping[str, Floats]


def check_limb_leads(signals_mv: Mapping[str, Floats], doubt: Mapping[str, Floats]) -> Agreement:
    """Compare the limb leads among `signals_mv`, each `(samples,)` on one clock and NaN where it isn't printed.

    `doubt` is the standard deviation of each sample's error, in any unit. Where leads agree closely, the little by which
    they differ is spread over them by weighted least squares; nothing is renamed or turned over, only suggested.
    """
    signals = {lead: signal.copy() for lead, signal in signals_mv.items()}
    found: dict[str, LeadAgreement] = {}
    warnings: list[str] = []
    notes: list[str] = []
    for leads, where in simultaneous_limb_leads(signals_mv):
        part = np.stack([signals_mv[lead][where] for lead in leads])
        level = part.mean(axis=1, keepdims=True)
        judged = [_compare(leads, part - level, k) for k in range(len(leads))]
        for one in judged:
            if one.lead not in found or one.difference_mv > found[one.lead].difference_mv:
                found[one.lead] = one
        warnings.extend(_explanations(leads, part - level, judged))
        largest = max(one.difference_mv for one in judged)
        if _misfit(leads, part - level) <= _NOISE and largest <= _LARGEST_SPREAD_MV:
            weights = np.stack([doubt[lead][where] for lead in leads]) ** -2.0
            fitted = _fit(leads, part - level, weights) + level
            for lead, row in zip(leads, fitted, strict=True):
                signals[lead][where] = row
            change = float(np.sqrt(np.mean((fitted - part) ** 2)))
            notes.append(
                f"{_listed(leads)} were fitted to each other by Einthoven's and Goldberger's laws, "
                f"which changed them by {change:.3f} mV on average"
            )
    return Agreement(found, tuple(dict.fromkeys(warnings)), tuple(notes), signals)


def simultaneous_limb_leads(
    signals_mv: Mapping[str, Floats],
) -> Iterator[tuple[tuple[str, ...], NDArray[np.bool_]]]:
    """Each set of three or more limb leads that are printed over the same time, and where that is."""
    limb = [lead for lead in LIMB_LEADS if lead in signals_mv]
    if len(limb) < 3:
        return
    printed = np.stack([np.isfinite(signals_mv[lead]) for lead in limb])
    pattern = (1 << np.arange(len(limb))) @ printed
    for code in np.unique(pattern):
        leads = tuple(lead for k, lead in enumerate(limb) if code >> k & 1)
        where = pattern == code
        if len(leads) >= 3 and where.sum() >= _SHORTEST_SAMPLES:
            yield leads, where


def _compare(leads: Sequence[str], part_mv: Floats, k: int) -> LeadAgreement:
    """Lead `k` against what the others say it is."""
    others = [lead for lead in leads if lead != leads[k]]
    weights = np.array([LIMB_FROM_I_II[lead] for lead in others])
    said = np.array(LIMB_FROM_I_II[leads[k]]) @ np.linalg.pinv(weights) @ np.delete(part_mv, k, axis=0)
    seen = part_mv[k]
    difference = seen - said
    flat = np.std(said) == 0 or np.std(seen) == 0
    return LeadAgreement(
        lead=leads[k],
        others=tuple(others),
        correlation=0.0 if flat else float(np.corrcoef(seen, said)[0, 1]),
        difference_mv=float(np.std(difference)),
        gain=1.0 if flat else float(np.std(seen) / np.std(said)),
    )


def _fit(leads: Sequence[str], part_mv: Floats, weights: Floats) -> Floats:
    """The nearest leads that obey the laws exactly; `weights` is `(leads, samples)`."""
    basis = np.array([LIMB_FROM_I_II[lead] for lead in leads])
    normal = np.einsum("ls,li,lj->sij", weights, basis, basis)
    right = np.einsum("ls,li,ls->si", weights, basis, part_mv)
    return basis @ np.linalg.solve(normal, right[:, :, None])[:, :, 0].T


def _explanations(leads: Sequence[str], part_mv: Floats, judged: Sequence[LeadAgreement]) -> list[str]:
    """What single exchange, inversion or error of gain would make leads agree that don't."""
    now = _misfit(leads, part_mv)
    mended = [*_wrong_gains(leads, part_mv, judged)]
    if now > _DOUBTFUL:
        mended += _wrong_names(leads, part_mv)
    least = min((misfit for misfit, _ in mended), default=np.inf)
    if least <= _BETTER * now:
        likely = [what for misfit, what in mended if misfit <= max(2 * least, 0.5 * _BETTER * now)]
        return [f"{_listed(leads)} do not agree with each other; they would if {', or if '.join(likely)}"]
    if now > _CONTRADICTION:
        return [f"{_listed(leads)} do not agree with each other; check their boxes and traces"]
    return []


def _wrong_names(leads: Sequence[str], part_mv: Floats) -> list[tuple[float, str]]:
    """Misfit after each exchange of two leads and each inversion of one, and what it is."""
    mended = []
    for a, b in combinations(range(len(leads)), 2):
        names = list(leads)
        names[a], names[b] = names[b], names[a]
        mended.append((_misfit(names, part_mv), f"{leads[a]} and {leads[b]} changed places"))
    for k, lead in enumerate(leads):
        mended.append((_misfit(leads, _scaled(part_mv, k, -1.0)), f"{lead} were upside down"))
    return mended


def _wrong_gains(
    leads: Sequence[str], part_mv: Floats, judged: Sequence[LeadAgreement]
) -> list[tuple[float, str]]:
    """Misfit after the height of each lead that differs from what the others say is put right."""
    return [
        (
            _misfit(leads, _scaled(part_mv, k, 1 / one.gain)),
            f"{one.lead} were {1 / one.gain:.2f} times as tall",
        )
        for k, one in enumerate(judged)
        if abs(one.gain - 1) > _LARGEST_GAIN_ERROR and one.correlation >= _SAME_SHAPE
    ]


def _scaled(part_mv: Floats, k: int, factor: float) -> Floats:
    scaled = part_mv.copy()
    scaled[k] *= factor
    return scaled


def _misfit(leads: Sequence[str], part_mv: Floats) -> float:
    """The part of the power of some leads that no combination of I and II explains."""
    basis = np.array([LIMB_FROM_I_II[lead] for lead in leads])
    rest = part_mv - basis @ np.linalg.pinv(basis) @ part_mv
    power = float(np.sum(part_mv**2))
    return float(np.sum(rest**2)) / power if power > 0 else 0.0


def _listed(leads: Sequence[str]) -> str:
    return f"{', '.join(leads[:-1])} and {leads[-1]}"
