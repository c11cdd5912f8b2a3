"""Reasons to distrust an estimate. Their codes, with what they mean, are `FlagCode`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.methods import DEFAULT_METHOD
from ecg_core.annotation.types import CYCLE_FS_HZ, Annotation
from ecg_core.filtering.quality import QualityReport
from ecg_core.inference.card import Card
from ecg_core.inference.familiar import Familiar, distance, odd_traits
from ecg_core.inference.inputs import CROP_SAMPLES, longest_stretch
from ecg_core.inference.types import Flag, FlagCode, ModelInput
from ecg_core.record import DIGITIZED_PAGE, ECGRecord
from ecg_core.rhythm.types import RhythmFact, RhythmFacts

MIN_SIGNAL_SD_MV = 0.01  # below it there is no heartbeat to be seen in a filtered lead
MIN_RECORDED_SHARE = 0.5
MIN_STRETCH_S = CROP_SAMPLES / CYCLE_FS_HZ  # unbroken, where less than that share was recorded
PARTLY_RECORDED_SHARE = 0.75  # below it what was done with the rest is told
MIN_BEATS = 3
R_ONLY_SHARE = 0.5


def lead_has_signal(filtered: ECGRecord, name: str) -> bool:
    """Whether the record has this lead, half of it or 2.05 s at a stretch recorded, and not flat."""
    if name not in filtered.leads:
        return False
    signal_mv = filtered.lead_mv(name)
    recorded = np.isfinite(signal_mv)
    start, stop = longest_stretch(recorded)
    enough = recorded.mean() >= MIN_RECORDED_SHARE or stop - start >= MIN_STRETCH_S * filtered.fs_hz
    return bool(enough) and float(signal_mv[recorded].std()) >= MIN_SIGNAL_SD_MV


@dataclass(frozen=True, eq=False)
class Seen:
    """What an estimate was made from, or would have been: `traits` as of `inference.appearance`, over `present` leads."""

    filtered: ECGRecord
    quality: QualityReport
    annotation: Annotation
    rhythm: RhythmFacts | None
    present: list[str]
    traits: NDArray[np.float64]
    foreign: bool  # so unlike the calibration records that the model does not answer
    inputs: ModelInput | None
    k_meq_l: float


def reasons_to_distrust(card: Card, seen: Seen) -> tuple[Flag, ...]:
    """Everything that speaks against this estimate, or explains why there is none."""
    candidates = (
        _simulated(seen.filtered),
        _digitized(seen.filtered),
        _missing(card, seen.present),
        _partly_recorded(seen.filtered, seen.present, seen.inputs),
        _no_beats(seen.annotation),
        _unfamiliar(card.familiar, seen) if seen.foreign else _too_short(card, seen),
        _noise(seen.quality, seen.present),
        _electrode_off(seen.quality, seen.present),
        _electrodes_exchanged(seen.quality),
        *_rhythm(seen.rhythm),
        _r_only(card, seen.annotation),
        None if card.inputs.kind == "crop" else other_method(seen.annotation),
        _edited(card, seen.annotation),
        _out_of_range(card.familiar, seen),
    )
    return tuple(flag for flag in candidates if flag is not None)


def _simulated(filtered: ECGRecord) -> Flag | None:
    return (
        Flag("simulated", "This ECG was changed by a simulation; it is no patient's.")
        if filtered.simulated
        else None
    )


def _digitized(filtered: ECGRecord) -> Flag | None:
    if filtered.source.format != DIGITIZED_PAGE:
        return None
    return Flag("digitized", "This ECG was digitized from a page; the model learned with digital recordings.")


def _partly_recorded(filtered: ECGRecord, present: list[str], inputs: ModelInput | None) -> Flag | None:
    """What the model was given of leads that cover only a part of the record, as on a printed page."""
    shares = {name: float(np.isfinite(filtered.lead_mv(name)).mean()) for name in present}
    partly = [name for name, share in shares.items() if share < PARTLY_RECORDED_SHARE]
    if not partly or inputs is None:
        return None
    leads = f"Lead {partly[0]} covers" if len(partly) == 1 else f"{len(partly)} of the model's leads cover"
    shortest_s = min(shares[name] for name in partly) * filtered.duration_s
    return Flag(
        "partly_recorded",
        f"{leads} only {shortest_s:.1f} of {filtered.duration_s:.1f} s; the model saw: {inputs.description}.",
    )


def _missing(card: Card, present: list[str]) -> Flag | None:
    missing = [name for name in card.inputs.leads if name not in present]
    if not missing:
        return None
    verb = "is" if len(missing) == 1 else "are"
    noun = "Lead" if len(missing) == 1 else "Leads"
    return Flag(
        "lead_missing",
        f"{noun} {', '.join(missing)} {verb} missing or without a usable signal; the model learned with all of its leads.",
    )


def _no_beats(annotation: Annotation) -> Flag | None:
    return None if annotation.n_beats else Flag("no_beats", "No heartbeat was found in this recording.")


def _too_short(card: Card, seen: Seen) -> Flag | None:
    filtered, annotation = seen.filtered, seen.annotation
    if not annotation.n_beats:
        return None
    needed_s = card.inputs.samples / CYCLE_FS_HZ
    if card.inputs.kind == "crop":
        if filtered.duration_s < needed_s:
            return Flag(
                "too_short",
                f"The recording lasts {filtered.duration_s:.1f} s; the model needs {needed_s:.2f} s.",
            )
        if seen.inputs is None and len(seen.present) == len(card.inputs.leads):
            return Flag("too_short", f"Nowhere are {needed_s:.2f} s recorded without long gaps.")
        return None
    if annotation.n_beats < MIN_BEATS:
        found = "one beat was" if annotation.n_beats == 1 else f"{annotation.n_beats} beats were"
        return Flag("too_short", f"Only {found} found; one noisy beat can sway the estimate.")
    if seen.inputs is None and len(seen.present) == len(card.inputs.leads):
        return Flag(
            "too_short",
            f"No whole beat of lead {' and '.join(card.inputs.leads)} could be cut out: they follow one another"
            " too fast, or parts of them were not recorded.",
        )
    return None


def _noise(quality: QualityReport, present: list[str]) -> Flag | None:
    poor = [lead for lead in quality.leads if lead.grade == "poor" and lead.lead in present]
    if not poor:
        return None
    return Flag(
        "noise", "Poor signal: " + "; ".join(f"{lead.lead} {', '.join(lead.reasons)}" for lead in poor) + "."
    )


def _electrode_off(quality: QualityReport, present: list[str]) -> Flag | None:
    """For how long which leads of the model had no contact; crops are blank there."""
    off = quality.seconds.detached().sum(axis=1)
    named = dict(zip(quality.seconds.leads, off.tolist(), strict=True))
    parts = [f"{lead} for {named[lead]} s" for lead in present if named[lead]]
    if not parts:
        return None
    return Flag(
        "electrode_off", f"No contact, or far too large: {', '.join(parts)}; those seconds say nothing."
    )


def _r_only(card: Card, annotation: Annotation) -> Flag | None:
    if card.inputs.kind == "crop" or not annotation.n_beats:
        return None
    share = float(annotation.r_only.mean())
    if share < R_ONLY_SHARE:
        return None
    return Flag("r_only", f"In {share:.0%} of the beats no waves were found; they were cut around R alone.")


def other_method(annotation: Annotation) -> Flag | None:
    """Told where the marks are not of the kind that the models learned with."""
    if not annotation.n_beats or annotation.method == DEFAULT_METHOD:
        return None
    return Flag(
        "other_method",
        f"Heartbeats and waves were found by the method {annotation.method}; the model learned with those of {DEFAULT_METHOD}, "
        "which had no answer here.",
    )


def _edited(card: Card, annotation: Annotation) -> Flag | None:
    if card.inputs.kind == "crop" or annotation.by_hand is None:
        return None
    return Flag("edited", "Beats or waves were corrected by hand; the model learned with automatic marks.")


def _electrodes_exchanged(quality: QualityReport) -> Flag | None:
    if quality.electrodes is None:
        return None
    return Flag("electrodes_exchanged", f"{quality.electrodes}.")


def _rhythm(rhythm: RhythmFacts | None) -> list[Flag]:
    """What in the rhythm changes QRS, ST and T for other reasons than potassium."""
    if rhythm is None:
        return []
    found: tuple[tuple[FlagCode, RhythmFact], ...] = (
        ("fibrillation", rhythm.fibrillation),
        ("wide_qrs", rhythm.wide_qrs),
        ("paced", rhythm.paced),
    )
    return [Flag(code, fact.text) for code, fact in found if fact.found]


def _unfamiliar(familiar: Familiar, seen: Seen) -> Flag:
    """Why the model does not answer although it could be fed."""
    odd = " and ".join(odd_traits(familiar, seen.traits))
    return Flag(
        "unfamiliar",
        f"This ECG resembles none that the model was calibrated on: {odd}. Artefact or a very sick heart: look at the trace.",
    )


def _out_of_range(familiar: Familiar, seen: Seen) -> Flag | None:
    """Beyond nearly all calibration records, or an estimate beyond every potassium learned from."""
    if seen.inputs is None:
        return None
    complaints: list[str] = []
    if distance(familiar, seen.traits) > familiar.unusual:
        complaints += odd_traits(familiar, seen.traits)
    if not familiar.k_meq_l[0] <= seen.k_meq_l <= familiar.k_meq_l[1]:
        complaints.append("the estimate itself")
    if not complaints:
        return None
    return Flag(
        "out_of_range", f"Unlike 99 % of the ECGs the model was calibrated on: {', '.join(complaints)}."
    )
