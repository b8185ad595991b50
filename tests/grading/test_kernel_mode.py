"""Notebooks in a Jupyter kernel: the same grades as in a plain shell, and nothing to be gained from the kernel."""

import importlib.metadata
import json
import os
import tempfile
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from nbformat import NotebookNode
from traitlets.config import Config

from autograder import specs
from autograder.grading import Grading, grade
from autograder.notebooks import answer_source, original, solved
from autograder.preprocessors import JudgeAnswers
from autograder.sandbox import CellResult, Execution, SandboxLimits, Session, confine, dialogue, gate, start, warm
from autograder.sandbox.gate import Inspector, RefusedError
from autograder.submission import read_submission

ROOT = Path(__file__).parents[2]
SPEC = specs.load("conv1d")
QUICK = SandboxLimits(cell_seconds=4, call_seconds=2, total_seconds=40)
TIGHT = SandboxLimits(cell_seconds=1.5, call_seconds=1, total_seconds=8, memory=1 << 30)
MODES: tuple[Execution, Execution] = ("fork", "ipykernel")


def graded(notebook: NotebookNode, execution: Execution, limits: SandboxLimits = QUICK) -> Grading:
    return grade(read_submission(nbformat.writes(notebook).encode(), "n.ipynb"), limits=limits, execution=execution)


def run(*cells: str, limits: SandboxLimits = QUICK) -> list[CellResult]:
    with Session("conv1d", cells, limits, execution="ipykernel") as session:
        assert all(session.results)
        return [result for result in session.results if result]


def printed(result: CellResult) -> str:
    return "".join(output["text"] for output in result.outputs if output["output_type"] == "stream")


def wrong() -> NotebookNode:
    return solved(SPEC, {q.id: answer_source(q, q.mistakes[0]) for q in SPEC.questions if q.mistakes})


def raising() -> NotebookNode:
    return with_first(solved(SPEC), "def broken(:", "undefined", "raise ValueError('no\\nmore')", "assert False")


def partly_solved() -> NotebookNode:
    notebook, answers = solved(SPEC), {cell.id: cell for cell in original("conv1d").cells}
    for cell in [cell for cell in notebook.cells if cell.id.endswith("-answer")][::2]:
        cell.source = answers[cell.id].source
    return notebook


MAGICS = [
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "%timeit -n1 -r1 sum(range(10))",
    "%%time\nimport math\nvalue = math.pi",
    "%%capture held\nprint('kept')",
    "%load_ext autoreload\n%autoreload 2",
    "from IPython.display import HTML, clear_output, display\nhandle = display(HTML('<b>1</b>'), display_id=True)\n"
    "handle.update(HTML('<b>2</b>'))\nclear_output()",
    "%precision 3\n1 / 3",
    "%%writefile note.txt\nnote",
    "%run -i note.py",  # there is none: an error, in both
    "help(len)\nlen?",
]


def with_magics() -> NotebookNode:
    return with_first(solved(SPEC), *MAGICS)


def with_first(notebook: NotebookNode, *sources: str) -> NotebookNode:
    notebook.cells[1:1] = [nbformat.v4.new_code_cell(source) for source in sources]
    return notebook


NOTEBOOKS = [lambda: solved(SPEC), wrong, raising, partly_solved, with_magics, lambda: original("conv1d")]
NAMES = ["solved", "wrong", "raising", "partly solved", "magics", "untouched"]


@pytest.mark.parametrize("make", NOTEBOOKS, ids=NAMES)
def test_grades_are_the_same_in_both_modes(make: Callable[[], NotebookNode]) -> None:
    shell, kernel = (graded(make(), mode) for mode in MODES)
    assert kernel.score == shell.score
    for one, other in zip(shell.verdicts, kernel.verdicts, strict=True):
        assert (other.question.id, other.status, other.score, other.hint, other.mistake) == (
            one.question.id,
            one.status,
            one.score,
            one.hint,
            one.mistake,
        )
    assert len(kernel.notes) == len(shell.notes)
    assert [note.partition("(")[0] for note in kernel.notes] == [note.partition("(")[0] for note in shell.notes]


def test_magics_and_rich_displays_work() -> None:
    figure, timed, *_ = run(MAGICS[0], MAGICS[1])
    assert "image/png" in figure.outputs[-1]["data"]
    assert "per loop" in printed(timed)


def test_widgets_live() -> None:
    pytest.importorskip("ipywidgets")
    code = """
import ipywidgets as widgets
slider = widgets.IntSlider(3, 0, 9)
seen = []
slider.observe(lambda change: seen.append(change.new), "value")
slider.value = 7
display(slider)"""
    with Session("conv1d", [code], QUICK, execution="ipykernel") as session:
        assert session.results[0] and session.results[0].error == ""
        assert "IntSlider" in session.results[0].outputs[0]["data"]["text/plain"]
        assert session.get("seen").value == [7]


