import torch
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.models.k_encoding import (
    THERMOMETER_STEPS,
    decode_k_concentration,
    encode_k_class,
    encode_k_concentration,
)


def test_classes_take_the_cuts_on_the_abnormal_side() -> None:
    k_meq_l = torch.tensor([1.8, 2.5, 2.6, 3.5, 3.6, 5.4, 5.5, 6.4, 6.5, 9.0])
    assert encode_k_class(k_meq_l).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_the_thermometer_spans_its_range() -> None:
    code = encode_k_concentration(torch.tensor([1.5, 5.5, 9.5]))
    assert code.shape == (3, THERMOMETER_STEPS)
    assert code.sum(dim=1).tolist() == [0, 30, 60]


@given(st.floats(1.5, 9.5, width=32))
def test_a_code_is_a_run_of_ones_that_decodes_to_within_a_step(k_meq_l: float) -> None:
    code = encode_k_concentration(torch.tensor(k_meq_l))
    assert (code.diff() <= 0).all()
    error = k_meq_l - float(decode_k_concentration(code))
    assert -1e-4 <= error < 8 / 60 + 1e-4
