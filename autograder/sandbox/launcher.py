"""The process that launches kernels on a GPU with CuPy: it may hang or lose its GPU, and is then ended from outside.

It is started as ``python -m autograder.sandbox.launcher MODULE BYTES``, where MODULE is ``cupy``. A student's text is
compiled here by NVIDIA's compiler, as text for the GPU; nothing of it runs on the processor.
"""

import importlib
import os
import sys
from typing import Any, BinaryIO

import numpy as np

from unrolled.judge import KernelCall
from unrolled.wire import pack, unpack


def main() -> None:
    """Take over standard input and output as the channel, limit the GPU's memory, answer until there are no more."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    cupy = importlib.import_module(sys.argv[1])
    cupy.get_default_memory_pool().set_limit(size=int(sys.argv[2]))
    while answer(cupy, requests, replies):
        pass


def answer(cupy: Any, requests: BinaryIO, replies: BinaryIO) -> bool:
    """Answer one request; False if there will be no more, as after an error, which may have spoilt the GPU's state."""
    head = requests.read(8)
    if not head:
        return False
    request = unpack(requests.read(int.from_bytes(head, "little")))
    ticket = request.pop("ticket")
    if request["op"] == "name":
        reply: Any = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    else:
        reply = launched(cupy, KernelCall(**request["launch"]))
    message = pack({"ticket": ticket, "reply": reply})
    replies.write(len(message).to_bytes(8, "little") + message)
    replies.flush()
    return "error" not in reply


def launched(cupy: Any, call: KernelCall) -> dict[str, Any]:
    """Compile a kernel, launch it, wait for it; return what :func:`unrolled.cuda.launch.launched` returns.

    An error is named by its class alone: a compiler's message may quote files of this machine.
    """
    try:
        given = {
            key: cupy.asarray(value) if isinstance(value, np.ndarray) else value for key, value in call.args.items()
        }
        kernel = cupy.RawKernel(call.code, call.name, tuple(call.options))
        kernel(call.grid, call.block, tuple(given.values()), shared_mem=call.shared)
        cupy.cuda.runtime.deviceSynchronize()
        after = {key: cupy.asnumpy(value) for key, value in given.items() if isinstance(call.args[key], np.ndarray)}
    except Exception as error:  # CuPy has an error class for each of CUDA's libraries
        said = f"on the GPU the launch ended with {type(error).__name__}"
        return {"error": "DeviceError", "array": "", "message": said}
    rest = [key for key in after if key not in call.outputs]
    changed = [key for key in rest if after[key].tobytes() != np.ascontiguousarray(call.args[key]).tobytes()]
    return {"values": [after[key] for key in call.outputs], "changed": changed}


if __name__ == "__main__":
    main()
