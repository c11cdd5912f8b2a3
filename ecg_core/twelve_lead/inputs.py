"""What the 12-lead models are fed: ten seconds of twelve leads at 100 Hz, each lead in units of its own spread.

0.5 to 40 Hz, Butterworth of fourth order, forward and backward at the record's own rate, then 100 Hz and mean 0,
standard deviation 1 in each lead. It is the form in which part of the training records came; among Butterworth and
FIR filters of several orders this one reproduces their spectrum best (root mean square difference 0.05 decades).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal as sps

from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.filtering.resample import resample
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord

FS_HZ = 100.0
SAMPLES = 1000  # 10 s
MIN_RECORDED_S = 2.0  # of a lead within the ten seconds; a lead with less is absent
MIN_SD_MV = 0.01  # below it there is no heartbeat to be seen in a lead
_BAND_HZ = (0.5, 40.0)
_ORDER = 4
_NYQUIST_SHARE = 0.9  # the upper edge stays below this share of half the rate

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TwelveLeadInput:
    """`signal` `(1, 12, 1000)` float32, leads in the order of `STANDARD_LEADS`, and `mask` `(1, 12)`, True for leads that are there.

    Absent leads and samples that were not `recorded` `(1, 12, 1000)` are zero. `start_s` is where in the record the
    ten seconds begin.
    """

    signal: Floats
    mask: NDArray[np.bool_]
    recorded: NDArray[np.bool_]
    start_s: float = 0.0

    @property
    def leads(self) -> tuple[str, ...]:
        """The leads that are there."""
        return tuple(name for name, there in zip(STANDARD_LEADS, self.mask[0], strict=True) if there)


def twelve_lead_input(record: ECGRecord, leads: Sequence[str] = STANDARD_LEADS) -> TwelveLeadInput:
    """The models' input from those of `leads` that the record has; the others are masked.

    Of a longer record the ten seconds with the most samples count, the earliest of these; a shorter one is
    followed by zeros. Leads that are flat or recorded for less than two of the ten seconds are absent.
    """
    present = [name for name in STANDARD_LEADS if name in leads and name in record.leads]
    signal = np.zeros((1, len(STANDARD_LEADS), SAMPLES), dtype=np.float32)
    mask, recorded = np.zeros(signal.shape[:2], dtype=bool), np.zeros(signal.shape, dtype=bool)
    if not present:
        return TwelveLeadInput(signal, mask, recorded)
    chosen = record.select(present)
    start = _fullest_start(np.isfinite(chosen.signal_mv), round(SAMPLES / FS_HZ * record.fs_hz))
    stop = start + round(SAMPLES / FS_HZ * record.fs_hz)
    band = band_pass(chosen.signal_mv[:, start:stop], record.fs_hz)
    for name, lead in zip(present, resample(band, record.fs_hz, FS_HZ)[:, :SAMPLES], strict=True):
        known = np.isfinite(lead)
        if known.sum() >= MIN_RECORDED_S * FS_HZ and lead[known].std() >= MIN_SD_MV:
            row = STANDARD_LEADS.index(name)
            signal[0, row, : lead.size] = standardise(lead)
            recorded[0, row, : lead.size] = known
            mask[0, row] = True
    return TwelveLeadInput(signal, mask, recorded, start / record.fs_hz)


def band_pass(signal_mv: Floats, fs_hz: float) -> Floats:
    """0.5 to 40 Hz of `(leads, samples)`, without phase shift; missing samples stay missing."""
    filled, missing = bridge_gaps(signal_mv)
    edges = (_BAND_HZ[0], min(_BAND_HZ[1], _NYQUIST_SHARE * fs_hz / 2))
    sections = sps.butter(_ORDER, edges, "bandpass", fs=fs_hz, output="sos")
    reach = min(signal_mv.shape[-1] - 1, round(2 * fs_hz))
    band: Floats = sps.sosfiltfilt(sections, filled, axis=-1, padlen=reach).astype(np.float32)
    band[missing] = np.nan
    return band


def standardise(lead: Floats) -> Floats:
    """`(samples,)` with mean 0 and standard deviation 1 over its recorded samples; the others become 0."""
    recorded = np.isfinite(lead)
    centred = lead - lead[recorded].mean()
    return np.nan_to_num(centred / lead[recorded].std()).astype(np.float32)


def _fullest_start(recorded: NDArray[np.bool_], window: int) -> int:
    """Where the window of so many samples begins that holds most recorded samples of `(leads, samples)`."""
    if recorded.shape[1] <= window:
        return 0
    total = np.concatenate([[0], np.cumsum(recorded.sum(axis=0))])
    return int(np.argmax(total[window:] - total[:-window]))
