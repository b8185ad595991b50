"""Workers forked from one zygote do not notice each other, and nothing is left of any of them."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox import SandboxLimits, Session, confine, start, warm

QUICK = SandboxLimits(cell_seconds=4, call_seconds=2, total_seconds=40, memory=2 << 30)
HONEST = [
    "import numpy as np, os, threading",
    "left = [sorted(os.listdir(place)) for place in ('/scratch', '/tmp', '/dev/shm', '/proc')]",
    "double = lambda x: 2 * x",
]
TMP = Path("/tmp")
PYTHONS = [Path(place) for place in (sys.prefix, sys.base_prefix)]
PYTHON_IN_TMP = sorted({path.relative_to(TMP).parts[0] for path in PYTHONS if path.is_relative_to(TMP)})  # is shown
PATIENCE = 10  # seconds for a process that was killed to be gone


@pytest.fixture(autouse=True)
def zygotes() -> Iterator[warm.Zygotes]:
    """A zygote of the test's own, which ends with it."""
    warm.zygotes.cache_clear()
    yield warm.zygotes()
    warm.zygotes().end()
    warm.zygotes.cache_clear()


def results(*cells: str) -> list[str]:
    with Session("conv1d", cells, QUICK) as session:
        return [result.error if result else "no result" for result in session.results]


def assert_the_next_is_graded_right() -> None:
    with Session("conv1d", HONEST, QUICK) as session:
        assert session.call("double", {"x": np.arange(3.0)}).value.tolist() == [0, 2, 4]
        assert session.get("left").value == [[], PYTHON_IN_TMP, [], []]


def processes_with(text: str) -> list[int]:
    """The processes of this machine that have ``text`` in their command."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue  # it has ended meanwhile
    return found


def ancestors(process: int) -> list[int]:
    found = [process]
    try:
        while found[-1] > 1:
            found.append(int(Path(f"/proc/{found[-1]}/stat").read_text().rpartition(")")[2].split()[1]))
    except OSError:
        return []  # it has ended meanwhile
    return found[1:]


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


SPOILS = {
    "numpy": "import numpy as np\nnp.sum = np.add = None\nnp.seterr(all='raise')",
    "builtins": "import builtins\nbuiltins.len = lambda x: 0",
    "files": "for place in ('/scratch/x', '/tmp/x', '/dev/shm/x'):\n    open(place, 'w').write('x')",
    "full folder": "with open('x', 'wb') as f:\n    while True:\n        f.write(bytes(1 << 20))",
    "many files": "for n in range(10**6):\n    open(f'x{n}', 'w').close()",
    "memory": "x = []\nwhile True:\n    x.append(bytearray(1 << 24))",
    "descriptors": "import os\nwhile True:\n    os.dup(0)",
    "exit": "import os\nos._exit(0)",
    "null pointer": "import ctypes\nctypes.string_at(0)",
    "abort": "import os\nos.abort()",
    "own group": "import os\nos.killpg(0, 9)",
    "init": "import os\nos.kill(1, 9)",
    "everyone": "import os\nos.kill(-1, 9)",
    "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=[60], daemon=True).start()",
    "descriptors of the zygote": "import os\nfor n in range(300):\n    try:\n        os.write(n, b'x' * 99)\n"
    "    except OSError:\n        pass",
    "closing": "import os\nos.closerange(0, 300)",
}


@pytest.mark.parametrize("source", SPOILS.values(), ids=SPOILS.keys())
def test_what_one_submission_does_the_next_does_not_notice(source: str) -> None:
    with Session("conv1d", HONEST, QUICK) as honest:  # while the other runs
        results(source)
        assert honest.call("double", {"x": np.arange(3.0)}).value.tolist() == [0, 2, 4]
    assert_the_next_is_graded_right()


def test_an_attack_does_not_reach_the_zygote(zygotes: warm.Zygotes) -> None:
    assert_the_next_is_graded_right()
    first = zygotes.running()
    for source in SPOILS.values():
        results(source)
    assert zygotes.running() is first


REFUSED = {
    "3 GB": ("import numpy as np\nnp.ones(3 * 2**27)", "MemoryError"),
    "300 GB": ("import numpy as np\nnp.ones(300 * 2**27)", "MemoryError"),
    "200 processes": ("import os\nfor n in range(200):\n    os.fork()", "PermissionError"),
    "large file": ("f = open('x', 'wb')\nf.truncate(10**9)", "OSError"),
    "open files": ("x = [open('/dev/null') for n in range(300)]", "OSError"),
    "folder": ("import os\nfor n in range(3):\n    open(str(n), 'wb').write(bytes(40 << 20))", "OSError"),
    "a socket to the host of a virtual machine": ("import socket\nsocket.socket(40, 1)", "OSError"),
    "a socket to the kernel": ("import socket\nsocket.socket(16, 3)", "OSError"),
    "raising a limit": (
        "import resource as r\nr.setrlimit(r.RLIMIT_AS, (r.RLIM_INFINITY, r.RLIM_INFINITY))",
        "ValueError",
    ),
    "mount": (
        "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\n"
        "if c.umount2(b'/proc', 2): raise OSError(ctypes.get_errno(), '')",
        "PermissionError",
    ),
    "requests that the whole machine has too few of": (
        "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\n"
        "io_setup = {'x86_64': 206, 'aarch64': 0}[os.uname().machine]\n"
        "if c.syscall(io_setup, 1000, ctypes.byref(ctypes.c_ulong())): raise OSError(ctypes.get_errno(), '')",
        "PermissionError",
    ),
    "namespaces": (
        "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\n"
        "if c.unshare(0x10000000): raise OSError(ctypes.get_errno(), '')",
        "PermissionError",
    ),
}


@pytest.mark.parametrize(("source", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_limits_hold(source: str, error: str) -> None:
    assert results(source)[0].startswith(error)
    assert_the_next_is_graded_right()


def test_processor_time_is_limited() -> None:
    worker = warm.zygotes().fork("conv1d", (2 << 30, 1, 1 << 20))
    request = b'{"tree": {"dict": {"op": "run", "source": "while True: pass", "ticket": ""}}, "arrays": []}'
    message = len(request).to_bytes(4, "little") + request
    os.write(worker.requests, len(message).to_bytes(8, "little") + message)
    assert os.read(worker.replies, 1) == b""  # it was killed, and by the kernel, for nobody here did
    worker.end()


def test_random_numbers_are_not_those_of_the_submission_before() -> None:
    drawn = []
    for _ in range(2):
        with Session("conv1d", ["import numpy as np\nx = np.random.rand()"], QUICK) as session:
            drawn.append(session.get("x").value)
    assert drawn[0] != drawn[1]


def test_a_worker_has_no_privileges_and_only_its_own_descriptors() -> None:
    look = """
