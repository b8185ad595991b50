"""How Jupyter starts a kernel in the sandbox: a provisioner for jupyter_client, which a kernelspec may name.

A kernelspec with ``"metadata": {"kernel_provisioner": {"provisioner_name": "unrolled-sandbox", "config": {"stem":
"conv1d"}}}`` gets its kernels forked warm, behind the walls that a submission has. The grader uses it too, by
:class:`autograder.sandbox.dialogue.KernelWorker`.
"""

import signal
import uuid
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerBase
from traitlets import Bool, Integer, Unicode

from autograder.sandbox.gate import Gate
from autograder.sandbox.start import BareWorker, Process, start
from autograder.sandbox.warm import Doors


class SandboxProvisioner(KernelProvisionerBase):
    """Starts a kernel in the sandbox and ends it, with all that it started."""

    stem = Unicode(config=True, help="The chapter whose visible cases the kernel sees.")
    memory = Integer(2 << 30, config=True, help="Bytes of address space.")
    cpu_seconds = Integer(3600, config=True, help="Seconds of processor time.")
    file_size = Integer(64 << 20, config=True, help="Bytes of a file, and of the scratch folder.")
    confined = Bool(True, help="With walls; without, for one's own notebooks only.")
    process: Process | None = None
    gate: Gate | None = None

    @property
    def has_process(self) -> bool:
        return self.process is not None

    def launched(self) -> tuple[Process, Gate]:
        """Return the kernel's process and its gate.

        Raises:
            RuntimeError: if there are none.
        """
        if self.process is None or self.gate is None:
            raise RuntimeError("no kernel has been launched")
        return self.process, self.gate

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Leave nothing of a command or an environment: a zygote has both."""
        return {"cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start a kernel.

        Raises:
            SandboxError: if student code cannot be isolated on this machine.
        """
        key, self.gate = str(uuid.uuid4()), Gate()
        doors = Doors(key, tuple(socket.fileno() for socket in self.gate.inside))
        numbers = (self.memory, self.cpu_seconds, self.file_size)
        try:
            self.process = start(self.stem, numbers, doors) if self.confined else BareWorker(numbers, doors)
            self.gate.open()
        except BaseException:
            await self.kill()
            raise
        self.connection_info = {"transport": "ipc", "ip": self.gate.ip, **self.gate.ports}
        self.connection_info |= {"key": key.encode(), "signature_scheme": "hmac-sha256"}
        return self.connection_info

    async def poll(self) -> int | None:
        if self.process and self.process.alive() and not (self.gate and self.gate.refused):
            return None
        return -signal.SIGKILL

    async def wait(self) -> int | None:
        return await self.poll() if self.process else 0

    async def send_signal(self, signum: int) -> None:
        if signum in {signal.SIGKILL, signal.SIGTERM}:
            await self.kill()
        elif self.process:
            self.process.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        if self.gate:
            self.gate.close()
        if self.process:
            self.process.end()
        self.gate = self.process = None

    async def terminate(self, restart: bool = False) -> None:
        await self.kill()

    async def cleanup(self, restart: bool = False) -> None:
        await self.kill()
