"""P, QRS and T beside NeuroKit2's, against marks made by hand; with noise, single leads, slow sampling and racing hearts; and how long it takes.

    python -m benchmarks.delineation --ludb DIR --noise DIR --runs DIR

LUDB and the MIT-BIH Noise Stress Test Database are folders as PhysioNet ships them; --runs is the folder in which
`python -m ecg_core train delineator` keeps its unfinished state: the networks of its cross-validation lie there, and
each record is given to the one that never saw it. NeuroKit2 works as its manual shows: beats and waves of each lead by
itself, in the cleaned lead. Rules of scoring: ecg_core/evaluation/delineation.py. Noise is from the second halves of the
recordings (the network has learned from the first), another stretch in each lead, at a signal-to-noise ratio by the
QRS (peak-to-peak squared over eight) of each lead, and passes the filters as a recording would.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import neurokit2 as nk
import numpy as np
from safetensors.torch import load_file

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.learned import LearnedDelineator
from ecg_core.annotation.types import Waves
from ecg_core.annotation.wave_net import WaveNet
from ecg_core.datasets.example import EXAMPLE_FS_HZ, Example
from ecg_core.datasets.ludb import N_FOLDS, LudbECG, read_ludb
from ecg_core.datasets.marked_examples import CLASS_OF_WAVE, filtered_and_marked
from ecg_core.datasets.racing import racing_example
from ecg_core.evaluation.delineation import LeadScores, marks_ms, p_share
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.inference.checkpoint import half_precision
from ecg_core.network_files import fuse_normalization
from ecg_core.record import ECGRecord
from ecg_core.simulation.landmarks import find_landmarks
from ecg_core.training.marked_batches import NOISE_FS_HZ, read_noise

Method = Callable[
    [LudbECG, ECGRecord], Mapping[str, Waves]
]  # the marked ECG, and its recording as it is to be read
Change = Callable[[LudbECG], ECGRecord]
_SNR_DB = (12.0, 6.0)
_NOISE_NAMES = {"BW": "baseline wander", "EM": "electrode motion", "MA": "muscle"}
_REPEATS = 10


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ludb", type=Path, required=True, metavar="DIR")
    parser.add_argument("--noise", type=Path, required=True, metavar="DIR")
    parser.add_argument("--runs", type=Path, required=True, metavar="DIR")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every nth record")
    arguments = parser.parse_args()
    ecgs = list(read_ludb(arguments.ludb))[:: arguments.every]
    learned = cross_validated(arguments.runs)
    print(f"{len(ecgs)} records of LUDB, every lead by its own marks, 150 ms tolerance")
    for name, method in (
        ("learned, 5-fold by record", learned),
        ("multilead", lambda _, record: annotate(filter_record(record).record, "multilead").lead_waves),
        ("NeuroKit2 prominence", lambda _, record: plain_neurokit(record, "prominence")),
        ("NeuroKit2 DWT", lambda _, record: plain_neurokit(record, "dwt")),
    ):
        print_accuracy(name, ecgs, method)
    print_harder(ecgs, learned, read_noise(arguments.noise))
    print_racing(ecgs, learned)
    print_times(ecgs[0].record)


def cross_validated(runs: Path) -> Method:
    """The learned method with, for each record, the network that never saw it."""
    networks = []
    for fold in range(N_FOLDS):
        network = WaveNet()
        network.load_state_dict(load_file(runs / f"delineator-{fold}" / "delineator-best.safetensors"))
        half_precision(network)
        networks.append(LearnedDelineator(model=fuse_normalization(network.eval())))
    return lambda ecg, record: networks[ecg.fold].find_beats_and_waves(filter_record(record).record)[1]


def plain_neurokit(record: ECGRecord, method: str) -> dict[str, Waves]:
    """NeuroKit2 as its manual shows it, without any of the project's code; a lead on which it raises has no waves."""
    found = {}
    for lead in record.leads:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                clean = nk.ecg_clean(record.lead_mv(lead).astype(np.float64), sampling_rate=record.fs_hz)
                _, peaks = nk.ecg_peaks(clean, sampling_rate=record.fs_hz)
                r_peaks = peaks["ECG_R_Peaks"]
                _, marks = nk.ecg_delineate(clean, r_peaks, record.fs_hz, method=method)
        except (ValueError, IndexError, KeyError, TypeError, ZeroDivisionError):
            found[lead] = Waves.unknown(0)
            continue
        marks["ECG_R_Peaks"] = r_peaks
        found[lead] = Waves(*(_triples(marks, wave) for wave in ("P", "R", "T")))
    return found


