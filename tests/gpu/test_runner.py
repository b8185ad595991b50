"""The grader's process for kernels on a GPU, with a real one: verdicts, and what it survives.

It is part of the grader, so these tests need what the grader needs.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from autograder import cases
from autograder.source import source_of
from tests.gpu.test_questions import KERNELS
from tests.grading.kernel_spec import COLUMNS, COLUMNS_QUESTION, columns_launch
from tests.grading.kernel_spec import SPEC as MADE_UP
from unrolled.check import LocalAnswers
from unrolled.judge import KernelCall, judge
from unrolled.judge.calls import Ran

SECONDS = 10
ENDLESS = COLUMNS.replace("{", "{ for (volatile int on = 1; on;) {}", 1)
BEYOND = COLUMNS.replace("cols[index]", "cols[index + (1LL << 40)]")


@pytest.fixture(scope="module")
def device() -> Iterator[Any]:
    module = pytest.importorskip(
        "autograder.sandbox.device", reason="needs what the grader needs: pip install -e .[grader]"
    )
    made = module.Device("cupy", SECONDS)
    yield made
    made.end()


def call_of(code: str) -> KernelCall:
    args = cases.hidden(MADE_UP, COLUMNS_QUESTION, 5).cases[0].args
    return KernelCall(code, "columns", (), (1,), (8,), 0, args, ("cols",))


@pytest.mark.parametrize(("spec", "question"), KERNELS)
def test_a_kernel_passes(spec: Any, question: Any, device: Any) -> None:
    class OnTheDevice(LocalAnswers):
        def kernel(self, call: KernelCall) -> Ran:
            assert device.takes(call)
            return Ran(device.run(call), device.name)

    verdict = judge(cases.hidden(spec, question, 4), OnTheDevice(question.names()), {})
    assert verdict.status == "passed", verdict.message
    assert verdict.message.endswith(f"then on {device.name}")


def test_a_kernel_without_an_end_is_ended_and_the_next_one_runs(device: Any) -> None:
    assert device.run(call_of(ENDLESS)).problem == "timeout"
    assert not device.run(call_of(COLUMNS)).problem


def test_a_write_beyond_all_memory_spoils_nothing_for_the_next_kernel(device: Any) -> None:
    outcome = device.run(call_of(BEYOND))
    assert outcome.problem == "raised"
    assert outcome.detail.startswith("DeviceError: on the GPU the launch ended with ")
    assert not device.run(call_of(COLUMNS)).problem


def test_the_whole_grader_runs_kernels_on_the_gpu_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook's worker in its box, the emulation in another, the GPU after it."""
    sandbox = pytest.importorskip("autograder.sandbox", reason="needs what the grader needs: pip install -e .[grader]")
    try:
        sandbox.require()
    except sandbox.SandboxError as error:
        pytest.skip(f"needs the grader's sandbox: {error}")
    monkeypatch.setenv("UNROLLED_DEVICE", "cupy")
    source = f'{source_of(columns_launch)}\n{COLUMNS_QUESTION.id} = r"""{COLUMNS}"""\n'
    limits = sandbox.SandboxLimits(cell_seconds=5, call_seconds=20, total_seconds=90)
    with sandbox.Session("conv1d", [source], limits) as session:
        verdict = judge(cases.hidden(MADE_UP, COLUMNS_QUESTION, 5), session, {})
    assert verdict.status == "passed", verdict.message
    assert "Checked without a GPU, then on " in verdict.message
