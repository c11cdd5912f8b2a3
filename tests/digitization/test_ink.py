"""The ink of a whole page, found strip by strip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ecg_core.digitization.ink import CHECKPOINT, find_ink
from ecg_core.digitization.ink_net import CLASSES, STRIDE, InkNet
from ecg_core.network_files import load_into
from tests.digitization.made_up_page import made_up_digitization


def test_strips_say_what_the_network_says_of_the_whole_page() -> None:
    flat = made_up_digitization().flat
    height, width = 65 * STRIDE + 1, 199  # more than a strip, and no whole strides
    inside = np.ones((height, width), bool)
    page = replace(flat, rgb=np.rot90(flat.rgb)[:height, 100 : 100 + width].copy(), inside=inside)
    pad = ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0))
    pixels = torch.from_numpy(np.pad(page.rgb, pad, mode="edge")).permute(2, 0, 1)[None] / 255
    with torch.inference_mode():
        whole = load_into(InkNet(), CHECKPOINT)(pixels)[0].softmax(0)[:, :height, :width].numpy()

    ink = find_ink(page)

    inner = slice(8, -8)  # along the paper's edge no ink is looked for
    for name in ("trace", "pulse", "text"):
        found, expected = getattr(ink, name), whole[CLASSES.index(name)]
        assert found.shape == (height, width)
        np.testing.assert_allclose(found[inner, inner], expected[inner, inner], atol=0.1)
    assert whole[CLASSES.index("trace")].max() > 0.9


def test_there_is_no_ink_beyond_the_paper_and_along_its_edge() -> None:
    flat = made_up_digitization().flat
    inside = np.zeros(flat.rgb.shape[:2], bool)
    inside[300:500, 200:700] = True
    ink = find_ink(replace(flat, inside=inside))
    assert ink.trace[310:490, 210:690].max() > 0.9
    for probability in (ink.trace, ink.pulse, ink.text):
        assert not probability[~inside].any()
        assert not probability[300:302, 200:700].any()
