"""Which part of a site's data a patient belongs to: a function of the patient's name alone."""

from __future__ import annotations

import hashlib

from ecg_core.datasets.base_ecg import Split

# Half to learn from; intervals and probabilities need many of the rest (`evaluation.calibrate`).
SHARES: tuple[tuple[Split, float], ...] = (
    ("train", 0.50),
    ("validation", 0.10),
    ("calibration", 0.20),
    ("test", 0.20),
)
SPLITS: tuple[Split, ...] = tuple(split for split, _ in SHARES)
SPLIT_WORDS = "By patient, by a hash of the patient's name: " + ", ".join(
    f"{split} {share:.0%}" for split, share in SHARES
)
_SALT = "kalium-site-split-1"  # another text would deal all patients out anew


def split_of_patient(patient: str) -> Split:
    """The part of the data `patient` belongs to, today, tomorrow and on any computer.

    It depends on nothing else, so a patient who comes again, or ECGs that are added later, change no split.
    """
    digest = hashlib.sha256(f"{_SALT}:{patient}".encode()).digest()
    place = int.from_bytes(digest[:8]) / 2**64
    for split, share in SHARES:
        if place < share:
            return split
        place -= share
    return SHARES[-1][0]  # rounding of the shares' sum
