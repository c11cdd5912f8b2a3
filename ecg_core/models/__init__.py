"""Architectures: `nn.Module`s only, one a file, in one registry. Nothing is read or trained here."""

from ecg_core.models.kalium_net import KaliumNet  # isort: skip - the default comes first
from ecg_core.models.beta_vae import BetaVAE
from ecg_core.models.dcrnn import DCRNN
from ecg_core.models.dscnn import DSCNN, StandardCNN
from ecg_core.models.ecg12net import ECG12Net
from ecg_core.models.empnet import EMPNet
from ecg_core.models.potassium_regressor import BetaVAERegressor
from ecg_core.models.registry import MODELS, ModelSpec, build
from ecg_core.models.shapes import count_parameters

__all__ = [
    "DCRNN",
    "DSCNN",
    "MODELS",
    "BetaVAE",
    "BetaVAERegressor",
    "ECG12Net",
    "EMPNet",
    "KaliumNet",
    "ModelSpec",
    "StandardCNN",
    "build",
    "count_parameters",
]
