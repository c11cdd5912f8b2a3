import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from ecg_core.analysis import Analysis, analyze, reannotated
from ecg_core.annotation.edits import BeatEdits, BeatLeftOut, MarkMoved
from ecg_core.annotation.methods import delineators
from ecg_core.errors import SignalError
from ecg_core.filtering.settings import FilterSettings
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.leads import LIMB_LEADS, STANDARD_LEADS
from ecg_core.measurements.export import measurements_json
from ecg_core.models import MODELS, build
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord
from tests.made_up_card import made_up_card

EXAMPLES = {example.key: example.path for example in list_examples()}
NORMAL = open_ecg(EXAMPLES["normal"])


@pytest.fixture(scope="module")
def checkpoints() -> tuple[Checkpoint, ...]:
    torch.manual_seed(0)
    return tuple(Checkpoint(made_up_card(key, 1), build(key).eval(), Path("none")) for key in MODELS)


@pytest.fixture(autouse=True)
def every_warning_is_an_error() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def with_gaps(record: ECGRecord) -> ECGRecord:
    """A second missing in all leads, the beginning of three, a single sample, all of V6."""
    signal_mv = record.signal_mv.copy()
    signal_mv[:, 1500:2000] = np.nan
    signal_mv[[0, 1, 7], :400] = np.nan
    signal_mv[4, 3333] = np.nan
    signal_mv[record.leads.index("V6")] = np.nan
    return record.with_signal(signal_mv)


def noise(n_samples: int, *leads: str) -> ECGRecord:
    signal_mv = np.random.default_rng(0).normal(0, 0.2, (len(leads), n_samples))
    return ECGRecord(signal_mv.astype(np.float32), 500.0, leads)


DIFFICULT = {
    "gaps": with_gaps(NORMAL),
    "one lead": NORMAL.select(["II"]),
    "a chest lead": NORMAL.select(["V5"]),
    "a lead of another name": ECGRecord(NORMAL.signal_mv[1:2], 500.0, ("MLII",)),
    "2 s": NORMAL.with_signal(NORMAL.signal_mv[:, :1000]),
    "1 s": NORMAL.with_signal(NORMAL.signal_mv[:, :500]),
    "one beat": NORMAL.with_signal(NORMAL.signal_mv[:, 100:650]),
    "noise": noise(5000, *STANDARD_LEADS),
    "noise in one lead": noise(1000, "II"),
    "flat": NORMAL.with_signal(0 * NORMAL.signal_mv),
    "nothing recorded": NORMAL.with_signal(np.full_like(NORMAL.signal_mv, np.nan)),
    "100 Hz": NORMAL.with_signal(NORMAL.signal_mv[:, ::5], 100.0),
    "250 Hz with gaps": with_gaps(NORMAL).with_signal(with_gaps(NORMAL).signal_mv[:, ::2], 250.0),
}


def require_complete(analysis: Analysis, record: ECGRecord, checkpoints: tuple[Checkpoint, ...]) -> None:
    """Every part is there, fits the record, and says how long it took."""
    n_samples, leads = record.n_samples, analysis.record.leads
    assert set(record.leads) <= set(leads)
    assert analysis.filtered.record.leads == leads
    assert analysis.filtered.record.n_samples == n_samples
    assert [lead.lead for lead in analysis.quality.leads] == list(leads)
    assert tuple(analysis.cycles) == leads and set(analysis.annotation.lead_waves) == set(leads)
    for cycles in analysis.cycles.values():
        assert cycles.beats_mv.shape == (analysis.annotation.n_beats, 512)
    assert analysis.measurements
    assert [prediction.model for prediction in analysis.predictions] == [c.card.name for c in checkpoints]
    for prediction in analysis.predictions:
        assert prediction.flags or not prediction.abstained, "an abstention without a reason"
    parts = ["filter", "quality", "annotate", "inputs", *(c.card.name for c in checkpoints)]
    assert list(analysis.seconds) == parts
    assert all(seconds >= 0 for seconds in analysis.seconds.values())


@pytest.mark.parametrize("key", list(EXAMPLES))
def test_every_example_is_analysed_completely(key: str, checkpoints: tuple[Checkpoint, ...]) -> None:
    record = open_ecg(EXAMPLES[key])
    analysis = analyze(record, checkpoints=checkpoints)
    require_complete(analysis, record, checkpoints)
    values = {measurement.key: measurement.value for measurement in analysis.measurements}
    assert 40 < values["heart_rate_bpm"] < 130
    assert not all(prediction.abstained for prediction in analysis.predictions)