def test_a_cell_may_await() -> None:
    cells = ["import asyncio\nasync def later():\n    await asyncio.sleep(0.01)\n    return 5", "x = await later()"]
    with Session("conv1d", cells, QUICK, execution="ipykernel") as session:
        assert session.get("x").value == 5


def test_calls_go_over_the_pipe_as_in_a_shell() -> None:
    cells = [
        "import numpy as np\ndef double(x):\n    print('noise')\n    return 2 * x",
        "def fails(x):\n    return x[9]",
    ]
    cells += ["def test_sum(candidate):\n    assert candidate(np.array([1.0, 2.0])) == 3"]
    with Session("conv1d", cells, QUICK, execution="ipykernel") as session:
        assert session.call("double", {"x": np.arange(3.0)}).value.tolist() == [0, 2, 4]
        outcome = session.call("fails", {"x": np.arange(3.0)})
        assert (outcome.problem, outcome.line) == ("raised", "line 2: return x[9]")
        assert session.test("test_sum", lambda x: float(x.sum())).problem == ""
        assert session.test("test_sum", lambda x: 0.0).detail == "AssertionError"


LONG = {
    "text": "print('x' * 10**7)",
    "many lines": "for n in range(20_000):\n    print(n)",
    "value": "'x' * 10**7",
    "error": "raise ValueError('x' * 10**7)",
    "displays": "for n in range(500):\n    display('x' * 10_000)",
    "picture": "import os, base64\ndisplay({'image/png': base64.b64encode(os.urandom(1 << 22)).decode()}, raw=True)",
    "half a pair": "print('\\ud800')\ndisplay('\\ud800')\nraise ValueError('\\ud800')",
    "exit": "exit()",
    "system exit": "raise SystemExit(1)",
    "input": "input()",
}


@pytest.mark.parametrize("execution", MODES)
@pytest.mark.parametrize("source", LONG.values(), ids=LONG.keys())
def test_what_a_cell_shows_is_cut_and_costs_nothing_else(source: str, execution: Execution) -> None:
    with Session("conv1d", [source, "x = 5"], QUICK, execution=execution) as session:
        result = session.results[0]
        assert result and not result.fatal
        assert len(result.outputs) <= 50
        assert sum(len(json.dumps(output)) for output in result.outputs) < 2_000_000
        assert len(result.error) <= 300
        assert session.get("x").value == 5


ATTACKS = [
    *("harm-os-exit", "harm-null-pointer", "harm-kill-init", "harm-kill-group", "harm-kill-parent"),  # end
    *("harm-endless-cell", "harm-endless-call", "harm-endless-c", "harm-endless-deaf", "harm-descriptors"),  # hang
    *("harm-output", "harm-3-gigabytes", "harm-200-processes", "harm-fill-scratch", "harm-recursion"),  # flood
    *("harm-daemon", "harm-socket", "harm-unix-socket", "harm-write-files", "harm-namespaces", "harm-patch-package"),
    *("replies-garbage", "replies-twice", "replies-huge-announcement", "replies-slow", "replies-million-arrays"),
    *("marks-forge-passed", "marks-forge-examination", "marks-fake-result", "marks-run-code", "marks-gc"),  # forge
    *("marks-getframe", "marks-thread", "marks-patch-judge", "marks-read-specs", "marks-import-reference"),
    *("marks-pre-run-cell", "marks-input-transformer", "marks-custom-exc", "marks-showtraceback", "marks-system-exit"),
    *("reports-surrogates", "reports-many-errors", "reports-huge-text"),
]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing(name: str) -> None:
    path = ROOT / "tests" / "attacks" / f"{name}.ipynb"
    grading = grade(read_submission(path.read_bytes(), path.name), limits=TIGHT, execution="ipykernel")
    assert grading.score == nbformat.read(path, as_version=4).metadata.unrolled.get("score", 0)
    with Session("conv1d", ["import os\nleft = os.listdir('/scratch')"], QUICK, execution="ipykernel") as session:
        assert session.get("left").value == ["ipython"]  # ipykernel's own, and new


