from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from ecg_core.inference.inputs import CROP_SAMPLES
from ecg_core.leads import STANDARD_LEADS
from ecg_core.training.batches import CLASS_CUTS_MEQ_L, ArrayBatches, BatchSource, CropBatches, MiddleCrops
from tests.training.tiny_training import prepared

ECGS = prepared(40)


def arrays(shuffle: bool = True, draws: int | None = None) -> ArrayBatches:
    return ArrayBatches(ECGS.median_mv, ECGS.k_meq_l, seed=3, shuffle=shuffle, draws=draws)


def crops(draws: int, leads_per_crop: int = 12) -> CropBatches:
    return CropBatches(ECGS, 3, draws, leads_per_crop)


def joined(source: BatchSource, epoch: int, batch_size: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
    inputs, k_meq_l = zip(*source.batches(batch_size, epoch), strict=True)
    return torch.cat(inputs), torch.cat(k_meq_l)


@pytest.mark.parametrize("source", [arrays(), arrays(draws=30), crops(draws=24)])
def test_an_epoch_repeats_itself_and_no_other(source: BatchSource) -> None:
    inputs, k_meq_l = joined(source, epoch=2)
    again, k_again = joined(source, epoch=2)
    other, _ = joined(source, epoch=3)
    assert torch.equal(inputs, again) and torch.equal(k_meq_l, k_again)
    assert not torch.equal(inputs, other)


def test_shuffled_arrays_hold_every_row_once_with_its_own_potassium() -> None:
    inputs, k_meq_l = joined(arrays(), epoch=0)
    order = [int(np.flatnonzero(ECGS.k_meq_l == k)[0]) for k in k_meq_l.numpy()]
    assert sorted(order) == list(range(40))
    assert np.array_equal(inputs.numpy(), ECGS.median_mv[order].astype(np.float32))
    assert inputs.dtype == k_meq_l.dtype == torch.float32


def test_validation_arrays_keep_their_order_in_every_epoch() -> None:
    for epoch in (0, 1):
        assert np.array_equal(joined(arrays(shuffle=False), epoch)[1], ECGS.k_meq_l)


def test_a_last_batch_of_one_is_left_out() -> None:
    sizes = [len(k_meq_l) for _, k_meq_l in arrays().batches(13, epoch=0)]
    assert sizes == [13, 13, 13]  # 40 rows


def test_crops_are_twelve_lead_stretches_of_the_records_in_mv() -> None:
    inputs, k_meq_l = joined(crops(draws=24), epoch=0)
    assert inputs.shape == (24, 12, CROP_SAMPLES) and inputs.dtype == torch.float32
    lead_ii = inputs[0, STANDARD_LEADS.index("II")].numpy()
    record = ECGS.signal_uv[np.flatnonzero(ECGS.k_meq_l == k_meq_l[0].item())[0], 1] / 1000
    windows = np.lib.stride_tricks.sliding_window_view(record, CROP_SAMPLES)
    assert np.abs(windows - lead_ii).max(axis=1).min() < 1e-6
    einthoven = inputs[:, STANDARD_LEADS.index("I")] + inputs[:, STANDARD_LEADS.index("III")]
    assert torch.allclose(einthoven, inputs[:, STANDARD_LEADS.index("II")], atol=1e-5)


def test_crops_for_validation_are_the_middle_of_every_record_in_order() -> None:
    source = MiddleCrops(ECGS)
    inputs, k_meq_l = joined(source, epoch=0)
    assert np.array_equal(k_meq_l, ECGS.k_meq_l)
    middle = (5000 - CROP_SAMPLES) // 2
    assert np.allclose(inputs[:, 0], ECGS.signal_uv[:, 0, middle : middle + CROP_SAMPLES] / 1000)
    assert torch.equal(inputs, joined(source, epoch=1)[0])
    some, k_of_some = joined(MiddleCrops(ECGS, step=3), epoch=0)
    assert torch.equal(some, inputs[::3]) and torch.equal(k_of_some, k_meq_l[::3])


def test_leads_left_out_of_a_crop_are_zero_and_drawn_for_each() -> None:
    inputs, _ = joined(crops(draws=24, leads_per_crop=4), epoch=0)
    present = inputs.any(dim=2)
    assert (present.sum(dim=1) == 4).all()
    assert present.any(dim=0).all() and len(present.unique(dim=0)) > 12


@pytest.mark.parametrize("kind", ["arrays", "crops"])
def test_five_potassium_classes_come_equally_often_however_rare(kind: str) -> None:
    k_meq_l = np.repeat([2.2, 3.0, 4.5, 6.0, 8.0], [1, 2, 30, 4, 3]).astype(np.float32)
    unbalanced = replace(ECGS, table=pd.DataFrame({"k_meq_l": k_meq_l}))
    source: BatchSource = CropBatches(unbalanced, seed=0, draws=1000, leads_per_crop=1)
    if kind == "arrays":
        source = ArrayBatches(k_meq_l[:, None, None], k_meq_l, seed=0, draws=1000)
    _, drawn = joined(source, epoch=0, batch_size=250)
    counts = np.bincount(np.digitize(drawn, CLASS_CUTS_MEQ_L), minlength=5)
    assert counts.sum() == 1000
    assert (abs(counts - 200) < 50).all()  # four standard deviations of a binomial draw
