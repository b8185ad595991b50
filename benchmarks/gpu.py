"""A GPU's im2col, col2im and convolutions: our kernels, array code in CuPy, PyTorch and cuDNN, and NumPy on the host.

Run ``python -m benchmarks.gpu`` on a machine with a GPU, CuPy and PyTorch: it compares all results, times all
versions, prints tables, and writes ``benchmarks/gpu/<device>.json``, which benchmarks/gpu/README.md describes.
``--rehearse`` goes through the same code with tiny layers on the processor, and writes nothing.
"""

import argparse
import importlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks import gpu_device
from unrolled import cuda

FOLDER = Path(__file__).parent / "gpu"
NO_GPU = 2  # exit status


def target(folder: Path, name: str) -> Path:
    """Return where the record of a device is kept."""
    return folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.json"


def write(record: Mapping[str, Any], folder: Path) -> Path:
    """Write a record; return where."""
    path = target(folder, record["device"]["name"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return path


def main(arguments: Sequence[str]) -> int:
    """Do what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description="Measure a GPU.")
    ask = parser.add_mutually_exclusive_group()
    ask.add_argument("--device", action="store_true", help="only say which GPU there is; the exit status is 2 for none")
    ask.add_argument("--rehearse", action="store_true", help="tiny layers on the processor; nothing is written")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the record is written")
    asked = parser.parse_args(arguments)
    if asked.rehearse:
        return rehearse()
    if asked.device:
        print(cuda.reason if cuda.backend == "cupy" else f"There is no GPU here: {cuda.reason}.")
        return 0 if cuda.backend == "cupy" else NO_GPU
    if reason := gpu_device.missing():
        print(reason, file=sys.stderr)
        return NO_GPU
    return measure(gpu_device.gpu(), asked.folder)


def measure(place: gpu_device.Place, folder: Path) -> int:
    """Measure a device, print tables, write its record; the exit status is 1 if a version failed."""
    versions, records = _parts()
    record = records.measured(place, versions.LAYERS, "python -m benchmarks.gpu")
    for part in ("device", "software", "ceilings"):
        print(", ".join(f"{key} {value}" for key, value in record[part].items()))
    print(records.tables(record))
    print("", *records.goals(record), *records.failures(record), f"written to {write(record, folder)}", sep="\n")
    return int(bool(record["failures"]))


def rehearse() -> int:
    """Go through everything with tiny layers, on the processor; the exit status is 1 if a version failed."""
    if cuda.backend != "emulation":
        print("A rehearsal needs the emulation: set the variable UNROLLED_CUDA to it.", file=sys.stderr)
        return NO_GPU
    versions, records = _parts()
    record = records.measured(gpu_device.processor(), versions.TINY, "python -m benchmarks.gpu --rehearse")
    print("\nREHEARSAL on the processor: nothing here was measured on a GPU, and nothing is written.")
    print("Kernels run in the emulation; NumPy stands for CuPy and cuBLAS, PyTorch's CPU code for cuDNN.")
    print(records.tables(record), *records.failures(record), sep="\n")
    return int(bool(record["failures"]))


def _parts() -> tuple[ModuleType, ModuleType]:
    """Return the modules that need PyTorch; without a GPU it need not be there."""
    return importlib.import_module("benchmarks.gpu_versions"), importlib.import_module("benchmarks.gpu_record")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
