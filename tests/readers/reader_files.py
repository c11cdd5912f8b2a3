"""Real files of every format, as bytes that tests may damage."""

import io
import zipfile
from pathlib import Path

import edfio
import numpy as np

from ecg_core.readers import NamedBytes
from ecg_core.readers.examples import list_examples

EXAMPLES = {example.key: example.path for example in list_examples()}


def uploads_of(*paths: Path) -> list[NamedBytes]:
    return [NamedBytes(path.name, path.read_bytes()) for path in paths]


def zip_of(members: dict[str, bytes]) -> bytes:
    """A zip of these members, the same bytes at any time of day (a `ZipInfo` is dated 1980 unless told)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def edf_bytes(signals, **header) -> bytes:
    written = io.BytesIO()
    edfio.Edf(signals, **header).write(written)
    return written.getvalue()


def edf_signal(label="ECG II", unit="uV", fs_hz=500, duration_s=4, seed=0, **options):
    """A signal that takes many values of the 16 bit range."""
    samples = np.random.default_rng(seed).integers(-2000, 2000, int(fs_hz * duration_s)).astype(float)
    return edfio.EdfSignal(
        samples, fs_hz, label=label, physical_dimension=unit, physical_range=(-3276.8, 3276.7), **options
    )
