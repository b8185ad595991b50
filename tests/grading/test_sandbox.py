"""What student code can and cannot do in the sandbox, and that it costs nobody but itself."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.sandbox import CellResult, SandboxError, SandboxLimits, Session, confine, warm
from autograder.sandbox.walls import DEVICES
from unrolled.judge.candidates import careful

QUICK = SandboxLimits(cell_seconds=4, call_seconds=2, total_seconds=40)
ROOT = Path(__file__).parents[2]


def run(*cells: str) -> list[CellResult]:
    with Session("conv1d", cells, QUICK) as session:
        assert all(session.results)
        return [result for result in session.results if result]


def printed(result: CellResult) -> str:
    return "".join(output["text"] for output in result.outputs if output["output_type"] == "stream")


HANGS = """
def hangs(x):
    while True:
        try:
            pass
        except BaseException:
            pass
"""
FORGES = """
def forges(x):
    import os
    for number in range(3, 20):
        try:
            os.write(number, b"9" * 99)
        except OSError:
            pass
"""


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    cells = [
        "import numpy as np",
        "def double(x):\n    return 2 * x",
        "def fails(x):\n    y = x + 1\n    return y[99]",
        HANGS,
        "def quits(x):\n    import os\n    os._exit(0)",
        "def crashes(x):\n    import ctypes\n    ctypes.string_at(0)",
        "def eats(x):\n    return np.ones(10**12)",
        "def floods(x):\n    return np.ones(10**7)",
        FORGES,
        "def test_sum(candidate):\n    x = np.array([1.0, 2.0])\n    assert candidate(x) == 3\n    assert x[0] == 1",
        "def turns(x, into=''):\n    return globals()[into](x) if into else 2 * x",
        "number = 41 + 1",
    ]
    with Session("conv1d", cells, QUICK) as opened:
        yield opened


X = np.arange(3.0)


def test_functions_are_called_and_values_fetched(session: Session) -> None:
    assert session.call("double", {"x": X}).value.tolist() == [0, 2, 4]
    assert session.get("number").value == 42
    assert session.get("nothing").problem == "missing"


def test_an_error_comes_with_its_line(session: Session) -> None:
    outcome = session.call("fails", {"x": X})
    assert outcome.problem == "raised"
    assert outcome.detail.startswith("IndexError: index 99")
    assert outcome.line == "line 3: return y[99]"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("hangs", "timeout"),
        ("quits", "died"),
        ("crashes", "died"),
        ("eats", "raised"),
        ("floods", "unsupported"),
        ("forges", "died"),
    ],
)
def test_a_call_that_goes_wrong_costs_only_itself(session: Session, entry: str, problem: str) -> None:
    assert session.call(entry, {"x": X}).problem == problem
    assert session.call("double", {"x": X}).value.tolist() == [0, 2, 4]


def test_several_calls_are_asked_for_at_once(session: Session) -> None:
    outcomes = session.calls("double", [{"x": X}, {"x": 1}, {"y": 2}, {"x": "a"}])
    assert [outcome.problem for outcome in outcomes] == ["", "", "raised", ""]
    assert [outcome.value for outcome in outcomes[1:]] == [2, None, "aa"]


@pytest.mark.parametrize(("entry", "problem"), [("hangs", "timeout"), ("quits", "died"), ("floods", "unsupported")])
def test_of_several_calls_those_before_a_bad_one_count(session: Session, entry: str, problem: str) -> None:
    """What has come is kept, what is not there is not made up, and the next calls find a worker."""
    assert session.call("turns", {"x": X, "into": ""}).value.tolist() == [0, 2, 4]
    outcomes = session.calls("turns", [{"x": X}, {"x": X, "into": entry}, {"x": X}])
    assert [outcome.problem for outcome in outcomes] == ["", problem, ""][: 3 if problem == "unsupported" else 2]
    assert session.call("double", {"x": X}).value.tolist() == [0, 2, 4]


def test_a_cell_that_ends_the_process_is_the_one_that_is_left_out() -> None:
    """The cells are sent together, and each result is put down to its own cell."""
    first, second, third = run("print(1)", "import os\nprint(2)\nos._exit(1)", "print(3)")
    assert [printed(first), second.error, printed(third)] == ["1\n", "the process ended", "3\n"]
    assert [first.fatal, second.fatal, third.fatal] == [False, True, False]


def test_a_test_examines_functions_that_stay_outside(session: Session) -> None:
    def changing(x: np.ndarray) -> float:
        total = float(x.sum())
        x[0] = 5
        return total

    assert session.test("test_sum", lambda x: float(x.sum())).problem == ""
    assert session.test("test_sum", lambda x: 0.0).detail == "AssertionError"
    assert session.test("test_sum", changing).detail == "AssertionError"


@pytest.mark.parametrize("value", ["((1, 2), (0, 3))", "'same'", "None", "[1, 2.5]", "np.ones((2, 3))"])
def test_a_test_may_pass_whatever_settings_a_function_takes(value: str) -> None:
    got: list[Any] = []
    with Session("conv1d", [f"import numpy as np\ndef test(candidate):\n    candidate({value})"]) as session:
        assert session.test("test", got.append).problem == ""
    assert repr(got[0]) == repr(eval(value))


@pytest.mark.parametrize("value", ["10**6", "'a' * 100", "[0] * 50", "[[[10**6]]]", "np.ones(10**4)"])
def test_a_test_cannot_make_a_function_of_ours_work_hard(value: str) -> None:
    with Session("conv1d", [f"import numpy as np\ndef test(candidate):\n    candidate({value})"]) as session:
        assert session.test("test", careful(lambda x: None)).problem == "raised"


def test_what_cells_show_is_kept() -> None:
    first, second, third = run(
        "print('hello')\n6 * 7",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "from unrolled import check, show\nshow(x=[1, 2])",
    )
    assert printed(first) == "hello\n"
    assert first.outputs[1]["data"] == {"text/plain": "42"}
    assert any("image/png" in output.get("data", {}) for output in second.outputs)
    assert set(third.outputs[0]["data"]) == {"text/plain"}


def test_cells_that_fail_hang_or_quit_do_not_keep_others_from_running() -> None:
    results = run(
        "1 / 0", "def (", "import os; os._exit(1)", "while True: pass", "import sys; sys.exit()", "print('on')"
    )
    assert [result.fatal for result in results] == [False, False, True, True, False, False]
    assert results[0].error == "ZeroDivisionError: division by zero"
    assert results[1].error.startswith("SyntaxError")
    assert "4 seconds" in results[3].error
    assert printed(results[5]) == "on\n"


@pytest.mark.parametrize(
    "module", ["autograder", "autograder.specs.conv1d", "solutions", "solutions.conv1d", "torch.nn"]
)
def test_the_grader_cannot_be_imported(module: str) -> None:
    assert run(f"import {module}")[0].error.startswith("ModuleNotFoundError")


def test_nothing_of_the_course_can_be_read_but_the_students_own_part() -> None:
    search = f"""
