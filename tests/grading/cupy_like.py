"""What a launcher needs of CuPy, with the emulation in place of a GPU: it tests the launcher where there is no GPU."""

import os
import time
from types import SimpleNamespace
from typing import Any

import numpy as np

from unrolled.cuda.emulation import RawKernel as Emulated

asarray = np.array
asnumpy = np.array


class RawKernel(Emulated):
    """Hangs or ends the process where a text's comment says so; takes arguments as CuPy does."""

    def __call__(self, *args: Any, **settings: Any) -> None:
        if "// hang" in self.code:
            time.sleep(60)
        if "// die" in self.code:
            os._exit(1)
        super().__call__(*args, **settings)
        if "// rounding" in self.code:
            args[2][1][...] *= 1.5


def get_default_memory_pool() -> SimpleNamespace:
    return SimpleNamespace(set_limit=lambda size: None)


def _properties(number: int) -> dict[str, bytes]:
    return {"name": b"a GPU of straw"}


cuda = SimpleNamespace(
    runtime=SimpleNamespace(getDeviceProperties=_properties, deviceSynchronize=lambda: None),
)
