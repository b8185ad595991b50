"""How long the course's kernels are in machine code: ``python -m benchmarks.instructions`` writes what a page shows.

NVIDIA's compiler for kernels at run time makes the code; no GPU is needed. An instruction of these GPUs has 16 bytes,
and a kernel's code is filled up to a multiple of 128 bytes, so counts are multiples of eight.
"""

import ctypes
import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from solutions import cuda_texts
from tests.cuda.nvrtc import library

TARGET = Path(__file__).parent / "data" / "instructions.json"
LAYER = "H=56 W=56 KH=3 KW=3 SY=1 SX=1 PY=1 PX=1 DY=1 DX=1 OH=56 OW=56"
SIZES = [f"-D{size}" for size in LAYER.split(" ")]
TEXTS = {
    "im2col": {
        "sizes as arguments, 64 bits": (cuda_texts.IM2COL, []),
        "sizes as arguments, 32 bits": (cuda_texts.IM2COL.replace("long long", "int"), []),
        "a thread for each window": (cuda_texts.IM2COL_WINDOWS, []),
        "sizes as constants, 32 bits": (cuda_texts.IM2COL_FIXED, SIZES),
    },
    "col2im": {
        "sizes as arguments, 64 bits": (cuda_texts.COL2IM_GATHER, []),
        "sizes as arguments, 32 bits": (cuda_texts.COL2IM_GATHER.replace("long long", "int"), []),
        "sizes as constants, 32 bits": (cuda_texts.COL2IM_FIXED, SIZES),
    },
}


def machine_code(code: str, options: Sequence[str] = (), architecture: str = "sm_90") -> bytes:
    """Compile a text to an ELF file."""
    nvrtc, program, size = library(), ctypes.c_void_p(), ctypes.c_size_t()
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), code.encode(), b"kernel.cu", 0, None, None)
    flags = [f"--gpu-architecture={architecture}".encode(), *(option.encode() for option in options)]
    assert nvrtc.nvrtcCompileProgram(program, len(flags), (ctypes.c_char_p * len(flags))(*flags)) == 0
    nvrtc.nvrtcGetCUBINSize(program, ctypes.byref(size))
    made = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetCUBIN(program, made)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return made.raw


def instructions(elf: bytes) -> int:
    """Count the instructions in the sections of an ELF file that hold code."""
    start, (length, number, names) = struct.unpack_from("<Q", elf, 0x28)[0], struct.unpack_from("<HHH", elf, 0x3A)
    sections = [struct.unpack_from("<IIQQQQ", elf, start + i * length) for i in range(number)]
    texts: list[int] = [size for name, *_, size in sections if elf[sections[names][4] + name :].startswith(b".text")]
    return sum(texts) // 16


def measured() -> dict[str, Any]:
    """Return the compiler's version and the counts."""
    major, minor = ctypes.c_int(), ctypes.c_int()
    library().nvrtcVersion(ctypes.byref(major), ctypes.byref(minor))
    counts = {
        operation: {name: instructions(machine_code(*text)) for name, text in texts.items()}
        for operation, texts in TEXTS.items()
    }
    return {"compiler": f"NVRTC {major.value}.{minor.value}", "architecture": "sm_90", "layer": LAYER, "counts": counts}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(measured(), indent=1) + "\n")
    print(TARGET.read_text())
