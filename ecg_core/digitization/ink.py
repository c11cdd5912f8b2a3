"""How probably each pixel of a flat page belongs to a trace, a calibration pulse or text."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecg_core.digitization.ink_net import BLOCK, CLASSES, STRIDE, InkNet
from ecg_core.digitization.types import FlatPage, InkMap
from ecg_core.network_files import NETWORKS, fuse_normalization, load_into

CHECKPOINT = NETWORKS / "digitization" / "trace_ink"
_STRIP_ROWS = 1024  # a page is looked at in strips, so that memory does not grow with its height
_SOFTMAX_ROWS = 256  # at a time, so that memory that was used before is used again
_EDGE_MM = 0.5
_OVERLAP_ROWS = 128  # what a strip sees beyond its own rows, a little less than the network's view


def find_ink(flat: FlatPage) -> InkMap:
    """Look at the whole page. Raises CheckpointError when the network's weights are missing or damaged."""
    network = _network()
    height, width = flat.rgb.shape[:2]
    found = np.empty((len(CLASSES) - 1, height, width), np.float32)
    n_strips = math.ceil(height / _STRIP_ROWS)
    edges = [STRIDE * (height * k // n_strips // STRIDE) for k in range(n_strips)] + [height]
    for top, bottom in pairwise(edges):
        _look(network, flat.rgb, found, top, bottom)
    np.copyto(found, 0, where=~_clear_of_the_edge(flat))
    return InkMap(**dict(zip(CLASSES[1:], found, strict=True)))


def _clear_of_the_edge(flat: FlatPage) -> NDArray[np.bool_]:
    """Where ink may be: not along the paper's edge, whose shadow or frame looks like a line."""
    reach = 2 * round(_EDGE_MM * flat.px_per_mm) + 1
    inside = np.pad(flat.inside.astype(np.uint8), 1)
    return cv2.erode(inside, np.ones((reach, reach), np.uint8))[1:-1, 1:-1].astype(bool)


@cache
def _network() -> InkNet:
    model = InkNet()
    fuse_normalization(load_into(model, CHECKPOINT))
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _look(network: InkNet, rgb: NDArray[np.uint8], found: NDArray[np.float32], top: int, bottom: int) -> None:
    """Fill in the rows from `top` to `bottom` of `found`, `(classes but "other", height, width)`."""
    start, stop = max(top - _OVERLAP_ROWS, 0), min(bottom + _OVERLAP_ROWS, len(rgb))
    able = torch.cpu.get_capabilities()
    with (
        torch.inference_mode(),
        # About twice as fast where the processor computes in it.
        torch.autocast("cpu", torch.bfloat16, enabled=bool(able.get("avx512_bf16"))),
    ):
        scores = network.of_blocks(_blocks(rgb[start:stop]))
    for row in range(top, bottom, _SOFTMAX_ROWS):
        rows = slice(row, min(row + _SOFTMAX_ROWS, bottom))
        part = scores[0, :, rows.start - start : rows.stop - start, : rgb.shape[1]]
        found[:, rows] = part.float().softmax(0)[1:].numpy()


def _blocks(rgb: NDArray[np.uint8]) -> Tensor:
    """`(height, width, 3)` pixels as `InkNet.of_blocks` takes them, moved as bytes, which is a quarter of the work."""
    padded = np.pad(rgb, ((0, -len(rgb) % STRIDE), (0, -rgb.shape[1] % STRIDE), (0, 0)), mode="edge")
    height, width = (side // BLOCK for side in padded.shape[:2])
    blocks = (
        padded.reshape(height, BLOCK, width, BLOCK, 3).transpose(0, 2, 4, 1, 3).reshape(height, width, -1)
    )
    return torch.from_numpy(blocks).permute(2, 0, 1)[None].float().div_(127.5).sub_(1)