SOCKETS = """
import gc, os, zmq
from jupyter_client.session import Session
app = get_ipython().parent.parent
kernel, session, iopub = get_ipython().kernel, app.session, app.iopub_thread
raw = [found for found in gc.get_objects() if isinstance(found, zmq.Socket) and not found.closed]
request = kernel.get_parent()

def publish(*parts):  # in the thread that owns the socket
    iopub.schedule(lambda: iopub.socket.send_multipart(list(parts)))
"""
SAID = {  # what a kernel's code says instead of ipykernel, in its second cell
    "nothing signed": "publish(b'', b'<IDS|MSG>', b'', b'{}', b'{}', b'{}', b'{}')",
    "no JSON": "publish(b'', b'<IDS|MSG>', b'', b'{', b'{}', b'{}', b'{}')",
    "no delimiter": "publish(b'x')",
    "deep JSON": "parts = [b'[' * 10**5] * 4\npublish(b'', b'<IDS|MSG>', session.sign(parts), *parts)",
    "no header": "parts = [b'{}'] * 4\npublish(b'', b'<IDS|MSG>', session.sign(parts), *parts)",
    "numbers for texts": (
        "session.send(iopub, 'stream', {'name': 1, 'text': 2}, parent=request)\n"
        "session.send(iopub, 'display_data', {'data': {'text/plain': 3, 'image/png': ['x']}}, parent=request)\n"
        "session.send(iopub, 'display_data', {'data': 7}, parent=request)"
    ),
    "an early end": (
        "session.send(iopub, 'status', {'execution_state': 'idle'}, parent=request)\nimport time\ntime.sleep(0.2)"
    ),
    "a long part": "publish(bytes(10 << 20))",
    "many parts": "publish(*[b'x'] * 10**6)",
    "many messages": "for _ in range(10**6):\n    publish(b'x' * 1000)",
    "no end of messages": "while True:\n    publish(b'x' * 1000)",
    "no kernel": "for found in raw:\n    found.close(linger=0)",
    "no loop": "import asyncio\nasyncio.get_event_loop().stop()",
    "no answers": "import asyncio\nasyncio.get_event_loop().remove_reader(3)",
    "on the pipe": "os.write(4, b'x' * 99)",
    "no pipe": "os.close(4)",
    "bytes on a connection": (
        "for number in range(5, 100):\n    try:\n        os.write(number, b'\\xff' * 1000)\n"
        "    except OSError:\n        pass"
    ),
}


@pytest.mark.parametrize("source", SAID.values(), ids=SAID.keys())
def test_what_a_kernel_says_is_not_believed(source: str) -> None:
    """It costs the cell, or the notebook, that said it; the next kernel is as good as ever."""
    with Session("conv1d", [SOCKETS, source, "x = 5"], TIGHT, execution="ipykernel") as session:
        assert session.results[0] and not session.results[0].error
        for result in filter(None, session.results):
            assert all(set(output.get("data", {})) <= {"text/plain", "image/png"} for output in result.outputs)
        outcome = session.get("x")
        assert outcome.value == 5 or outcome.problem in {"died", "timeout", "missing"}
    with Session("conv1d", ["x = 6"], QUICK, execution="ipykernel") as session:
        assert session.get("x").value == 6


def test_a_result_of_a_later_cell_cannot_be_sent_ahead() -> None:
    ahead = "session.send(iopub, 'error', {'ename': 'E', 'evalue': '', 'traceback': []}, parent={'msg_id': 'later'})"
    results = run(SOCKETS, ahead, "print('here')")
    assert [result.error for result in results] == ["", "", ""]
    assert printed(results[2]) == "here\n"


GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
REFUSED = {
    "another protocol": b"GET / HTTP/1.1\r\n",
    "version 1 of the protocol": b"\x01\x00" + bytes(80),
    "version 2 of the protocol": GREETING[:10] + b"\x01" + bytes(60),
    "another mechanism": GREETING.replace(b"NULL", b"CURV"),
    "unknown flags": GREETING + b"\x08\x00",
    "a command in parts": GREETING + b"\x05\x00",
    "a long command": GREETING + b"\x06" + (1 << 20).to_bytes(8, "big"),
    "a long frame": GREETING + b"\x02" + (1 << 62).to_bytes(8, "big"),
    "a long message": GREETING + (b"\x03" + (1 << 20).to_bytes(8, "big") + bytes(1 << 20)) * 5,
    "many parts": GREETING + b"\x01\x00" * 65,
}
PASSED = {
    "a greeting": GREETING,
    "commands": GREETING + b"\x04\x05READY" * 100,
    "messages": GREETING + (b"\x01\x03abc" * 10 + b"\x00\x00") * 1000,
    "a long message": GREETING + (b"\x03" + (1 << 20).to_bytes(8, "big") + bytes(1 << 20)) * 3 + b"\x00\x01x",
}


@pytest.mark.parametrize("piece", [1, 7, 1 << 30])
@pytest.mark.parametrize("data", PASSED.values(), ids=PASSED.keys())
def test_the_gate_lets_messages_pass_in_whatever_pieces(data: bytes, piece: int) -> None:
    if piece < 7 and len(data) > 1 << 20:
        data = data[: 1 << 16]
    follow(data, piece)


