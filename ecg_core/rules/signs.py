"""All signs of one ECG."""

from __future__ import annotations

from collections.abc import Sequence

from ecg_core.measurements.types import Measurement
from ecg_core.record import ECGRecord
from ecg_core.rhythm.types import RhythmFacts
from ecg_core.rules.conduction import conduction_signs
from ecg_core.rules.no_heartbeat import no_heartbeat_sign
from ecg_core.rules.repolarisation import repolarisation_signs
from ecg_core.rules.sine_wave import sine_wave_sign
from ecg_core.rules.types import Sign


def find_signs(
    filtered: ECGRecord, measurements: Sequence[Measurement], rhythm: RhythmFacts
) -> tuple[Sign, ...]:
    """Every rule asked of one ECG, those that can be dangerous first; no network has a part in it.

    `measurements` and `rhythm` are those of the `filtered` record. How often each sign is present in ECGs with and without
    potassium effects is in docs/signs.md.
    """
    values = {item.key: item.value for item in measurements}
    return (
        no_heartbeat_sign(filtered, rhythm.n_beats),
        sine_wave_sign(filtered),
        *conduction_signs(values, rhythm, filtered),
        *repolarisation_signs(values, filtered.patient.sex),
    )


def danger_signs(signs: Sequence[Sign]) -> tuple[Sign, ...]:
    """Those that are present and known to come before harm."""
    return tuple(sign for sign in signs if sign.danger)