import os
found = []
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", "/usr")]
    folders[:] = [name for name in folders if name not in ("site-packages", ".venv")]
    found += [os.path.join(folder, name) for name in files]
ours = [path for path in found if "conv1d" in path or path.startswith({str(ROOT)!r})]
print(sorted(ours))"""
    with Session("conv1d", [search]) as session:  # with its usual seconds, for there are many files
        (result,) = session.results
    assert result
    assert printed(result) == "[]\n"


def test_visible_cases_are_not_where_marks_are_given_and_a_check_says_so() -> None:
    said = run("from unrolled import check\ncheck('conv1d.correlate', {'correlate': 1})")[0]
    assert printed(said) == "Nothing was checked: the visible cases of conv1d are not here.\n"


@pytest.mark.parametrize("place", ["/etc/x", "/usr/x", "/course/x", "/course/unrolled/check.py", "/home/x"])
def test_the_system_and_the_course_cannot_be_written(place: str) -> None:
    assert "Error" in run(f"open({place!r}, 'w')")[0].error


@pytest.mark.parametrize("place", [ROOT / "x", Path(tempfile.gettempdir()) / "x"], ids=["checkout", "temporary"])
def test_nothing_that_is_written_gets_out(place: Path) -> None:
    run(f"import os; os.makedirs({str(place.parent)!r}, exist_ok=True); open({str(place)!r}, 'w')")
    assert not place.exists()


def test_the_scratch_folder_is_fresh_and_limited() -> None:
    assert run("open('note', 'w').write('x')", "print(open('note').read())")[1].error == ""
    again = run(
        "open('note')", "with open('big', 'wb') as f:\n    for _ in range(200):\n        f.write(bytes(1 << 20))"
    )
    assert again[0].error.startswith("FileNotFoundError")
    assert again[1].error or again[1].fatal


def test_a_worker_that_begins_anew_remembers_nothing() -> None:
    count = """
import os
from pathlib import Path

def count():
    with open("note", "a") as note:
        note.write("x")
    os.environ["NOTE"] = os.environ.get("NOTE", "") + "x"
    return len(Path("note").read_text()) + len(os.environ["NOTE"])