def _triples(marks: Mapping[str, Sequence[float]], wave: str) -> np.ndarray:
    columns = [marks[f"ECG_{wave}_{part}"] for part in ("Onsets", "Peaks", "Offsets")]
    n = min(len(column) for column in columns)
    return np.array([column[:n] for column in columns], dtype=np.float64).T.reshape(-1, 3)


def score(ecgs: Sequence[LudbECG], method: Method, change: Change) -> tuple[LeadScores, int, int]:
    """The scores over all leads that `change` leaves, and P waves and QRS complexes found in atrial fibrillation."""
    scores, fibrillation = LeadScores(), np.zeros(2, dtype=np.int64)
    for ecg in ecgs:
        record = change(ecg)
        leads = {lead: marks_ms(waves, record.fs_hz) for lead, waves in method(ecg, record).items()}
        for lead, found in leads.items():
            scores.add(*ecg.truth_ms(lead), found)
        if ecg.fibrillates:
            fibrillation += p_share(leads.values())
    return scores, int(fibrillation[0]), int(fibrillation[1])


def print_accuracy(name: str, ecgs: Sequence[LudbECG], method: Method) -> None:
    """A line for each wave: F1, and mean and standard deviation of the errors."""
    scores, p, qrs = score(ecgs, method, lambda ecg: ecg.record)
    print(f"{name}: P on {p} of {qrs} QRS complexes in atrial fibrillation")
    for wave in ("P", "QRS", "T"):
        cells = []
        for part in ("onset", "offset"):
            row = scores.tallies[f"{wave} {part}"].row()
            cells.append(f"{part} F1 {row['f1']:.4f} {row['mean_ms']:+6.1f} ± {row['sd_ms']:4.1f} ms")
        print(f"  {wave:4} {'   '.join(cells)}")


