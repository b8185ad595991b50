"""CUDA C kernels, with a GPU or without.

``RawKernel`` is CuPy's own class where CuPy finds a GPU, and otherwise an emulation on the CPU that is called in the
same way, with NumPy arrays. ``backend`` is "cupy" or "emulation", ``reason`` says in a sentence why. Set the variable
UNROLLED_CUDA to "emulation" to have that in any case.
"""

import os
from typing import Any

from unrolled import gpu
from unrolled.cuda import emulation


def _choose() -> tuple[Any, str, str]:
    """Return the class, the name of the backend, and why it was chosen."""
    if os.environ.get("UNROLLED_CUDA") == "emulation":
        return emulation.RawKernel, "emulation", "the variable UNROLLED_CUDA asks for the emulation"
    cupy, reason = gpu.found()
    return (cupy.RawKernel, "cupy", reason) if cupy else (emulation.RawKernel, "emulation", reason)


RawKernel, backend, reason = _choose()

__all__ = ["RawKernel", "backend", "reason"]
