"""Whether there is a GPU: asked here for the arrays of ``unrolled.device`` and the kernels of ``unrolled.cuda``."""

import importlib
from functools import cache
from typing import Any


@cache
def found() -> tuple[Any, str]:
    """Return CuPy, or None where it has no GPU to use, and in a sentence what was found."""
    try:
        cupy = importlib.import_module("cupy")
    except ImportError:
        return None, "CuPy is not installed"
    try:
        name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    except Exception as error:  # CuPy has an error class for each of CUDA's libraries
        return None, f"CuPy finds no usable GPU ({error})"
    return cupy, f"CuPy found a GPU: {name}"
