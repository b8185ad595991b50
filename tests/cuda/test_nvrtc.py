"""The kernels of these tests are CUDA C for NVIDIA's compiler too, and what is refused here it refuses as well."""

import pytest

from tests.cuda import sources
from tests.cuda.nvrtc import compile_for
from tests.cuda.test_reports import RIGHT
from tests.cuda.wrong import TABLE, Wrong
from unrolled.cuda import errors
from unrolled.cuda.emulation import RawKernel

ARCHITECTURES = ["sm_80", "sm_90"]
HEAD = 'extern "C" __global__ void k(float* y, int n) {{ {} }}'
REFUSED = {
    "a name that is not declared": HEAD.format("y[i] = n;"),
    "a missing semicolon": HEAD.format("y[0] = n"),
    "the C++ library": "#include <vector>\n" + HEAD.format("std::vector<int> v;"),
    "a function of the host": HEAD.format("cudaDeviceSynchronize();"),
    "an atomic of a type that has none": HEAD.format("atomicAdd((long long*)y, 1);"),
    "the size of a warp as a constant": HEAD.format("__shared__ float s[warpSize];"),
    "integers of a width by name": HEAD.format("int32_t i = 0;"),
    "writing to a const array": 'extern "C" __global__ void k(const float* x) { x[0] = 1; }',
}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("which", sources.ALL)
def test_a_right_kernel_compiles_for_a_gpu(which: str, architecture: str) -> None:
    code, _, *options = sources.ALL[which]
    assert not compile_for(architecture, code, options)


@pytest.mark.parametrize("body", RIGHT.values(), ids=RIGHT)
def test_what_is_not_reported_compiles_for_a_gpu(body: str) -> None:
    code = f'extern "C" __global__ void k(const float* x, float* y, int n) {{\nint i = threadIdx.x;\n{body}\n}}'
    assert not compile_for(ARCHITECTURES[0], code)


@pytest.mark.parametrize("wrong", TABLE, ids=lambda wrong: wrong.name)
def test_a_wrong_kernel_compiles_for_a_gpu_which_says_nothing(wrong: Wrong) -> None:
    assert not compile_for(ARCHITECTURES[0], wrong.code)


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_here_is_refused_for_a_gpu(code: str) -> None:
    assert compile_for(ARCHITECTURES[0], code)
    with pytest.raises(errors.CompileError):
        RawKernel(code, "k").compile()
