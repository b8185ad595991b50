"""NVIDIA's compiler for kernels at run time: it needs no GPU, and comes with the package nvidia-cuda-nvrtc."""

import ctypes
import functools
from collections.abc import Sequence
from importlib.metadata import distribution


@functools.cache
def library() -> ctypes.CDLL:
    """Return the newest NVRTC of the package."""
    files = [str(file.locate()) for file in distribution("nvidia-cuda-nvrtc").files or ()]
    return ctypes.CDLL(next(file for file in files if "/libnvrtc.so." in file))


def compile_for(architecture: str, code: str, options: Sequence[str] = ()) -> str:
    """Compile a text; return what the compiler says against it, "" if nothing."""
    nvrtc, program = library(), ctypes.c_void_p()
    assert nvrtc.nvrtcCreateProgram(ctypes.byref(program), code.encode(), b"kernel.cu", 0, None, None) == 0
    flags = [f"--gpu-architecture={architecture}".encode(), *(option.encode() for option in options)]
    failed = nvrtc.nvrtcCompileProgram(program, len(flags), (ctypes.c_char_p * len(flags))(*flags))
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return log.value.decode() if failed else ""
