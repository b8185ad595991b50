"""Questions about kernels and about arrays: references pass on a GPU, with hidden cases."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from autograder import cases, specs
from autograder.questions import FunctionQuestion, KernelQuestion, LayerQuestion, Spec
from tests.grading.kernel_spec import SPEC as MADE_UP
from unrolled import cuda
from unrolled.check import LocalAnswers
from unrolled.cuda.launch import launched
from unrolled.device import asnumpy, xp
from unrolled.judge import KernelCall, judge
from unrolled.judge.calls import Ran
from unrolled.judge.kernels import outcome_of

CHAPTERS = {"made up": MADE_UP} | {stem: specs.load(stem) for stem in specs.stems()}
KERNELS = [
    pytest.param(spec, question, id=f"{stem}.{question.id}")
    for stem, spec in CHAPTERS.items()
    for question in spec.questions
    if isinstance(question, KernelQuestion)
]
ARRAYS = [
    pytest.param(spec, question, id=question.id)
    for stem, spec in CHAPTERS.items()
    for question in spec.questions
    if stem == "cupy_arrays" and isinstance(question, FunctionQuestion | LayerQuestion)
]
SEEDS = pytest.mark.parametrize("seed", [1, 2, 3])


class OnTheGpu(LocalAnswers):
    """Answers of this process, kernels on the GPU."""

    def kernel(self, call: KernelCall) -> Ran:
        kernel = cuda.RawKernel(call.code, call.name, tuple(call.options))

        def launch(grid: tuple[int, ...], block: tuple[int, ...], args: Sequence[Any], *, shared_mem: int) -> None:
            there = [xp.asarray(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
            kernel(grid, block, tuple(there), shared_mem=shared_mem)
            for arg, result in zip(args, there, strict=True):
                if isinstance(arg, np.ndarray):
                    arg[...] = asnumpy(result)

        reply = launched(launch, (), call.grid, call.block, call.shared, call.args, call.outputs)
        return Ran(outcome_of(reply, call), "the GPU")


@pytest.mark.parametrize(("spec", "question"), KERNELS)
@SEEDS
def test_a_kernel_passes(spec: Spec, question: KernelQuestion, seed: int) -> None:
    verdict = judge(cases.hidden(spec, question, seed), OnTheGpu(question.names()), {})
    assert verdict.status == "passed", verdict.message
    assert verdict.message.endswith("then on the GPU")


@pytest.mark.parametrize(("spec", "question"), ARRAYS)
@SEEDS
def test_array_code_passes(spec: Spec, question: FunctionQuestion | LayerQuestion, seed: int) -> None:
    verdict = judge(cases.hidden(spec, question, seed), LocalAnswers({question.id: question.reference}), {})
    assert verdict.status == "passed", verdict.message
