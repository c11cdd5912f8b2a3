"""Kalium's core: from an ECG file to an annotated, filtered record and potassium estimates. Research software."""

import os

# Threads of PyTorch that wait for each other sleep. By default they spin, and where the machine has other work that keeps
# the processor from the very thread that is waited for. OpenMP reads this once, when PyTorch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

__version__ = "0.1.0"
