"""Kernels that run on a GPU after the emulation: the process, its end, the channel and the verdicts.

``cupy_like`` stands for CuPy, with the emulation in place of a GPU: what is tested with it is all but the GPU.
"""

import pytest

from autograder import cases
from autograder.notebooks import answer_source
from autograder.questions import Question
from autograder.sandbox import SandboxError, SandboxLimits, Session
from autograder.sandbox.device import VARIABLE, Device
from tests.grading.kernel_spec import COLUMNS, COLUMNS_QUESTION, SPEC
from tests.grading.test_attacks import descendants
from unrolled.judge import KernelCall, Verdict, judge

LIMITS = SandboxLimits(cell_seconds=5, call_seconds=5, total_seconds=40)
STRAW = "tests.grading.cupy_like"


@pytest.fixture
def _device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, STRAW)
    monkeypatch.setattr("autograder.sandbox.device.LAUNCH_SECONDS", 2)


def verdict_on(question: Question, source: str) -> Verdict:
    with Session("conv1d", [source], LIMITS) as session:
        return judge(cases.hidden(SPEC, question, 5), session, {})


def call_of(code: str, question: Question = COLUMNS_QUESTION) -> KernelCall:
    args = cases.hidden(SPEC, question, 5).cases[0].args
    return KernelCall(code, "columns", (), (1,), (8,), 0, args, ("cols",))


@pytest.mark.usefixtures("_device")
@pytest.mark.parametrize("question", SPEC.questions, ids=lambda question: question.id)
def test_the_same_launches_run_on_the_device_and_the_report_says_so(question: Question) -> None:
    verdict = verdict_on(question, answer_source(question))
    assert verdict.status == "passed", verdict.message
    assert verdict.message.endswith("Checked without a GPU, then on a GPU of straw")


@pytest.mark.usefixtures("_device")
def test_what_the_emulation_refuses_never_reaches_the_device() -> None:
    for question in SPEC.questions:
        for mistake in question.mistakes:
            verdict = verdict_on(question, answer_source(question, mistake))
            assert verdict.mistake == mistake.name


ODD = {
    "hang": (0, "timeout", "did not finish within 0.5 seconds on the GPU"),
    "die": (0, "died", "the process ended, on the GPU"),
    "rounding": (0, "failed", "is the expected one times a constant"),
}


@pytest.mark.parametrize("comment", ODD)
def test_what_goes_wrong_on_the_device_counts(comment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    score, status, said = ODD[comment]
    monkeypatch.setattr("autograder.sandbox.cuda.wanted", lambda: STRAW)
    monkeypatch.setattr("autograder.sandbox.cuda.Device", lambda module: Device(module, 0.5))
    processes = descendants()
    verdict = verdict_on(COLUMNS_QUESTION, answer_source(COLUMNS_QUESTION).replace("{", f"{{ // {comment}", 1))
    assert (verdict.score, verdict.status) == (score, status), verdict.message
    assert said in verdict.message
    assert len(descendants()) <= len(processes) + 1  # a zygote


def test_a_device_that_hung_is_there_again() -> None:
    device = Device(STRAW, 2)
    assert not device.run(call_of(COLUMNS)).problem
    assert device.run(call_of(COLUMNS + "// die")).problem == "died"
    assert not device.run(call_of(COLUMNS)).problem
    assert device.run(call_of(COLUMNS.replace("int j", "itn j"))).detail == (
        "DeviceError: on the GPU the launch ended with CompileError"
    )
    assert not device.run(call_of(COLUMNS)).problem
    device.end()


def test_a_device_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "tests.grading.no_such_module")
    with pytest.raises(SandboxError, match=r"asks for a GPU, but .*no_such_module cannot use one here"):
        verdict_on(COLUMNS_QUESTION, answer_source(COLUMNS_QUESTION))


FILES = {
    "plain": '#include "/etc/passwd"',
    "across lines": '#inc\\\nlude "/etc/passwd"',
    "across lines, with spaces": '#inc\\  \r\nlude "/etc/passwd"',
    "after a comment": '# /**/ include "/etc/passwd"',
    "with a digraph": '%:include "/etc/passwd"',
    "embedded": '#embed "/etc/passwd"',
    "after a string that is none": '\'"\' /* " */\n#include "/etc/passwd"',
}


@pytest.mark.parametrize("line", FILES.values(), ids=FILES.keys())
def test_a_text_that_asks_for_a_file_stays_in_the_box(line: str) -> None:
    device = Device(STRAW)
    assert not device.takes(call_of(f"#ifndef __GNUC__\n{line}\n#endif\n{COLUMNS}"))
    assert device.takes(call_of(COLUMNS))
    device.end()