import ctypes, fcntl, os
held = (ctypes.c_uint32 * 6)()
ctypes.CDLL(None).capget((ctypes.c_uint32 * 2)(0x20080522, 0), held)
open_ = []
for number in range(256):
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
        open_.append(number)
    except OSError:
        pass
capabilities, me = list(held), (os.getpid(), os.getppid(), os.getpgid(0))"""
    with Session("conv1d", [look], QUICK) as session:
        assert session.get("capabilities").value == [0] * 6
        assert session.get("me").value == (1, 0, 1)
        assert session.get("open_").value == [0, 1, 2, 3, 4]


def test_a_dead_zygote_is_replaced(zygotes: warm.Zygotes) -> None:
    assert_the_next_is_graded_right()
    doomed = [process for process in processes_with("sandbox.zygote") if os.getpid() in ancestors(process)]
    assert len(doomed) >= 4  # bubblewrap without and within, the zygote, and what waits for it
    for process in doomed:
        with contextlib.suppress(ProcessLookupError):  # with one, others die
            os.kill(process, signal.SIGKILL)
    assert_the_next_is_graded_right()


def test_a_reply_to_another_request_is_not_taken_for_this_ones(zygotes: warm.Zygotes) -> None:
    assert_the_next_is_graded_right()
    first = zygotes.running()
    assert first
    stray = {
        "memory": 2 << 30,
        "cpu_seconds": 5,
        "file_size": 1 << 20,
        "files": [],
        "number": 10**6,
        "key": "",
        "draws": False,
    }
    reading, writing = os.pipe()
    socket.send_fds(first._socket, [json.dumps(stray).encode()], [reading, writing])
    os.close(reading)
    os.close(writing)
    assert_the_next_is_graded_right()
    assert zygotes.running() is not first


def test_a_zygote_is_replaced_after_many_forks(monkeypatch: pytest.MonkeyPatch, zygotes: warm.Zygotes) -> None:
    monkeypatch.setattr(warm, "MOST_FORKS", 2)
    with Session("conv1d", HONEST, QUICK) as early:
        first = zygotes.running()
        for _ in range(3):
            assert_the_next_is_graded_right()
        assert zygotes.running() is not first
        assert early.call("double", {"x": np.arange(2.0)}).value.tolist() == [0, 2]


def test_chapters_share_a_zygote_and_each_sees_its_own_files_only(zygotes: warm.Zygotes) -> None:
    look = """