@pytest.mark.parametrize("name", list(DIFFICULT))
def test_difficult_records_are_analysed_without_a_crash_or_warning(
    name: str, checkpoints: tuple[Checkpoint, ...]
) -> None:
    analysis = analyze(DIFFICULT[name], checkpoints=checkpoints)
    require_complete(analysis, DIFFICULT[name], checkpoints)


@pytest.mark.parametrize("name", ["noise", "flat", "nothing recorded"])
def test_where_no_heart_beats_nothing_is_measured_or_estimated(
    name: str, checkpoints: tuple[Checkpoint, ...]
) -> None:
    analysis = analyze(DIFFICULT[name], checkpoints=checkpoints)
    assert analysis.annotation.n_beats == 0 and analysis.annotation.warnings
    assert np.isnan([measurement.value for measurement in analysis.measurements]).all()
    assert analysis.quality.grade == "poor"
    for prediction in analysis.predictions:
        assert prediction.abstained
        assert "no_beats" in [flag.code for flag in prediction.flags]


def test_a_record_shorter_than_a_second_is_refused_in_words() -> None:
    with pytest.raises(SignalError, match=r"only 0\.80 s long"):
        analyze(NORMAL.with_signal(NORMAL.signal_mv[:, :400]))


def test_limb_leads_that_follow_from_two_are_added_and_marked() -> None:
    eight = NORMAL.select(["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"])
    analysis = analyze(eight)
    assert analysis.record.leads == STANDARD_LEADS
    assert analysis.record.derived_leads == set(LIMB_LEADS) - {"I", "II"}
    assert analysis.filtered.record.derived_leads == analysis.record.derived_leads


def test_the_record_is_kept_as_it_was_read() -> None:
    before = NORMAL.signal_mv.copy()
    analysis = analyze(NORMAL, FilterSettings(low_pass_hz=40.0))
    assert np.array_equal(analysis.record.signal_mv, before)
    assert np.array_equal(NORMAL.signal_mv, before)


@pytest.mark.parametrize(
    "settings",
    [
        FilterSettings(low_pass_hz=35.0),
        FilterSettings(remove_baseline=False, high_pass_hz=None, mains_hz=None),
        FilterSettings(high_pass_hz=2.0, mains_hz=50),
    ],
)
@pytest.mark.parametrize("key", ["atrial_fibrillation", "bifascicular_block"])
def test_a_chosen_filter_changes_what_is_shown_but_not_what_is_judged(
    key: str, settings: FilterSettings, checkpoints: tuple[Checkpoint, ...]
) -> None:
    record = open_ecg(EXAMPLES[key])
    default, chosen = (analyze(record, s, checkpoints=checkpoints) for s in (FilterSettings(), settings))
    assert not np.array_equal(chosen.filtered.record.signal_mv, default.filtered.record.signal_mv)
    assert chosen.filtered.settings == settings
    require_same_judgement(chosen, default)