def print_harder(ecgs: Sequence[LudbECG], method: Method, noise: Mapping[str, np.ndarray]) -> None:
    """F1 of QRS where recordings are worse, slower or have fewer leads."""
    changes: dict[str, Change] = {}
    for kind, recording in noise.items():
        second_half = resample(recording[len(recording) // 2 :].T, NOISE_FS_HZ, ecgs[0].record.fs_hz)
        for snr_db in _SNR_DB:
            changes[f"{_NOISE_NAMES[kind]}, {snr_db:g} dB"] = _noisy(second_half, snr_db)
    for lead in ("II", "V1", "V5"):
        changes[f"lead {lead} alone"] = _only(lead)
    changes["100 Hz"] = _slow
    print("\nF1 of P, QRS and T found")
    for name, change in changes.items():
        tallies = score(ecgs, method, change)[0].tallies
        f1 = "   ".join(f"{tallies[f'{wave} found'].row()['f1']:.4f}" for wave in ("P", "QRS", "T"))
        print(f"  {name:24} {f1}")


def print_racing(ecgs: Sequence[LudbECG], method: Method) -> None:
    """F1 of QRS where the heart is made to race, as in training, but over records that were not trained on."""
    print("\nF1 of QRS and T found in a simulated tachycardia of 140 to 270 beats a minute")
    racing = [(ecg, example) for ecg in ecgs if (example := _racing(ecg)) is not None]
    for name, leads in (("all leads", None), ("leads II and V1", ("II", "V1")), ("lead II alone", ("II",))):
        scores = LeadScores()
        for ecg, example in racing:
            record = ecg.record.with_signal(example.signal_mv, EXAMPLE_FS_HZ)
            shown = record.select(leads or record.leads)
            for lead, waves in method(ecg, shown).items():
                truth, span_ms = _marks_of(example, record.leads.index(lead))
                scores.add(truth, span_ms, marks_ms(waves, EXAMPLE_FS_HZ))
        f1 = "   ".join(f"{scores.tallies[f'{wave} found'].row()['f1']:.4f}" for wave in ("QRS", "T"))
        print(f"  {name:24} {f1}   ({len(racing)} records)")


def _racing(ecg: LudbECG) -> Example | None:
    filtered, original = filtered_and_marked(ecg)
    annotation = annotate(filtered, "multilead")
    if annotation.n_beats < 2:
        return None
    return racing_example(original, find_landmarks(annotation), np.random.default_rng(int(ecg.record_id)))


def _marks_of(example: Example, lead: int) -> tuple[dict[str, np.ndarray], tuple[float, float]]:
    """Marks of a lead as `LudbECG.truth_ms` gives them."""
    to_ms = 1000 / EXAMPLE_FS_HZ
    first, last = example.spans[lead]
    whole = example.waves[lead][example.waves[lead][:, 2] <= last]  # the last beat may be cut off
    truth = {
        wave: np.insert(whole[whole[:, 0] == number, 1:] * to_ms, 1, np.nan, axis=1)
        for wave, number in CLASS_OF_WAVE.items()
    }
    return truth, (float(first * to_ms), float(last * to_ms))


def _noisy(noise: np.ndarray, snr_db: float) -> Change:
    def change(ecg: LudbECG) -> ECGRecord:
        rng = np.random.default_rng(int(ecg.record_id))
        signal = ecg.record.signal_mv.astype(np.float64)
        for lead in signal:
            start = int(rng.integers(noise.shape[1] - lead.size))
            piece = noise[int(rng.integers(len(noise))), start : start + lead.size]
            rms = np.sqrt(np.ptp(lead) ** 2 / 8 / 10 ** (snr_db / 10))
            lead += rms * (piece - piece.mean()) / piece.std()
        return ecg.record.with_signal(signal.astype(np.float32))

    return change


def _only(lead: str) -> Change:
    return lambda ecg: ecg.record.select([lead])


def _slow(ecg: LudbECG) -> ECGRecord:
    return ecg.record.with_signal(resample(ecg.record.signal_mv, ecg.record.fs_hz, 100.0), 100.0)


def print_times(record: ECGRecord) -> None:
    """Wall and processor time of 10 s of 12 leads by each method, and of an hour of two leads; medians."""
    filtered = filter_record(record).record
    two = filtered.select(["II", "V5"])
    hour = two.with_signal(np.tile(two.signal_mv, (1, 360)))
    parts: tuple[tuple[str, Callable[[], object], int], ...] = (
        ("learned", lambda: annotate(filtered, "learned"), _REPEATS),
        ("multilead", lambda: annotate(filtered, "multilead"), _REPEATS),
        ("NeuroKit2 prominence", lambda: annotate(filtered, "prominence"), _REPEATS),
        ("NeuroKit2 DWT", lambda: annotate(filtered, "dwt"), 3),
        ("learned, an hour of 2 leads", lambda: annotate(hour, "learned"), 1),
    )
    print("\nms to annotate 10 s of 12 filtered leads (wall, processor)")
    for name, part, repeats in parts:
        part()
        spent = []
        for _ in range(repeats):
            wall, cpu = time.perf_counter(), time.process_time()
            part()
            spent.append((time.perf_counter() - wall, time.process_time() - cpu))
        wall_ms, cpu_ms = 1000 * np.median(spent, axis=0)
        print(f"  {name:30} {wall_ms:8.1f} {cpu_ms:8.1f}")


if __name__ == "__main__":
    main()