import os, unrolled
package = os.path.dirname(unrolled.__file__)
shown = sorted(f"{folder}/{name}" for folder in ("bundles", "given") for name in os.listdir(f"{package}/{folder}"))
shelf = os.listdir("/shelf")
"""
    write = "open(os.path.join(package, 'given', 'x.py'), 'w')"
    for stem in ("conv1d", "col2im"):
        with Session(stem, [look, write], QUICK) as session:
            assert session.get("shown").value == sorted(confine.of_chapter(stem))
            assert session.get("shelf").value == []
            assert session.results[1] is not None
            assert "Read-only" in session.results[1].error
    assert "given/strides.py" in confine.of_chapter("col2im")
    assert list(zygotes._running) == ["worker"]


DRAW = "p = __import__('mat' + 'plotlib.' + 'pyplot').pyplot\np.plot([1])"


@pytest.mark.parametrize("cell", [DRAW, f"import matplotlib\n{DRAW}"], ids=["it does not say so", "it says so"])
def test_a_notebook_that_draws_shows_its_figures(cell: str) -> None:
    with Session("conv1d", [cell, cell], QUICK) as session:
        shown = [sorted(output["data"]) for output in session.results[1].outputs if output["output_type"] != "stream"]  # type: ignore[union-attr]
        assert ["image/png", "text/plain"] in shown


def test_threads_share_a_zygote() -> None:
    def answer(number: int) -> int:
        with Session("conv1d", [f"x = {number}"], QUICK) as session:
            value = session.get("x").value
            assert isinstance(value, int)
            return value

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(answer, range(12))) == list(range(12))


def test_a_worker_outlives_the_thread_that_started_its_zygote() -> None:
    session = Session("conv1d", HONEST, QUICK)
    thread = threading.Thread(target=session.__enter__)
    thread.start()
    thread.join()
    assert session.call("double", {"x": np.arange(2.0)}).value.tolist() == [0, 2]
    session.__exit__(None, None, None)


@pytest.mark.parametrize("function", ["lambda: 0", "lambda: __import__('time').sleep(600)"], ids=["idle", "asleep"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_the_grader(end: signal.Signals, function: str, tmp_path: Path) -> None:
    mark = f"stem-{tmp_path.name}-{end}"
    code = f"""
import os, sys, threading, time
from autograder.sandbox import SandboxLimits, Session, confine
original = confine.zygote_command
from autograder.sandbox import warm
warm.zygote_command = lambda *args: [*original(*args), {mark!r}]
limits = SandboxLimits(call_seconds=600, total_seconds=600)
with Session("conv1d", ["f = {function}"], limits) as session:
    threading.Thread(target=session.call, args=["f", {{}}], daemon=True).start()
    time.sleep(0.3)
    print("started", flush=True)
    sys.stdin.read()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as grader:
        assert grader.stdout and grader.stdout.readline() == b"started\n"
        assert len(processes_with(mark)) >= 3  # the grader, the box, the zygote, the worker
        grader.send_signal(end)
        grader.wait()
    assert eventually(lambda: not processes_with(mark))


def test_without_nested_namespaces_workers_start_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    original = confine.zygote_command
    forbid = "--disable-userns"
    monkeypatch.setattr(warm, "zygote_command", lambda *args: [(c := original(*args))[0], forbid, *c[1:]])
    worker = start.start("conv1d", (2 << 30, 50, 1 << 20))
    worker.end()
    assert isinstance(worker, start.ColdWorker)
    with Session("conv1d", HONEST[:1] + HONEST[2:], QUICK) as session:
        assert session.call("double", {"x": np.arange(2.0)}).value.tolist() == [0, 2]
    assert results("import os\nos.fork()")[0].startswith("PermissionError")


def test_ones_own_notebook_may_run_without_walls() -> None:
    cells = ["import os, numpy as np\nplace = os.getcwd()", HONEST[2], "x = np.ones(300 * 2**27)"]
    with Session("conv1d", cells, QUICK, confined=False) as session:
        assert session.call("double", {"x": np.arange(2.0)}).value.tolist() == [0, 2]
        assert session.results[2] and session.results[2].error.startswith("MemoryError")
        place = session.get("place").value
        assert isinstance(place, str) and Path(place).is_dir()
    assert not Path(place).exists()


def test_no_box_is_left_without_a_grader() -> None:
    """The last in this file, for what the others leave would be seen here."""
    assert eventually(lambda: [1] not in map(ancestors, processes_with("sandbox.zygote")))
