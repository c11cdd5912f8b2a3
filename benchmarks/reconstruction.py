"""How well the bundled beta-VAE draws median beats that it never saw, beside a principal component analysis of the same size.

    python -m benchmarks.reconstruction --base-ecgs PTBXL

Real, unaltered ECGs of PTB-XL's test folds 7-9; the components (64, as many as the latents) are fitted on
folds 4-6. Errors are means over samples of the median beats of leads II and V5.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from ecg_core.analysis import analyze
from ecg_core.datasets.base_ecg import Split, read_ptbxl
from ecg_core.inference.checkpoint import load_checkpoint
from ecg_core.inference.inputs import median_beat_input
from ecg_core.models import MODELS, BetaVAERegressor

LEADS = MODELS["beta_vae"].leads
CHECKPOINT = Path(__file__).parents[1] / "checkpoints" / "beta_vae"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--base-ecgs", type=Path, required=True, metavar="DIR")
    root: Path = parser.parse_args().base_ecgs
    known, unseen = median_beats_mv(root, "calibration"), median_beats_mv(root, "test")
    pca = PCA(64).fit(known.reshape(len(known), -1))
    drawn = pca.inverse_transform(pca.transform(unseen.reshape(len(unseen), -1))).reshape(unseen.shape)
    print(f"{len(unseen)} real ECGs, median beats of II and V5")
    for name, reconstruction in (("beta-VAE", vae_reconstruction(unseen)), (f"PCA, n={len(known)}", drawn)):
        error_uv = 1000 * (reconstruction - unseen)
        print(
            f"  {name:<12} MAE {np.abs(error_uv).mean():5.1f} uV   MSE {np.square(error_uv).mean():7.0f} uV^2"
        )


def median_beats_mv(root: Path, split: Split) -> NDArray[np.float32]:
    """`(ecgs, 2, 512)` of the PTB-XL records of one split; those without a median beat are left out."""
    records = (base.record for base in read_ptbxl(root) if base.split == split)
    inputs = (median_beat_input(analyze(record).cycles, LEADS) for record in records)
    return np.concatenate([beat.signal for beat in inputs if beat is not None])


@torch.inference_mode()
def vae_reconstruction(beats_mv: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the decoder makes of the encoder's means, `(ecgs, 2, 512)` in mV."""
    model = load_checkpoint(CHECKPOINT).model
    assert isinstance(model, BetaVAERegressor)
    drawn: NDArray[np.float32] = model.vae(torch.from_numpy(beats_mv)).x.numpy()
    return drawn


if __name__ == "__main__":
    main()
