"""Where :mod:`benchmarks.gpu` measures: on a GPU, by CuPy and PyTorch, or in rehearsal on the processor."""

import importlib
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.gpu_timing import REPETITIONS, WARM_UPS, DeviceStopwatch, HostStopwatch, Stopwatch
from benchmarks.timing import machine
from unrolled import cuda


@dataclass(frozen=True)
class Place:
    """What is needed of a device.

    Attributes:
        module: CuPy or NumPy.
        torch: PyTorch.
        device: PyTorch's name of the device, "cuda" or "cpu".
        stopwatch: for its queue.
        cache: bytes of its largest cache.
        copied: bytes of the arrays that are copied to learn its bandwidth.
        product: rows and columns of the matrices that are multiplied to learn its rate.
        repetitions, warm_ups: of each call.
        about: "device" and "software", each a table of names and values.
    """

    module: Any
    torch: Any
    device: str
    stopwatch: Stopwatch
    cache: int
    copied: int
    product: int
    repetitions: int
    warm_ups: int
    about: dict[str, dict[str, Any]]

    def host(self, value: Any) -> Any:
        """Return arrays of NumPy's with the contents of arrays or tensors, one or a tuple."""
        if isinstance(value, tuple):
            return tuple(map(self.host, value))
        if isinstance(value, np.ndarray):
            return value
        return value.cpu().numpy() if isinstance(value, self.torch.Tensor) else self.module.asnumpy(value)

    def spoil(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Leave NaN in the memory that results of these shapes will get, so that what is not written shows."""
        rooms = [self.module.full(shape, np.nan, np.float32) for shape in shapes]
        rooms += [self.torch.full(shape, np.nan, device=self.device) for shape in shapes]
        rooms.clear()

    def tidy(self) -> None:
        """Give memory back that no array uses."""
        if self.device == "cuda":
            self.module.get_default_memory_pool().free_all_blocks()
            self.torch.cuda.empty_cache()


def missing() -> str:
    """Say in a sentence why no GPU can be measured here; "" if one can."""
    if cuda.backend != "cupy":
        return f"There is no GPU to measure: {cuda.reason}."
    if find_spec("torch") is None:
        return "There is nothing to compare the GPU with: PyTorch is not installed."
    torch = importlib.import_module("torch")
    if not torch.cuda.is_available():
        return f"There is nothing to compare the GPU with: PyTorch {torch.__version__} cannot use it."
    return ""


def gpu() -> Place:
    """Return CuPy's current GPU.

    Raises:
        RuntimeError: if PyTorch would put its work into another queue, where CuPy's events say nothing about it.
    """
    cupy, torch = importlib.import_module("cupy"), importlib.import_module("torch")
    if torch.cuda.current_stream().cuda_stream != cupy.cuda.get_current_stream().ptr:
        raise RuntimeError("PyTorch and CuPy use different streams")
    torch.backends.cudnn.benchmark = True  # the warm-up tries cuDNN's algorithms, and keeps the fastest
    properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
    memory = int(properties["totalGlobalMem"])
    device = {
        "name": properties["name"].decode(),
        "compute_capability": f"{properties['major']}.{properties['minor']}",
        "multiprocessors": int(properties["multiProcessorCount"]),
        "memory_gib": round(memory / 2**30, 1),
        "cache_mib": round(int(properties["l2CacheSize"]) / 2**20, 1),
        "driver": _driver(),
    }
    software = _software() | {
        "cuda_of_driver": _dotted(cupy.cuda.runtime.driverGetVersion()),
        "cuda_of_cupy": _dotted(cupy.cuda.runtime.runtimeGetVersion()),
        "cupy": cupy.__version__,
        "torch": torch.__version__,
        "cuda_of_torch": str(torch.version.cuda),
        "cudnn": str(torch.backends.cudnn.version()),
    }
    return Place(
        module=cupy,
        torch=torch,
        device="cuda",
        stopwatch=DeviceStopwatch(cupy),
        cache=int(properties["l2CacheSize"]),
        copied=min(512 << 20, memory // 32),
        product=4096,
        repetitions=REPETITIONS,
        warm_ups=WARM_UPS,
        about={"device": device, "software": software},
    )


def processor() -> Place:
    """Return this machine's processor, for a rehearsal: kernels run in the emulation, array code in NumPy."""
    torch = importlib.import_module("torch")
    return Place(
        module=np,
        torch=torch,
        device="cpu",
        stopwatch=HostStopwatch(),
        cache=4096,
        copied=1 << 20,
        product=40,
        repetitions=3,
        warm_ups=1,
        about={
            "device": {"name": "no GPU: the emulation, NumPy and PyTorch on the processor"},
            "software": _software() | {"torch": torch.__version__},
        },
    )


def _software() -> dict[str, str]:
    known = machine()
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "processor": known["processor"].removesuffix(", one used"),
    }


def _driver() -> str:
    """Return the driver's version, as NVIDIA's program says it, if that is there."""
    if not (program := shutil.which("nvidia-smi")):
        return "unknown"
    asked = [program, "--query-gpu=driver_version", "--format=csv,noheader"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=30).stdout.split()
    return said[0] if said else "unknown"


def _dotted(version: int) -> str:
    """Write a version of CUDA as people do: 13020 is 13.2."""
    return f"{version // 1000}.{version % 1000 // 10}"