@pytest.mark.parametrize("piece", [7, 1 << 30])
@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_the_gate_refuses_what_no_kernel_says(data: bytes, piece: int) -> None:
    with pytest.raises(RefusedError):
        follow(data, piece)


def follow(data: bytes, piece: int) -> None:
    inspector = Inspector()
    for place in range(0, len(data), piece):
        inspector.follow(data[place : place + piece])


def test_a_kernel_may_not_send_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_BYTES", 2 << 20)
    results = run("x = 1", "for _ in range(1000):\n    display('x' * 10_000)", "y = 2")  # what honest kernels cut
    assert [result.fatal for result in results] == [False, True, False]
    assert "2 MB" in results[1].error


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[KernelManager]:
    """What a kernelspec makes that names the provisioner by the entry point of ``pyproject.toml``."""
    entry_points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    group = KernelProvisionerFactory.GROUP_NAME
    [(name, value)] = entry_points[group].items()
    KernelProvisionerFactory.instance().provisioners[name] = importlib.metadata.EntryPoint(name, value, group)
    about: dict[str, Any] = {"provisioner_name": name, "config": {"stem": "conv1d"}}
    spec = {"argv": ["none"], "display_name": "Boxed", "language": "python", "metadata": {"kernel_provisioner": about}}
    (tmp_path / "boxed").mkdir()
    (tmp_path / "boxed" / "kernel.json").write_text(json.dumps(spec))
    found = KernelSpecManager(kernel_dirs=[str(tmp_path)])
    manager = KernelManager(kernel_name="boxed", kernel_spec_manager=found, transport="ipc")
    yield manager
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


def test_jupyter_starts_a_kernel_by_a_kernelspec(manager: KernelManager) -> None:
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=20)
    shown: list[dict[str, Any]] = []
    reply = client.execute_interactive("print(6 * 7)", timeout=20, output_hook=shown.append)
    assert reply["content"]["status"] == "ok"
    assert [message["content"]["text"] for message in shown if message["msg_type"] == "stream"] == ["42\n"]
    reply = client.execute_interactive("import autograder", timeout=20, output_hook=shown.append)
    assert reply["content"]["ename"] == "ModuleNotFoundError"
    client.stop_channels()
    assert manager.is_alive()
    manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


def test_a_long_cell_can_be_interrupted(manager: KernelManager) -> None:
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=20)
    client.execute("import time\nprint('begun', flush=True)\ntime.sleep(60)")
    while client.get_iopub_msg(timeout=20)["msg_type"] != "stream":
        pass
    manager.interrupt_kernel()
    reply = client.get_shell_msg(timeout=20)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    client.stop_channels()


def test_without_nested_namespaces_kernels_start_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    original_command = confine.zygote_command
    forbid = "--disable-userns"
    monkeypatch.setattr(warm, "zygote_command", lambda *a: [(c := original_command(*a))[0], forbid, *c[1:]])
    warm.zygotes.cache_clear()
    try:
        with Session("conv1d", ["x = 5", "import os\nos.fork()"], QUICK, execution="ipykernel") as session:
            assert session.get("x").value == 5
            assert session.results[1] and session.results[1].error.startswith("PermissionError")
            assert isinstance(session._process, dialogue.KernelWorker)
            assert isinstance(session._process._provisioner.process, start.ColdWorker)
    finally:
        warm.zygotes().end()
        warm.zygotes.cache_clear()


def test_ones_own_notebook_may_run_without_walls() -> None:
    with Session("conv1d", ["x = 5", "%time y = 1"], QUICK, execution="ipykernel", confined=False) as session:
        assert session.get("x").value == 5


def test_nothing_is_left_of_a_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Session("conv1d", ["x = 5"], QUICK, execution="ipykernel"):
        pass  # what stays, such as the zygote, is there now
    descriptors, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    with Session("conv1d", ["x = 5"], QUICK, execution="ipykernel"):
        made = list(tmp_path.iterdir())
        assert {path.stat().st_mode & 0o077 for path in made} == {0}
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == descriptors


@pytest.mark.parametrize(("settings", "shell"), [({}, "Shell"), ({"execution": "ipykernel"}, "BoxedShell")])
def test_the_configuration_of_nbgrader_chooses(settings: dict[str, str], shell: str) -> None:
    notebook = with_first(solved(SPEC), "print(type(get_ipython()).__name__)")
    resources = {"nbgrader": {"student": "ann", "notebook": "conv1d"}}
    notebook, _ = JudgeAnswers(config=Config(JudgeAnswers=settings)).preprocess(notebook, resources)
    assert notebook.cells[1].outputs[0].text == f"{shell}\n"
