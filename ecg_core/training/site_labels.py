"""Whether a manifest holds enough labels, and a name for what is learned from just these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecg_core.datasets.base_ecg import Split
from ecg_core.datasets.digest import digest
from ecg_core.datasets.manifest import Manifest
from ecg_core.datasets.site_ecg import SiteECG
from ecg_core.errors import ECGError
from ecg_core.evaluation import calibrate
from ecg_core.evaluation.ranges import CLASS_LABELS, class_index
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L

_CLASS_WORDS = {
    "hypo": f"hypokalemia ({HYPOKALEMIA_MEQ_L:g} mEq/L or less)",
    "normal": "normal potassium",
    "hyper": f"hyperkalemia ({HYPERKALEMIA_MEQ_L:g} mEq/L or more)",
}


def values_of(ecgs: Iterable[SiteECG]) -> NDArray[np.float32]:
    """The potassium values in mEq/L; ranges are left out."""
    return np.array([ecg.potassium.k_meq_l for ecg in ecgs if ecg.potassium.is_value], np.float32)


def require_labels(manifest: Manifest, needed: Mapping[Split, int], calibration: Sequence[SiteECG]) -> None:
    """Raise ECGError unless each part has as many values as `needed`, and `calibration` enough of every class."""
    lacking = []
    for split, least in needed.items():
        n = len(values_of(manifest.part(split)))
        if n < least:
            lacking.append(
                f"the {split} part has {n:,} ECGs with a potassium value, and {least:,} are needed"
            )
    values = values_of(calibration)
    if len(values) < calibrate.MIN_RECORDS:
        lacking.append(
            f"for calibration there are {len(values):,} ECGs with a potassium value, and {calibrate.MIN_RECORDS:,} are needed"
        )
    classes = set(class_index(values).tolist())
    lacking += [
        f"none of the ECGs for calibration has {_CLASS_WORDS[label]}"
        for index, label in enumerate(CLASS_LABELS)
        if index not in classes
    ]
    if lacking:
        raise ECGError(
            f"There are too few labels: {'; '.join(lacking)}. Add ECGs; --from with --layers last needs fewer than "
            "learning anew, and --layers none (renewed intervals and probabilities only) the fewest."
        )


def run_name(out: Path, manifest: Manifest, *what: object) -> str:
    """A folder's name that changes with the labels and with `what` is done, so that nothing stale is gone on with."""
    labels = [
        (ecg.record_id, ecg.split, ecg.potassium.low_meq_l, ecg.potassium.high_meq_l) for ecg in manifest.ecgs
    ]
    return f"{out.name}-{digest(labels, *map(str, what))}"
