"""From files or uploaded bytes to an `ECGRecord`: one file per format, one door, `open_ecg`."""

from ecg_core.readers.inputs import NamedBytes
from ecg_core.readers.opening import open_ecg

__all__ = ["NamedBytes", "open_ecg"]