def test_a_chosen_method_changes_the_marks_but_not_what_is_judged(
    checkpoints: tuple[Checkpoint, ...],
) -> None:
    default = analyze(NORMAL, checkpoints=checkpoints)
    other = next(name for name in delineators() if name != default.annotation.method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from NeuroKit2's own dependencies
        chosen = analyze(NORMAL, method=other, checkpoints=checkpoints)
    assert chosen.annotation.method == other
    assert not np.array_equal(chosen.annotation.waves.t, default.annotation.waves.t)
    require_same_judgement(chosen, default)


def require_same_judgement(chosen: Analysis, default: Analysis) -> None:
    assert chosen.quality == default.quality
    for ours, theirs in zip(chosen.predictions, default.predictions, strict=True):
        assert (ours.k_meq_l, ours.k_low, ours.k_high) == (theirs.k_meq_l, theirs.k_low, theirs.k_high)
        assert ours.flags == theirs.flags
        assert ours.inputs is not None and theirs.inputs is not None
        assert np.array_equal(ours.inputs.signal, theirs.inputs.signal)


def test_an_unknown_method_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        analyze(NORMAL, method="crystal ball")


def test_without_checkpoints_the_rest_is_analysed() -> None:
    analysis = analyze(NORMAL)
    assert analysis.predictions == ()
    assert list(analysis.seconds) == ["filter", "quality", "annotate", "inputs"]


def all_t_offsets_moved(analysis: Analysis, by_s: float) -> BeatEdits:
    """The correction of a reader who sees T end elsewhere in every beat."""
    annotation = analysis.annotation
    r_s, t_offset_s = annotation.r_peaks / annotation.fs_hz, annotation.waves.t[:, 2] / annotation.fs_hz
    pairs = zip(r_s.tolist(), t_offset_s.tolist(), strict=True)
    return BeatEdits(tuple(MarkMoved(r, "T", "offset", t + by_s) for r, t in pairs if np.isfinite(t)))


def qt_ms(analysis: Analysis) -> float:
    return next(m.value for m in analysis.measurements if m.key == "qt_ms")


@pytest.mark.parametrize(
    "settings", [FilterSettings(), FilterSettings(low_pass_hz=40.0)], ids=["as trained", "40 Hz"]
)
def test_all_follows_from_corrections_by_hand(
    settings: FilterSettings, checkpoints: tuple[Checkpoint, ...]
) -> None:
    before = analyze(NORMAL, settings, checkpoints=checkpoints)
    edits = all_t_offsets_moved(before, 0.04).plus(BeatLeftOut(before.annotation.r_peaks[3] / 500))
    after = reannotated(before, edits, checkpoints)
    require_complete_parts(after, before)
    assert qt_ms(after) == pytest.approx(qt_ms(before) + 40, abs=2)
    assert not after.cycles["II"].in_median[3] and np.isnan(after.cycles["II"].beats_mv[3]).all()
    assert after.automatic is before.automatic and after.filtered is before.filtered
    by_kind = dict(zip((c.card.inputs.kind for c in checkpoints), after.predictions, strict=True))
    for kind, prediction in by_kind.items():
        assert ("edited" in [flag.code for flag in prediction.flags]) == (kind != "crop")
    assert by_kind["cycle"].inputs is not None
    assert len(by_kind["cycle"].inputs.signal) == before.annotation.n_beats - 1


def test_what_a_model_said_of_unchanged_cycles_is_taken_over(checkpoints: tuple[Checkpoint, ...]) -> None:
    before = analyze(NORMAL, checkpoints=checkpoints)
    edits = all_t_offsets_moved(before, 0.04).plus(BeatLeftOut(before.annotation.r_peaks[3] / 500))
    quick, afresh = (
        reannotated(before, edits, checkpoints),
        analyze(NORMAL, checkpoints=checkpoints, edits=edits),
    )
    for ours, theirs in zip(quick.predictions, afresh.predictions, strict=True):
        np.testing.assert_allclose(ours.item_k_meq_l, theirs.item_k_meq_l, atol=1e-4)
        assert ours.flags == theirs.flags
    asked = 0

    def count(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        nonlocal asked
        asked += len(output)

    hooks = [checkpoint.model.register_forward_hook(count) for checkpoint in checkpoints]
    reannotated(quick, edits, checkpoints)
    for hook in hooks:
        hook.remove()
    assert asked == 0


def require_complete_parts(after: Analysis, before: Analysis) -> None:
    assert tuple(after.cycles) == tuple(before.cycles)
    assert [p.model for p in after.predictions] == [p.model for p in before.predictions]
    assert len(after.measurements) == len(before.measurements)


def test_taking_all_corrections_back_leads_to_what_was_found(checkpoints: tuple[Checkpoint, ...]) -> None:
    before = analyze(NORMAL, checkpoints=checkpoints)
    back = reannotated(reannotated(before, all_t_offsets_moved(before, 0.04)), BeatEdits(), checkpoints)
    assert back.annotation is before.annotation
    assert measurements_json(back.measurements) == measurements_json(before.measurements)
    require_same_judgement(back, before)


def test_corrections_survive_another_filter() -> None:
    edits = all_t_offsets_moved(analyze(NORMAL), 0.04)
    smooth = analyze(NORMAL, FilterSettings(low_pass_hz=40.0), edits=edits)
    assert not smooth.annotation.warnings
    assert qt_ms(smooth) == pytest.approx(qt_ms(analyze(NORMAL, edits=edits)), abs=10)
    assert np.isfinite([m.value for m in smooth.measurements if m.group == "Intervals"]).all()
