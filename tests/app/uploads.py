"""Files as a browser hands them over."""

from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
Upload = tuple[str, bytes, str]


def upload(name: str, content: bytes) -> Upload:
    return name, content, "application/octet-stream"


def csv_without_time(seconds: float = 12, fs_hz: int = 250) -> bytes:
    """Two leads of regular beats, 75 a minute, from a device that forgot to say how often it sampled."""
    t = np.arange(int(seconds * fs_hz)) / fs_hz
    beats = np.exp(-(((t % 0.8 - 0.3) / 0.015) ** 2)) + 0.25 * np.exp(-(((t % 0.8 - 0.55) / 0.04) ** 2))
    return ("II (mV),V5 (mV)\n" + "\n".join(f"{v:.3f},{0.8 * v:.3f}" for v in beats)).encode()