"""
    with Session("conv1d", [count], QUICK) as session:
        assert [session.call("count", {}).value for _ in range(2)] == [2, 4]
        with session.anew("count") as fresh:
            assert [fresh.call("count", {}).value for _ in range(2)] == [2, 4]
        assert session.call("count", {}).value == 2  # its own worker has been ended, so that the two never met


def test_there_is_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        assert "Error" in run(code)[0].error


START = [
    "import os\nos.fork()",
    "import subprocess\nsubprocess.run(['/usr/bin/true'])",
    "import multiprocessing as m\nm.get_context('fork').Process(target=print).start()",
    "import os\nos.memfd_create('x')",
]


@pytest.mark.parametrize("source", START)
def test_no_process_can_be_started_nor_memory_taken_that_no_limit_counts(source: str) -> None:
    assert run(source)[0].error.startswith("PermissionError")


def test_threads_can_be_started() -> None:
    assert printed(run("from threading import Thread\nt = Thread(target=print, args=['on'])\nt.start(); t.join()")[0])


def test_other_processes_are_not_to_be_seen() -> None:
    listed = run("import os; print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()))")[0]
    assert len(printed(listed).split(",")) <= 2


def test_without_bubblewrap_it_refuses_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    confine.require.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match=r"bwrap is missing; install bubblewrap \(Debian, Ubuntu: apt-get install"):
        Session("conv1d", []).__enter__()
    confine.require.cache_clear()


def test_what_all_cells_show_is_limited() -> None:
    limits = SandboxLimits(shown=10_000)
    with Session("conv1d", ["print('x' * 4_000)"] * 4, limits) as session:
        shown = [len(printed(result)) for result in session.results if result]
    assert shown == [4_001, 4_001, 0, 0]


def test_a_worker_that_is_started_too_often_is_given_up_with_the_reason() -> None:
    with Session("conv1d", ["def quits():\n    import os\n    os._exit(0)"], SandboxLimits(restarts=2)) as session:
        outcomes = [session.call("quits", {}) for _ in range(4)]
    assert [outcome.problem for outcome in outcomes] == ["died", "died", "died", "timeout"]
    assert "2 new starts" in outcomes[-1].detail


MARKS = {
    "a lock": "fcntl.flock(file, fcntl.LOCK_SH)",
    "a lock of a part": "fcntl.lockf(file, fcntl.LOCK_SH)",
    "a lock of the open file": "fcntl.fcntl(file, 37, struct.pack('hhqqi4x', 0, 0, 0, 0, 0))",
    "a lease": "fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "a signal's number": "fcntl.fcntl(file, fcntl.F_SETSIG, 10)",
    "an owner": "fcntl.fcntl(file, fcntl.F_SETOWN, 1)",
    "a hint": "fcntl.fcntl(file, 1036, struct.pack('q', 2))",
    "what is in memory": "os.preadv(file.fileno(), [bytearray(9)], 0, os.RWF_NOWAIT)",
    "the machine's memory": "assert ctypes.CDLL(None, use_errno=True).sysinfo(ctypes.create_string_buffer(999)) == 0",
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS.keys())
def test_nothing_can_be_left_or_seen_at_what_boxes_share(mark: str) -> None:
    """By which one examination could tell the next what it has learnt."""
    shared = f"import ctypes, fcntl, os, struct\nfile = open(os.__file__)\n{mark}"
    assert run(shared)[0].error.startswith(("PermissionError", "OSError", "AssertionError"))


def test_what_is_set_on_standard_descriptors_stays_with_a_fork() -> None:
    look = "import fcntl\nprint(fcntl.fcntl(0, fcntl.F_GETFL) & 2048)"
    assert printed(run("import fcntl\nfcntl.fcntl(0, fcntl.F_SETFL, 2048)", look)[1]) == "2048\n"
    assert printed(run(look)[0]) == "0\n"


@pytest.mark.parametrize("nested", [True, False], ids=["forked", "cold"])
def test_the_devices_of_the_machine_cannot_be_changed(nested: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not nested:
        monkeypatch.setattr("autograder.sandbox.warm.Zygotes.fork", refuse_to_nest)
    before = [(os.stat(f"/dev/{name}").st_mode, os.stat(f"/dev/{name}").st_mtime_ns) for name in DEVICES]
    change = f"""
import contextlib, os
for name in {DEVICES}:
    if name != "tty":  # of which there is none
        open("/dev/" + name, "rb" if "random" in name else "r+b").close()
    with contextlib.suppress(OSError):
        os.utime("/dev/" + name, (1, 1))
    with contextlib.suppress(OSError):
        os.chmod("/dev/" + name, os.stat("/dev/" + name).st_mode & 0o777 | 0o1000)
"""
    assert run(change)[0].error == ""
    assert [(os.stat(f"/dev/{name}").st_mode, os.stat(f"/dev/{name}").st_mtime_ns) for name in DEVICES] == before


def refuse_to_nest(*_: object, **__: object) -> None:
    raise warm.NoNestingError("not here")


def test_who_sends_more_than_was_asked_for_harms_no_other_answer() -> None:
    more = """
import sys

def more(x):
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get("self"), "ticket"):
        frame = frame.f_back
    frame.f_locals["self"].send({"detail": "more"})
    return x
"""
    with Session("conv1d", [more, "def double(x):\n    return 2 * x"], QUICK) as session:
        assert session.call("more", {"x": 1}).problem == "died"
        assert session.calls("more", [{"x": 1}, {"x": 2}])[0].problem == "died"
        assert session.call("double", {"x": 2}).value == 4
