"""Measurements. One BLAS thread, set before NumPy loads, so that versions are compared and not schedulers."""

import os

for library in ("OPENBLAS", "OMP", "MKL", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
