"""Leads that carry a signal in which no heartbeat can be told apart."""

from __future__ import annotations

from ecg_core.record import ECGRecord
from ecg_core.rules.sine_wave import has_enough_signal
from ecg_core.rules.types import Rule, Sign

NO_HEARTBEAT = Rule(
    "no_heartbeat",
    "No heartbeat found",
    1.0,
    "beats",
    "no beat in a lead with 2 s of signal",
    "either",
    "this project's; ventricular fibrillation and sine waves are the ends of high and low potassium: Weiss et al., Circ Arrhythm"
    " Electrophysiol 2017;10:e004667",
    "loose electrodes, noise, a wrong scale, a picture that is no ECG",
)


def no_heartbeat_sign(filtered: ECGRecord, n_beats: int) -> Sign:
    """Danger where the search for beats fails although there is something to see: what else is measured needs beats."""
    n_leads = sum(has_enough_signal(lead_mv, filtered.fs_hz) for lead_mv in filtered.signal_mv)
    if n_beats:
        return Sign(NO_HEARTBEAT, False, "Heartbeats were found.", float(n_beats))
    if not n_leads:
        return Sign(NO_HEARTBEAT, None, "Heartbeats could not be looked for: no lead has 2 s of signal.")
    leads = "One lead carries" if n_leads == 1 else f"{n_leads} leads carry"
    text = f"{leads} a signal, but no heartbeat could be told apart in it. Look at the patient and the trace first."
    return Sign(NO_HEARTBEAT, True, text, 0.0, danger=True)
