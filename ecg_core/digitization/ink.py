"""How probably each pixel of a flat page belongs to a trace, a calibration pulse or text."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ecg_core.digitization.ink_net import CLASSES, STRIDE, InkNet, fuse_normalization
from ecg_core.digitization.types import FlatPage, InkMap
from ecg_core.network_files import NETWORKS, load_into

CHECKPOINT = NETWORKS / "digitization" / "trace_ink"
_STRIP_ROWS = 1024  # a page is looked at in strips, so that memory does not grow with its height
_EDGE_MM = 0.5
_OVERLAP_ROWS = 128  # what a strip sees beyond its own rows, a little less than the network's view


def find_ink(flat: FlatPage) -> InkMap:
    """Look at the whole page. Raises CheckpointError when the network's weights are missing or damaged."""
    network = _network()
    height, width = flat.rgb.shape[:2]
    found = np.zeros((len(CLASSES), height, width), np.float32)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, height)
        start, stop = max(top - _OVERLAP_ROWS, 0), min(bottom + _OVERLAP_ROWS, height)
        found[:, top:bottom] = _probabilities(network, flat.rgb[start:stop])[:, top - start : bottom - start]
    found *= _clear_of_the_edge(flat)
    by_class = dict(zip(CLASSES, found, strict=True))
    return InkMap(trace=by_class["trace"], pulse=by_class["pulse"], text=by_class["text"])


def _clear_of_the_edge(flat: FlatPage) -> NDArray[np.bool_]:
    """Where ink may be: not along the paper's edge, whose shadow or frame looks like a line."""
    reach = 2 * round(_EDGE_MM * flat.px_per_mm) + 1
    inside = np.pad(flat.inside.astype(np.uint8), 1)
    return cv2.erode(inside, np.ones((reach, reach), np.uint8))[1:-1, 1:-1].astype(bool)


@cache
def _network() -> nn.Module:
    model = fuse_normalization(load_into(InkNet(), CHECKPOINT))
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _probabilities(network: nn.Module, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """`(height, width, 3)` pixels to `(classes, height, width)` probabilities."""
    height, width = rgb.shape[:2]
    padded = np.pad(rgb, ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0)), mode="edge")
    pixels = torch.from_numpy(padded).permute(2, 0, 1)[None].float().div_(255)
    able = torch.cpu.get_capabilities()
    with (
        torch.inference_mode(),
        # About twice as fast where the processor computes in it.
        torch.autocast("cpu", torch.bfloat16, enabled=bool(able.get("avx512_bf16"))),
    ):
        scores = network(pixels.contiguous(memory_format=torch.channels_last))
        probabilities: NDArray[np.float32] = scores[0].float().softmax(0)[:, :height, :width].numpy()
    return probabilities
