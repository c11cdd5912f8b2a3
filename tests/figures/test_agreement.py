import numpy as np
import pytest

from ecg_core.figures.agreement import model_agreement_figure


def test_every_two_models_have_their_cell_but_none_with_itself() -> None:
    fig = model_agreement_figure(np.array([[0, 0.4], [0.4, 0]]), ["First net", "Second"], dark=False)
    assert [list(row) for row in fig.data[0].text] == [["", "0.40"], ["0.40", ""]]
    assert np.isnan(fig.data[0].z[0][0])
    alone = model_agreement_figure(np.full((2, 2), np.nan), ["A", "B"], dark=False)
    assert alone.data[0].zmax == pytest.approx(1.0)
